"""What was asked and decided about a person during one visit, as events.

Answers and overrides belong to the person, not to the session, and may rightly be corrected after
the seal. Read again for comparing, they are those that were sealed, without what came later to them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db.models import QuerySet

from ketacare.clinic.eligibility import access as eligibility
from ketacare.clinic.eligibility.models import Answer, Override
from ketacare.clinic.infusions.models import Session
from ketacare.clinic.records.rows import Event, event_of
from ketacare.core.sealing import KEY

ANSWER, OVERRIDE = "eligibility.answer", "eligibility.override"
# What may come to a row later: fields that belong together, empty as long as it has not come.
_LATER = {
    ANSWER: ({"superseded_by_id": None, "superseded_reason": ""},),
    OVERRIDE: (
        {"cosigned_by_id": None, "cosigned_role": "", "cosigned_at": None},
        {"withdrawn_by_id": None, "withdrawn_reason": "", "withdrawn_at": None},
    ),
}


def decided(session: Session, *, as_of: datetime) -> Iterator[Event]:
    """Yield the answers given from check-in to leaving, and the overrides that visit rested on."""
    begun = session.checked_in_at or session.created_at
    ended = min(session.discharged_at or session.cancelled_at or as_of, as_of)
    answers, overrides = _of(session)
    for answer in answers.filter(at__gte=begun, at__lte=ended):
        yield event_of(ANSWER, answer)
    for override in overrides.filter(at__gte=begun - eligibility.VISIT, at__lte=ended):
        yield event_of(OVERRIDE, override)


def decided_again(session: Session, sealed: Mapping[str, Event]) -> Iterator[Event]:
    """Yield the same rows as they stand now, less what came to them after the seal."""
    answers, overrides = _of(session)
    for label, rows in ((ANSWER, answers), (OVERRIDE, overrides)):
        for row in rows.filter(pk__in=_ids(label, sealed)):
            event = event_of(label, row)
            before = sealed[event[KEY]]["row"]
            for later in _LATER[label]:
                if all(before[name] == empty for name, empty in later.items()):
                    event["row"] |= later
            yield event


def _of(session: Session) -> tuple[QuerySet[Answer], QuerySet[Override]]:
    return eligibility.answers_of(session.patient_id), eligibility.overrides_of(session.patient_id)


def _ids(label: str, sealed: Mapping[str, Event]) -> list[uuid.UUID]:
    begins = f"{label}:"
    return [uuid.UUID(key.removeprefix(begins)) for key in sealed if key.startswith(begins)]
