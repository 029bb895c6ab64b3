"""From booked and held sessions to the core's records; notes stay where they are."""

from __future__ import annotations

from ketacare.clinic.therapy.models import Session
from ketacare.core.record import TherapyKind, TherapySession


def session_record(row: Session) -> TherapySession:
    """Return one session as the core reads it, without its note."""
    return TherapySession(
        kind=TherapyKind(row.kind),
        at=row.when,
        minutes=row.minutes,
        attended=row.attended,
        structured=row.structured,
        by="" if row.by is None else row.by.display_name,
    )
