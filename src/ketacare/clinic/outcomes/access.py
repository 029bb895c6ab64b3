"""Gathers what the clinic learns from: courses, decisions and forecasts, without anybody's name.

Aggregated only: nothing here returns a person. Sample people are counted only where the clinic
itself runs on sample data.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may, sees_clinical
from ketacare.clinic.infusions import access as infusions
from ketacare.clinic.outcomes.counting import Held, Reading, TreatedCourse
from ketacare.clinic.plans import access as plans
from ketacare.clinic.plans.models import Comparison, Decision
from ketacare.clinic.questionnaires import access as questionnaires
from ketacare.knowledge.load import load_protocol

INSTRUMENTS = ("gad7", "phq9")
_FIRST = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One score with its forecast; ``learned`` tells whether that rested on the person's scores.

    ``person`` is a number that only says which scores are of one person.
    """

    instrument: str
    learned: bool
    days_ahead: float
    person: int
    held: Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One decision without the person: what was done, on what ground, against what advice.

    ``reason`` is in the signer's own words, empty for those who read no charts.
    """

    kind: str
    grounds: str
    first: bool
    departs: bool | None
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Everything the page counts; ``hides_small`` says that small numbers must not be shown."""

    courses: dict[str, tuple[TreatedCourse, ...]]
    decisions: tuple[Decided, ...]
    compared: tuple[Compared, ...]
    not_comparable: int
    hides_small: bool


def learned_for(user: User, *, now: datetime) -> Learned:
    """Return what this person may see of what the clinic has learned until ``now``."""
    if not may(user, Permission.OUTCOMES_VIEW):
        raise PermissionDenied(_("Your role does not see the clinic's outcomes."))
    given = _infusions(now)
    rows = [
        row for row in plans.all_comparisons().select_related("patient") if _counts(row.patient)
    ]
    readings = _readings({*given, *(row.patient_id for row in rows)}, given, now)
    standing = [row for row in rows if _stands(row, readings)]
    comparable = [row for row in standing if row.about]
    person = {key: n for n, key in enumerate(dict.fromkeys(row.patient_id for row in comparable))}
    reads = sees_clinical(user)
    return Learned(
        courses={
            name: tuple(
                TreatedCourse(infusions=tuple(at), readings=tuple(readings[patient, name]))
                for patient, at in given.items()
            )
            for name in INSTRUMENTS
        },
        decisions=tuple(
            _decided(d, reads=reads)
            for d in plans.all_decisions().select_related("patient")
            if _counts(d.patient) and d.at <= now
        ),
        compared=tuple(
            Compared(
                instrument=row.instrument,
                learned=row.learned,
                days_ahead=row.days_ahead,
                person=person[row.patient_id],
                held=_held(row),
            )
            for row in comparable
        ),
        not_comparable=len(standing) - len(comparable),
        hides_small=not reads,
    )


def _infusions(now: datetime) -> dict[uuid.UUID, list[datetime]]:
    """Return when each treated patient's infusions were started."""
    found: dict[uuid.UUID, list[datetime]] = defaultdict(list)
    # Those booked for a later day have not started; a day is room for one started early.
    for session in infusions.sessions_between(_FIRST, now + timedelta(days=1)):
        if (
            session.started_at is not None
            and session.started_at <= now
            and _counts(session.patient)
        ):
            found[session.patient_id].append(session.started_at)
    return {patient: sorted(at) for patient, at in found.items()}


def _readings(
    patients: set[uuid.UUID], given: dict[uuid.UUID, list[datetime]], now: datetime
) -> dict[tuple[uuid.UUID, str], list[Reading]]:
    rated_from = timedelta(hours=load_protocol().guideline.thresholds.rated_from.to("h"))
    found: dict[tuple[uuid.UUID, str], list[Reading]] = defaultdict(list)
    for row in questionnaires.standing_among(patients):
        if row.total is None or row.at > now:
            continue
        before = [at for at in given.get(row.patient_id, ()) if at <= row.at]
        usable = not before or row.at - before[-1] >= rated_from
        reading = Reading(at=row.at, total=row.total, usable=usable)
        found[row.patient_id, row.instrument].append(reading)
    return found


def _stands(row: Comparison, readings: dict[tuple[uuid.UUID, str], list[Reading]]) -> bool:
    """Return whether the score was not corrected since it was compared."""
    return any(
        r.at == row.at and r.total == row.total for r in readings[row.patient_id, row.instrument]
    )


def _held(row: Comparison) -> Held:
    values = (row.p5, row.p10, row.p25, row.p75, row.p90, row.p95)
    # A row that says which forecast it is about has all of its percentiles: written together.
    p5, p10, p25, p75, p90, p95 = (float(v) for v in values if v is not None)
    return Held(total=row.total, p5=p5, p10=p10, p25=p25, p75=p75, p90=p90, p95=p95)


def _decided(decision: Decision, *, reads: bool) -> Decided:
    return Decided(
        kind=decision.kind,
        grounds=decision.grounds,
        first=decision.option_index == 0,
        departs=None if not decision.shown.get("chosen") else bool(decision.shown.get("departs")),
        at=decision.at,
        reason=decision.reason if reads else "",
    )


def _counts(patient: object) -> bool:
    sample = getattr(patient, "is_sample", False)
    return bool(settings.KETACARE["KETACARE_SAMPLE_DATA"]) or not sample
