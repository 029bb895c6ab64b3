"""The grade that the measured values of a session suggest for an adverse event; a clinician decides."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Max
from django.utils.translation import gettext as _

from ketacare.clinic.infusions.models import AdverseEvent, Session
from ketacare.clinic.vitals.models import Value
from ketacare.core.record import Vital
from ketacare.knowledge.load import load_adverse_events


def propose(session: Session, term: str) -> tuple[int, str] | None:
    """Return the proposed grade and why, ``None`` where the values of the session suggest none."""
    known = load_adverse_events()
    if not known.terms[term].by_pressure or session.started_at is None:
        return None
    systolic, diastolic = (_peak(session, kind) for kind in (Vital.SYSTOLIC, Vital.DIASTOLIC))
    grade = known.propose(term, systolic, diastolic)
    if grade is None:
        return None
    said = _("The highest pressures since the start were {high} and {low} mmHg. {expected}").format(
        high="–" if systolic is None else f"{systolic:g}",
        low="–" if diastolic is None else f"{diastolic:g}",
        expected=known.expected,
    )
    return grade, said


def _peak(session: Session, kind: Vital) -> float | None:
    found: float | None = Value.objects.filter(
        session=session, kind=kind.value, value__isnull=False, superseded_by__isnull=True,
        at__gte=session.started_at,
    ).aggregate(peak=Max("value"))["peak"]  # fmt: skip
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One event as a line."""

    row: AdverseEvent
    label: str


def events_of(session: Session) -> tuple[Listed, ...]:
    """Return the adverse events of a session, oldest first."""
    terms = load_adverse_events().terms
    return tuple(
        Listed(row=row, label=row.said or terms[row.term].label)
        for row in session.adverse_events.all()
    )
