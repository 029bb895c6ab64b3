"""Writing to the log. Everybody else calls ``audit.record`` and ``audit.record_read``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from ketacare.clinic.audit.actors import Actor, actor_of
from ketacare.clinic.audit.chain import START, canonical, refuse_long_texts
from ketacare.clinic.audit.models import Event, Head
from ketacare.clinic.audit.presenter import tag_of
from ketacare.clinic.audit.tags import Tag
from ketacare.core.errors import ErrorCode, InputError

if TYPE_CHECKING:
    from ketacare.clinic.accounts.models import User

READ_AGAIN = timedelta(minutes=5)
LONGEST_REASON = 500


@transaction.atomic
def record(
    *,
    tag: Tag | str,
    by: User | Actor,
    patient_id: uuid.UUID | str | None = None,
    object_id: uuid.UUID | str | int | None = None,
    details: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Event:
    """Return the event written at the end of the chain: see :func:`ketacare.clinic.audit.record`.

    Writers queue at the head row: ``select_for_update`` on PostgreSQL, and on SQLite the
    transaction is IMMEDIATE, which lets one writer in at a time.
    """
    known = tag_of(tag)
    refuse_long_texts(details or {})
    if len(reason) > LONGEST_REASON:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"The reason has {len(reason)} characters: give it in at most {LONGEST_REASON}.",
        )
    actor = actor_of(by)
    head, _ = Head.objects.select_for_update().get_or_create(pk=1, defaults={"hash": START})
    event = Event(
        position=head.position + 1,
        at=timezone.now(),
        actor_id=actor.id,
        actor_name=actor.name,
        actor_role=actor.role,
        tag=known.value,
        patient_id="" if patient_id is None else str(patient_id),
        object_id="" if object_id is None else str(object_id),
        reason=reason.strip(),
        details_json=canonical(details or {}),
        previous=head.hash,
    )
    event.hash = event.computed_hash()
    event.save()
    head.position, head.hash = event.position, event.hash
    head.save()
    return event


def record_read(
    *,
    tag: Tag | str,
    by: User | Actor,
    patient_id: uuid.UUID | str,
    object_id: uuid.UUID | str | int | None = None,
) -> Event | None:
    """Return the event, or ``None`` when the same was read by the same person a moment ago."""
    known, actor = tag_of(tag), actor_of(by)
    since = timezone.now() - READ_AGAIN
    seen = Event.objects.filter(
        patient_id=str(patient_id),
        actor_id=actor.id,
        actor_name=actor.name,
        tag=known.value,
        object_id="" if object_id is None else str(object_id),
        at__gte=since,
    )
    if seen.exists():
        return None
    return record(tag=known, by=by, patient_id=patient_id, object_id=object_id)
