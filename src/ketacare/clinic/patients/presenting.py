"""Everything the chart of one person shows, fetched once and put into words.

What is computed here is what the core says about the record as it stands; advice and forecasts are
the stored ones. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.eligibility import access as eligibility
from ketacare.clinic.eligibility.presenting import Counts, counts_of
from ketacare.clinic.history import access as history
from ketacare.clinic.history.presenting import StageView, stage_view
from ketacare.clinic.infusions import access as infusions
from ketacare.clinic.infusions.models import Phase, Session
from ketacare.clinic.patients.charts import ScorePicture, ratings_of, score_picture
from ketacare.clinic.patients.loop import Known, Station, change_of, stations_of
from ketacare.clinic.patients.mapping import person_record
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.plans import access as plans
from ketacare.clinic.plans.models import Plan
from ketacare.clinic.plans.watching import SignalView, watch_view
from ketacare.clinic.questionnaires import access as questionnaires
from ketacare.clinic.therapy import access as therapy
from ketacare.clinic.work.access import open_tasks_for
from ketacare.clinic.work.models import Task
from ketacare.core.measures import Instrument, Rated
from ketacare.core.safety import Station as RuleStation
from ketacare.knowledge.load import load_instruments


@dataclass(frozen=True, slots=True, kw_only=True)
class LastScore:
    """The newest total of one instrument, what it means, and how far it has moved."""

    instrument: Instrument
    rated: Rated
    band: str
    change: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartView:
    """Everything the chart shows."""

    now: datetime
    stations: tuple[Station, ...]
    stage: StageView
    counts: Counts
    review: Any
    plan: Plan | None
    question: Any
    given_in_plan: int
    past_sessions: Sequence[Session]
    coming_sessions: Sequence[Session]
    picture: ScorePicture | None
    scores: tuple[LastScore, ...]
    therapy: Sequence[Any]
    missing_integration: Sequence[Any]
    tasks: Sequence[Task]
    overdue_requests: Sequence[Any]
    risks: Sequence[Any]
    watch: Sequence[SignalView]

    @property
    def stands_out(self) -> str:
        """What the watch sees, in one line; empty when nothing of known accuracy stands out."""
        return " ".join(f"{s.title}: {s.reason}" for s in self.watch if s.calls)


def chart_view(patient: Patient, *, user: User, now: datetime) -> ChartView:
    """Return the chart of a patient this person may see."""
    person = person_record(patient.pk, now=now, patient=patient)
    stage = history.stage_of(person, now=now)
    found = eligibility.findings(
        patient, RuleStation.ELIGIBILITY, now=now, person=person, stage=stage
    )
    counts = counts_of(found)
    plan = plans.active_plan(patient.pk)
    advice = plans.latest_advice(patient.pk)
    question = plans.decision_needed(patient.pk)
    sessions = list(infusions.sessions_of(patient.pk))
    ratings = ratings_of(person, now=now)
    missing = therapy.missing_integration(patient.pk, now=now)
    overdue = list(questionnaires.requests_due(now=now, patient_id=patient.pk))
    review = eligibility.latest_review(patient.pk)
    held = list(therapy.sessions_of(patient.pk))
    known = Known(
        patient=patient,
        person=person,
        now=now,
        stage=stage,
        counts=counts,
        review=review,
        plan=plan,
        question="" if question is None else question.sentence,
        decision=plans.last_decision(patient.pk),
        sessions=sessions,
        ratings=ratings,
        missing_integration=len(missing),
        therapy_held=sum(1 for s in held if s.attended),
        requests_overdue=len(overdue),
        may_book=may(user, Permission.INFUSION_RUN),
    )
    return ChartView(
        now=now,
        stations=stations_of(known),
        stage=stage_view(stage),
        counts=counts,
        review=review,
        plan=plan,
        question=question,
        given_in_plan=sum(
            1 for s in sessions if plan is not None and s.plan_id == plan.pk and s.started_at
        ),
        past_sessions=[s for s in reversed(sessions) if s.started_at is not None or s.is_open],
        coming_sessions=[s for s in sessions if s.phase == Phase.SCHEDULED],
        picture=score_picture(
            person,
            ratings,
            None if advice is None else advice.data,
            plans.comparisons_of(patient.pk),
            now=now,
        ),
        scores=_scores(ratings, person),
        therapy=list(reversed(held))[:5],
        missing_integration=missing,
        tasks=list(open_tasks_for(user, patient_id=patient.pk)),
        overdue_requests=overdue,
        risks=list(questionnaires.open_risk_answers(patient.pk)),
        watch=watch_view(advice, now=now) if patient.is_open else (),
    )


def _scores(ratings: dict[str, tuple[Rated, ...]], person: Any) -> tuple[LastScore, ...]:
    found = []
    for name, instrument in load_instruments().items():
        rows = ratings.get(name, ())
        if rows and rows[-1].total is not None:
            band = instrument.band_of(rows[-1].total)
            found.append(
                LastScore(
                    instrument=instrument,
                    rated=rows[-1],
                    band="" if band is None else band.label,
                    change=change_of(rows, person),
                )
            )
    return tuple(found)
