"""Writes one sample person through the apps' own actions, step by step, at the times given.

Every write is the one a page would make, by a named member of the sample staff, so the log and
the record are those of a clinic. Calls must come in order of time: later steps look at the record
as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.utils import timezone

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.demo import answers, bedside
from ketacare.clinic.demo.histories import History
from ketacare.clinic.demo.identities import Identity
from ketacare.clinic.eligibility import access as eligibility
from ketacare.clinic.eligibility import actions as eligibility_actions
from ketacare.clinic.eligibility.mapping import signers_of
from ketacare.clinic.eligibility.models import Review
from ketacare.clinic.history import actions as history_actions
from ketacare.clinic.infusions import access as infusions_access
from ketacare.clinic.infusions import actions as infusions
from ketacare.clinic.infusions.models import Chair, Session
from ketacare.clinic.patients import actions as patients
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.plans import access as plans_access
from ketacare.clinic.plans import actions as plans
from ketacare.clinic.plans.models import AdviceSnapshot, Decision, Plan
from ketacare.clinic.questionnaires import actions as questionnaires
from ketacare.clinic.questionnaires.access import open_risk_answers
from ketacare.clinic.questionnaires.models import Request
from ketacare.clinic.therapy import actions as therapy
from ketacare.clinic.therapy.models import Session as TherapySession
from ketacare.clinic.vitals import actions as vitals
from ketacare.clinic.work import actions as work
from ketacare.clinic.work.models import TaskKind
from ketacare.core.pharmacology import Baseline
from ketacare.core.record import Vital
from ketacare.core.safety import RuleFinding, Station

Staff = Mapping[Role, User]

_FERTILE_YEARS = (18.0, 50.0)
_BAG_ML = 50.0
_VIAL_MG_PER_ML = 50.0
_DURING_MIN = (10.0, 20.0, 30.0)
_SPIKE_FROM_MIN = 30.0
_AFTER_MIN = (60.0, 90.0, 122.0)
_LEAVE_MIN = 124.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the psychiatrist orders."""

    number: int = 6
    dose_mg_per_kg: float = 0.5
    minutes: float = 40.0
    days_between: float = 3.5
    therapy: bool = True


