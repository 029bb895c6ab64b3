"""Who did what, when, to whom and why: an append-only log with a hash chain.

``audit.record(tag=..., by=..., ...)`` inside the transaction of the action; ``audit.record_read``
in views that show a patient. ``by`` is a user or an :class:`Actor` (a patient by link, a device,
the system).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ketacare.clinic.audit.actors import DEVICE, PATIENT_BY_LINK, SYSTEM, Actor
from ketacare.clinic.audit.tags import Tag

if TYPE_CHECKING:
    from ketacare.clinic.accounts.models import User
    from ketacare.clinic.audit.models import Event

__all__ = ["DEVICE", "PATIENT_BY_LINK", "SYSTEM", "Actor", "Tag", "record", "record_read"]


def record(
    *,
    tag: Tag | str,
    by: User | Actor,
    patient_id: uuid.UUID | str | None = None,
    object_id: uuid.UUID | str | int | None = None,
    details: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Event:
    """Return the event written at the end of the chain, in the caller's transaction.

    ``details`` are facts a machine can read (numbers, codes, times as ISO text), never clinical
    notes: texts over 200 characters and floats that are not finite raise
    :class:`~ketacare.core.errors.InputError`, and so does an unknown tag.
    """
    from ketacare.clinic.audit import actions

    return actions.record(
        tag=tag, by=by, patient_id=patient_id, object_id=object_id, details=details, reason=reason
    )


def record_read(
    *,
    tag: Tag | str,
    by: User | Actor,
    patient_id: uuid.UUID | str,
    object_id: uuid.UUID | str | int | None = None,
) -> Event | None:
    """Return the event of reading a patient's page, or ``None`` when one of the same person,
    patient and page is less than five minutes old: the log must not outgrow the data.
    """  # noqa: D205 - the sentence needs both lines
    from ketacare.clinic.audit import actions

    return actions.record_read(tag=tag, by=by, patient_id=patient_id, object_id=object_id)
