"""Keeps one infusion in progress: found when the demo starts, or started for somebody else.

An infusion that was left running when the demo was stopped stays in the record as it is, with a
note that says so; at the start after that one its end is written down, late and with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.demo import chart as charts
from ketacare.clinic.demo import stock
from ketacare.clinic.demo.caseload import make_chairs
from ketacare.clinic.demo.chart import Staff
from ketacare.clinic.demo.identities import Identity
from ketacare.clinic.infusions import access as infusions_access
from ketacare.clinic.infusions import actions as infusions
from ketacare.clinic.infusions.models import FLOWING_PHASES, Chair, Phase, Session, Step
from ketacare.clinic.patients.access import open_patients
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.plans.access import active_plan, needs_decision
from ketacare.clinic.questionnaires.access import open_risk_answers
from ketacare.clinic.vitals.access import measurements_of
from ketacare.core.errors import InputError
from ketacare.core.record import Vital

OLD = timedelta(hours=2)
STARTED_AGO_MIN = 15.0
_SPACING = timedelta(hours=48)
LEFT_NOTE = (
    "Sample clinic: the demo was stopped while this infusion was in progress. Nothing was recorded "
    "after {when}; the record is kept as it is."
)
_LATE_REASON = (
    "Sample clinic: the demo was not running when this infusion ended; written down afterwards."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InProgress:
    """The infusion in progress, and whether it was started just now."""

    session: Session
    fresh: bool


def in_progress(*, staff: Staff, now: datetime, seed: int) -> InProgress | None:
    """Return an infusion that is running now, starting one when the last one is old.

    ``None`` when no sample person may have one: each has a reason on the board.
    """
    flowing = [
        session
        for session in infusions_access.open_sessions().filter(patient__is_sample=True)
        if session.phase in FLOWING_PHASES and session.started_at is not None
    ]
    for session in flowing:
        if session.started_at is not None and now - session.started_at <= OLD:
            return InProgress(session=session, fresh=False)
    for session in flowing:
        _set_aside(session, staff=staff, now=now)
    make_chairs(staff, now=now)
    for patient in _candidates(now):
        found = _start(patient, staff=staff, now=now, seed=seed)
        if found is not None:
            return InProgress(session=found, fresh=True)
    return None


def _set_aside(session: Session, *, staff: Staff, now: datetime) -> None:
    """Say on an old session that it was left; write its end down when that was said before."""
    nurse, doctor = staff[Role.NURSE], staff[Role.PSYCHIATRIST]
    noted = session.steps.filter(act=Step.Act.NOTE, text__startswith=LEFT_NOTE[:40]).exists()
    if not noted:
        last = session.steps.order_by("-version").values_list("at", flat=True).first() or now
        text = LEFT_NOTE.format(when=f"{last:%Y-%m-%d %H:%M} UTC")
        infusions.note(session=session, text=text, by=nurse, now=now)
        return
    infusions.stop(session=session, reason=_LATE_REASON, by=nurse, now=now, expected_version=None)
    infusions.discharge(
        session=session, by=doctor, now=now, expected_version=None, override_reason=_LATE_REASON
    )


def _candidates(now: datetime) -> list[Patient]:
    """Return sample people who may have their next infusion today, the longest waiting first."""
    waiting: list[tuple[datetime, Patient]] = []
    for patient in open_patients().filter(is_sample=True):
        plan = active_plan(patient.pk)
        if plan is None or open_risk_answers(patient.pk).exists():
            continue
        sessions = list(infusions_access.sessions_of(patient.pk))
        given = [s.started_at for s in sessions if s.started_at and s.started_at >= plan.signed_at]
        if any(s.is_open for s in sessions) or not given or len(given) >= plan.number:
            continue
        last = max(given)
        if now - last >= _SPACING and not _goes_badly(patient):
            waiting.append((last, patient))
    return [patient for _last, patient in sorted(waiting, key=lambda row: (row[0], row[1].name))]


def _goes_badly(patient: Patient) -> bool:
    """Return whether the advice asks for a decision first: nobody gives a dose before that."""
    return needs_decision(patient.pk)


def _start(patient: Patient, *, staff: Staff, now: datetime, seed: int) -> Session | None:
    free = _free_chair()
    identity = _identity_of(patient)
    if free is None or identity is None:
        return None
    chart = charts.Chart(
        identity, staff=staff, rng=np.random.default_rng([seed, int(now.timestamp())])
    )
    chart.take_over(patient)
    booked = infusions_access.sessions_of(patient.pk).filter(phase=Phase.SCHEDULED).first()
    try:
        session = chart.start(
            now - timedelta(minutes=STARTED_AGO_MIN), free, session=booked, notice_days=1.0
        )
    except InputError:
        # What is open about this person stays open on their page; somebody else is next.
        return None
    stock.take(session, staff, now=now)
    chart.watch(session, (10.0,))
    return session


def _free_chair() -> Chair | None:
    taken = {session.chair_id for session in infusions_access.open_sessions()}
    return next((chair for chair in infusions_access.chairs() if chair.pk not in taken), None)


def _identity_of(patient: Patient) -> Identity | None:
    """Return who a person in the record is, as far as an infusion needs it."""
    weights = [m for m in measurements_of(patient.pk) if m.kind is Vital.WEIGHT]
    if not weights or patient.birth_date is None:
        return None
    return Identity(
        given_name=patient.given_name,
        family_name=patient.family_name,
        preferred_name=patient.preferred_name,
        sex=patient.sex,
        birth_date=patient.birth_date,
        weight_kg=weights[-1].value,
        height_cm=0.0,  # measured long ago and not again
        phone=patient.phone,
        referred_by=patient.referred_by,
        escort="friend",
    )