class Chart:
    """One sample person; ``brief`` writes fewer observations at each infusion."""

    def __init__(
        self,
        identity: Identity,
        *,
        staff: Staff,
        rng: np.random.Generator,
        hypertensive: bool = False,
        rest: Baseline | None = None,
        brief: bool = False,
    ) -> None:
        self.identity, self._rng, self._brief = identity, rng, brief
        self._hypertensive = hypertensive
        self._staff = staff
        self.rest = rest or bedside.rest_of(rng, hypertensive=hypertensive)
        self._given = 0
        self.spikes: Mapping[int, Mapping[Vital, float]] = {}  # by number of the infusion
        self.patient: Patient

    def take_over(self, patient: Patient) -> None:
        """Go on with somebody who is in the record already."""
        self.patient = patient
        self._given = len(infusions_access.infusions_of(patient.pk))

    # Who acts.

    @property
    def psychiatrist(self) -> User:
        """The psychiatrist of the sample staff."""
        return self._staff[Role.PSYCHIATRIST]

    @property
    def nurse(self) -> User:
        """The nurse of the sample staff."""
        return self._staff[Role.NURSE]

    @property
    def anaesthetist(self) -> User:
        """The anaesthesia clinician of the sample staff."""
        return self._staff[Role.ANAESTHESIA]

    @property
    def therapist(self) -> User:
        """The psychotherapist of the sample staff."""
        return self._staff[Role.THERAPIST]

    # The way to a plan.

    def refer(self, at: datetime, note: str) -> None:
        """Take in the referral."""
        who = self.identity
        self.patient = patients.add_patient(
            by=self._staff[Role.FRONT_DESK],
            now=at,
            given_name=who.given_name,
            family_name=who.family_name,
            preferred_name=who.preferred_name,
            birth_date=who.birth_date,
            sex=who.sex,
            phone=who.phone,
            referred_by=who.referred_by,
            referral_note=note,
            is_sample=True,
        )

    def tell(self, at: datetime, told: History, *, complete: bool = True) -> None:
        """Take the history; ``complete`` closes the task that asks for it."""
        common = {"patient": self.patient, "by": self.psychiatrist, "now": at}
        for row in told.diagnoses:
            seen = {"confirmed_by": self.psychiatrist.display_name, "confirmed_on": at.date()}
            confirmed = {**seen, "in_person": True} if complete else {}
            history_actions.record_diagnosis(**common, **row, **confirmed)
        for row in told.trials:
            history_actions.record_trial(**common, **row)
        for row in told.medicines:
            history_actions.record_medicine(**common, **row)
        if complete:
            work.complete_tasks(
                by=self.psychiatrist, patient_id=self.patient.pk, kind=TaskKind.HISTORY
            )

    def work_up(
        self,
        at: datetime,
        *,
        changed: Mapping[str, answers.Value] | None = None,
        left_out: Sequence[str] = (),
    ) -> None:
        """Answer the questions of the work-up and measure; ``left_out`` was not asked yet."""
        said = answers.work_up(self._rng, fertile=self._is_fertile(at)) | dict(changed or {})
        for code in left_out:
            said.pop(code, None)
        eligibility_actions.record_answers(self.patient, said, by=self.nurse, now=at)
        self._measure(at, {Vital.HEIGHT: self.identity.height_cm, Vital.WEIGHT: self._weight()})
        self._measure(at, self._pressure())

    def override_held(self, at: datetime, reason: str, *, cosign: bool = True) -> int:
        """Override what may be overridden at eligibility; return how many findings that were."""
        held = [
            finding
            for finding, signed in eligibility.findings(self.patient, Station.ELIGIBILITY, now=at)
            if eligibility.is_held(finding, signed) and finding.needs_override
        ]
        for finding in held:
            row = eligibility_actions.override(
                patient=self.patient, finding=finding, reason=reason, by=self.psychiatrist, now=at
            )
            if cosign and row.awaited:
                eligibility_actions.cosign(
                    override=row, by=self.anaesthetist, now=at + timedelta(minutes=20)
                )
        return len(held)

    def review(
        self, at: datetime, decision: str = Review.Decision.ELIGIBLE, note: str = ""
    ) -> None:
        """Sign the eligibility review."""
        found = eligibility.findings(self.patient, Station.ELIGIBILITY, now=at)
        eligibility_actions.sign_review(
            patient=self.patient,
            decision=decision,
            findings=found,
            by=self.psychiatrist,
            now=at,
            note=note,
        )

    def consent(self, at: datetime) -> None:
        """Sign the consent to off-label treatment."""
        eligibility_actions.record_answers(
            self.patient, answers.consent(self._rng), by=self.psychiatrist, now=at
        )

    # Advice and plans.

    def advise(self, at: datetime) -> AdviceSnapshot:
        """Compute options and forecasts from what is known at ``at``, and keep them."""
        return plans.refresh_advice(self.patient, now=at)

    def sign(self, at: datetime, order: Order, *, reason: str = "") -> Plan:
        """Sign the option that is the order when there is one, the order itself otherwise."""
        snapshot = plans_access.latest_advice(self.patient.pk)
        if snapshot is not None:
            for index, option in enumerate(snapshot.options):
                if not option["dose_days"]:
                    continue
                offered = plans.wanted_of(option)
                if (
                    abs(offered.dose_mg_per_kg - order.dose_mg_per_kg) < 1e-6
                    and abs(offered.minutes - order.minutes) < 1e-6
                    and offered.number == order.number
                    and offered.therapy == order.therapy
                ):
                    decision = plans.sign_plan(
                        self.patient,
                        by=self.psychiatrist,
                        now=at,
                        snapshot=snapshot,
                        option_index=index,
                        reason=reason or "The standard course, as agreed with the patient.",
                    )
                    assert decision.plan is not None  # noqa: S101 - an option with doses is a plan
                    return decision.plan
        decision = plans.modify(
            self.patient,
            by=self.psychiatrist,
            now=at,
            dose_mg_per_kg=order.dose_mg_per_kg,
            minutes=order.minutes,
            number=order.number,
            days_between=order.days_between,
            therapy=order.therapy,
            reason=reason or "The standard course, as agreed in the first conversation.",
            grounds=Decision.Grounds.GUIDELINE,
            snapshot=snapshot,
        )
        assert decision.plan is not None  # noqa: S101 - modify always makes a plan
        return decision.plan

    def end_plan(self, at: datetime, reason: str, grounds: str) -> None:
        """End the plan in force."""
        plans.end_plan(self.patient, by=self.psychiatrist, now=at, reason=reason, grounds=grounds)

    def stay(self, at: datetime, reason: str) -> None:
        """Leave the plan as it is, on the record, when the newest advice asks for a decision."""
        snapshot = plans_access.latest_advice(self.patient.pk)
        if snapshot is not None and snapshot.asks and not snapshot.decisions.exists():
            plans.decline(
                self.patient,
                by=self.psychiatrist,
                now=at,
                snapshot=snapshot,
                reason=reason,
                grounds=Decision.Grounds.PREFERENCE,
            )

    # Scores and therapy.

    def answer(self, at: datetime, scores: Mapping[str, Sequence[int]]) -> None:
        """Answer questionnaires by link, sent two hours before."""
        request, _token = questionnaires.send_request(
            patient=self.patient,
            instruments=list(scores),
            by=self.nurse,
            now=at - timedelta(hours=2),
        )
        questionnaires.open_link(request=request, now=at - timedelta(minutes=2))
        questionnaires.answer(request=request, answers=scores, now=at, refresh=False)

    def write_down(self, at: datetime, scores: Mapping[str, Sequence[int]]) -> None:
        """Enter questionnaires that were answered on paper."""
        for name, items in scores.items():
            questionnaires.record_paper_score(
                patient=self.patient,
                instrument=name,
                items=items,
                by=self.nurse,
                now=at + timedelta(minutes=10),
                at=at,
                refresh=False,
            )

    def take_charge(self, at: datetime) -> None:
        """Act on answers about risk that are open."""
        for risk in open_risk_answers(self.patient.pk):
            questionnaires.acknowledge_risk(
                risk=risk,
                by=self.psychiatrist,
                now=at,
                note="Called: no plan and no intent; crisis plan gone through again.",
            )

    def ask(
        self, at: datetime, *, due_at: datetime | None = None, expires_at: datetime | None = None
    ) -> tuple[Request, str]:
        """Send a link that nobody has answered yet."""
        return questionnaires.send_request(
            patient=self.patient,
            instruments=["gad7", "phq9"],
            by=self.nurse,
            now=at,
            due_at=due_at,
            expires_at=expires_at,
        )

    def rate(self, at: datetime, items: Sequence[int]) -> None:
        """Rate the HAM-A."""
        questionnaires.record_clinician_score(
            patient=self.patient,
            instrument="hama",
            items=items,
            by=self.psychiatrist,
            now=at,
            refresh=False,
        )

    def talk(
        self,
        at: datetime,
        kind: str,
        *,
        infusion: Session | None = None,
        note: Mapping[str, str] | None = None,
    ) -> TherapySession:
        """Record a therapy session that took place."""
        return therapy.record(
            patient=self.patient,
            kind=kind,
            at=at,
            by=self.therapist,
            now=at + timedelta(minutes=60),
            minutes=50.0,
            structured=kind in {"integration", "cbt"},
            infusion=infusion,
            note=note,
        )

    def chase(self, at: datetime) -> None:
        """Open the tasks that are due about integration and preparation."""
        therapy.chase(now=at, patient_id=self.patient.pk)

    def close(self, at: datetime, reason: str) -> None:
        """End care."""
        patients.close_care(by=self.psychiatrist, patient=self.patient, now=at, reason=reason)

    # Infusions.

    def book(self, at: datetime, *, now: datetime, chair: Chair | None = None) -> Session:
        """Book an infusion of the plan in force."""
        return infusions.schedule(
            patient=self.patient,
            scheduled_at=at,
            by=self.nurse,
            now=now,
            plan=plans_access.active_plan(self.patient.pk),
            chair=chair,
        )

    def start(
        self,
        at: datetime,
        chair: Chair,
        *,
        session: Session | None = None,
        notice_days: float = 2.0,
    ) -> Session:
        """Bring a session from the booking to the start of the pump at ``at``."""
        session = session or self.book(at, now=at - timedelta(days=notice_days), chair=chair)
        visit = {"by": self.nurse, "expected_version": None}
        arrived = at - timedelta(minutes=40)
        infusions.check_in(session=session, chair=chair, now=arrived, **visit)
        said = answers.before_dose(
            self._rng,
            fertile=self._is_fertile(at),
            first=self._given == 0,
            day=at.date(),
            brief=self._brief and self._given > 0,
        )
        eligibility_actions.record_answers(
            self.patient, said, by=self.nurse, now=arrived + timedelta(minutes=5)
        )
        weight = self._weight()
        self._measure(
            at - timedelta(minutes=15),
            {**bedside.before(self.rest, self._rng), Vital.WEIGHT: weight},
            session=session,
        )
        session = infusions.prepare(
            session=session,
            bag_ml=_BAG_ML,
            vial_mg_per_ml=_VIAL_MG_PER_ML,
            weight_kg=weight,
            now=at - timedelta(minutes=12),
            **visit,
        )
        infusions.second_check(
            session=session,
            dose_mg=session.dose_mg or 0.0,
            rate_ml_h=session.rate_ml_h or 0.0,
            by=self.anaesthetist,
            now=at - timedelta(minutes=8),
            expected_version=None,
        )
        self._given += 1
        try:
            return infusions.start(session=session, now=at, **visit)
        except infusions.NotReady as held:
            for each in held.open_checks:
                self._override(each.finding, at)
        return infusions.start(session=session, now=at, **visit)

    def watch(self, session: Session, minutes: Sequence[float]) -> bedside.Bedside:
        """Record the observations of a running infusion at these minutes after the start."""
        if session.started_at is None or session.dose_mg is None or session.weight_kg is None:
            raise ValueError("the session has not been started")
        readings = bedside.Bedside(
            weight_kg=session.weight_kg,
            dose_mg=session.dose_mg,
            minutes=session.minutes or 40.0,
            rest=self.rest,
            at_minutes=(*_DURING_MIN, *_AFTER_MIN, *minutes),
            number=self._given,
            hypertensive=self._hypertensive,
            rng=self._rng,
        )
        for minute in minutes:
            at = session.started_at + timedelta(minutes=minute)
            seen = {**readings.during(minute)}
            if minute >= _SPIKE_FROM_MIN:
                seen |= self.spikes.get(self._given, {})
            self._measure(at, seen, session=session)
        return readings

    def finish(self, session: Session, readings: bedside.Bedside) -> Session:
        """Record the end of the infusion when the bag is empty."""
        started = session.started_at or timezone.now()
        minutes = session.minutes or 40.0
        return infusions.stop(
            session=session,
            reason="",
            completed=True,
            by=self.nurse,
            now=started + timedelta(minutes=minutes),
            expected_version=None,
        )

    def recover(
        self, session: Session, readings: bedside.Bedside, minutes: Sequence[float]
    ) -> None:
        """Record the observations after the end at these minutes after the start."""
        started = session.started_at or timezone.now()
        for minute in minutes:
            self._measure(
                started + timedelta(minutes=minute),
                {**readings.circulation(minute), Vital.SPO2: 99.0, Vital.MOAAS: 5.0},
                session=session,
            )

    def leave(self, session: Session, readings: bedside.Bedside) -> Session:
        """Record what opens the gate, and let the person go."""
        started = session.started_at or timezone.now()
        last = started + timedelta(minutes=_AFTER_MIN[-1])
        said = answers.leaving(self._rng, escort=f"{self.identity.escort}, called")
        eligibility_actions.record_answers(
            self.patient, {"mpadss": 9.0}, by=self.nurse, now=last - timedelta(minutes=14)
        )
        self._measure(
            last, {Vital.CADSS6: min(readings.dissociation(_AFTER_MIN[-1]), 1.0)}, session=session
        )
        eligibility_actions.record_answers(self.patient, said, by=self.nurse, now=last)
        leaving = started + timedelta(minutes=_LEAVE_MIN)
        try:
            return infusions.discharge(
                session=session, by=self.nurse, now=leaving, expected_version=None
            )
        except infusions.GateClosed as closed:
            return infusions.discharge(
                session=session,
                by=self.psychiatrist,
                now=leaving + timedelta(minutes=1),
                expected_version=None,
                override_reason=f"Seen at the chair: steady, well, taken home. {closed}"[:400],
            )

    def infuse(self, at: datetime, chair: Chair) -> Session:
        """Give a whole infusion, from the booking to the way home."""
        session = self.start(at, chair)
        during = (20.0,) if self._brief else _DURING_MIN
        if self._given in self.spikes:
            during = (*during, _SPIKE_FROM_MIN + 4.0)  # red twice, minutes apart: not a slip
        readings = self.watch(session, during)
        session = self.finish(session, readings)
        self.recover(session, readings, _AFTER_MIN[-1:] if self._brief else _AFTER_MIN)
        return self.leave(session, readings)

    # Small parts.

    def _override(self, finding: RuleFinding, at: datetime) -> None:
        roles = signers_of(finding)
        row = eligibility_actions.override(
            patient=self.patient,
            finding=finding,
            reason="Known and unchanged since the review; watched more closely.",
            by=self.psychiatrist if Role.PSYCHIATRIST in roles else self.anaesthetist,
            now=at,
        )
        if row.awaited:
            eligibility_actions.cosign(override=row, by=self.anaesthetist, now=at)

    def _measure(
        self, at: datetime, values: Mapping[Vital, float], *, session: Session | None = None
    ) -> None:
        if session is None:
            vitals.record_observation(patient=self.patient, values=values, by=self.nurse, now=at)
        else:
            infusions.record_observation(session=session, values=values, by=self.nurse, now=at)

    def _pressure(self) -> Mapping[Vital, float]:
        found = bedside.before(self.rest, self._rng)
        return {kind: found[kind] for kind in (Vital.SYSTOLIC, Vital.DIASTOLIC, Vital.HEART_RATE)}

    def _weight(self) -> float:
        return round(self.identity.weight_kg + float(self._rng.normal(0.0, 0.4)), 1)

    def _is_fertile(self, at: datetime) -> bool:
        youngest, oldest = _FERTILE_YEARS
        years = (at.date() - self.identity.birth_date).days / 365.25
        return self.identity.sex == "female" and youngest <= years < oldest
