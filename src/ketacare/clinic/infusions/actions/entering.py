"""Entering something once, however often a page sends it.

The key of an entry is stored in the transaction that does what it says, before it is done: of two
that arrive at once, the second waits and finds the answer of the first.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.infusions.models import KeptEntry, SentEntry, Session
from ketacare.core.errors import ErrorCode, InputError

Answer = dict[str, Any]


def enter_once(
    *,
    key: uuid.UUID,
    session: Session,
    path: str,
    by: User,
    run: Callable[[], str],
    kept: KeptEntry | None = None,
) -> Answer:
    """Do ``run`` unless this key did it already, and return the first answer.

    The answer holds what was ``said`` and the session's version ``before`` and after; ``again`` says
    that nothing was done now. What ``run`` refuses is refused, and the key stays free. ``kept`` says
    that it waited on a device, and is stored with it.
    """
    if (first := _first(key, by)) is not None:
        return first
    try:
        with transaction.atomic():
            row = SentEntry.objects.create(key=key, path=path, by=by)
            before = _version(session)
            said = run()
            row.answer = {"said": said, "before": before, "version": _version(session)}
            row.save(update_fields=["answer"])
            if kept is not None:
                kept.save(force_insert=True)
    except IntegrityError:
        first = _first(key, by)
        if first is None:
            raise
        return first
    return {**row.answer, "again": False}


def _first(key: uuid.UUID, by: User) -> Answer | None:
    found = SentEntry.objects.filter(pk=key).first()
    if found is None:
        return None
    if found.by_id != by.pk:
        raise InputError(ErrorCode.NOT_ALLOWED, _("Another person has sent this entry."))
    return {**found.answer, "again": True}


def _version(session: Session) -> int:
    return Session.objects.values_list("version", flat=True).get(pk=session.pk)


def kept_entry(
    *,
    key: uuid.UUID,
    session: Session,
    what: str,
    at: datetime,
    device_at: datetime,
    ahead_s: float,
    by: User,
    now: datetime,
) -> KeptEntry:
    """Return what is stored of an entry that waited on a device, with both its times."""
    return KeptEntry(
        id=key, session=session, what=what, at=at, device_at=device_at,
        ahead_s=ahead_s, received_at=now, by=by,
    )  # fmt: skip
