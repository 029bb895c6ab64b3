"""History rows as the core's records, where Django's types stop.

Dates are stored as days; the core gets midnight UTC of that day, so that a reader sees the same
date again. The last day of a medicine counts as taken.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from ketacare.clinic.history.models import Diagnosis, Medicine, Trial
from ketacare.core import record


def day_start(day: date | None) -> datetime | None:
    """Return the first moment of a day, as the core wants times."""
    return None if day is None else datetime.combine(day, time.min, tzinfo=UTC)


def day_end(day: date | None) -> datetime | None:
    """Return the last second of a day."""
    return None if day is None else datetime.combine(day, time(23, 59, 59), tzinfo=UTC)


def diagnosis_of(row: Diagnosis) -> record.Diagnosis:
    """Return a diagnosis as the core reads it; raises ``InputError`` when it cannot be."""
    return record.Diagnosis(
        name=row.name,
        code=row.code,
        confirmed_by=row.confirmed_by,
        confirmed_on=day_start(row.confirmed_on),
        in_person=row.in_person,
        primary=row.primary,
        since=day_start(row.since),
    )


def trial_of(row: Trial) -> record.TreatmentTrial:
    """Return a trial as the core reads it; raises ``InputError`` naming the field that is wrong."""
    return record.TreatmentTrial(
        id=str(row.pk),
        kind=record.TreatmentKind(row.kind),
        treatment=row.treatment,
        name=row.name,
        dose_mg_per_day=row.dose_mg_per_day,
        weeks_at_dose=row.weeks_at_dose,
        started=day_start(row.started),
        ended=day_start(row.ended),
        ongoing=row.ongoing,
        adherence=record.Adherence(row.adherence) if row.adherence else None,
        outcome=record.TrialOutcome(row.outcome) if row.outcome else None,
        end_reason=record.EndReason(row.end_reason) if row.end_reason else None,
        sessions=row.sessions,
        weeks=row.weeks,
        disorder_specific=row.disorder_specific,
        exposure_delivered=row.exposure_delivered,
        therapist_qualified=row.therapist_qualified,
        homework_fraction=row.homework_fraction,
        role=record.TrialRole(row.role) if row.role else None,
        added_to=row.added_to,
        optimised=row.optimised,
        certainty=record.Certainty(row.certainty) if row.certainty else None,
        recorded_by=row.entered_by.display_name if row.entered_by else "",
        note=row.note,
    )


def medicine_of(row: Medicine) -> record.Medicine:
    """Return a medicine as the core reads it; raises ``InputError`` naming what is wrong."""
    return record.Medicine(
        ingredient=row.ingredient,
        name=row.name,
        mg_per_day=row.mg_per_day,
        since=day_start(row.since),
        until=day_end(row.until),
        last_taken=row.last_taken,
        as_needed=row.as_needed,
    )
