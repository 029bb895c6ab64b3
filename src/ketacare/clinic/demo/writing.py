"""Writes one sample person through the apps' own actions, up to the infusion: see :mod:`.chart`.

Every write is the one a page would make, by a named member of the sample staff, so the log and
the record are those of a clinic. Calls must come in order of time: later steps look at the record
as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.demo import answers, bedside
from ketacare.clinic.demo.histories import History
from ketacare.clinic.demo.identities import Identity
from ketacare.clinic.eligibility import access as eligibility
from ketacare.clinic.eligibility import actions as eligibility_actions
from ketacare.clinic.eligibility.models import Review
from ketacare.clinic.history import actions as history_actions
from ketacare.clinic.infusions import access as infusions_access
from ketacare.clinic.infusions import actions as infusions
from ketacare.clinic.infusions.models import Session
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
from ketacare.core.safety import Station

_WITH_THERAPY = "Wants to work on it between the infusions; the therapist has time."

Staff = Mapping[Role, User]

_FERTILE_YEARS = (18.0, 50.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the psychiatrist orders."""

    number: int = 6
    dose_mg_per_kg: float = 0.5
    minutes: float = 40.0
    days_between: float = 3.5
    therapy: bool = True


class Writing:
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
        self.identity, self.rng, self.brief = identity, rng, brief
        self.hypertensive = hypertensive
        self._staff = staff
        self.rest = rest or bedside.rest_of(rng, hypertensive=hypertensive)
        self.given = 0
        self.spikes: Mapping[int, Mapping[Vital, float]] = {}  # by number of the infusion
        self.patient: Patient

    def take_over(self, patient: Patient) -> None:
        """Go on with somebody who is in the record already."""
        self.patient = patient
        self.given = len(infusions_access.infusions_of(patient.pk))

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
        common: dict[str, Any] = {"patient": self.patient, "by": self.psychiatrist, "now": at}
        for row in told.diagnoses:
            seen = {"confirmed_by": self.psychiatrist.display_name, "confirmed_on": at.date()}
            confirmed: dict[str, Any] = {**seen, "in_person": True} if complete else {}
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
        said = answers.work_up(self.rng, fertile=self.is_fertile(at)) | dict(changed or {})
        for code in left_out:
            said.pop(code, None)
        eligibility_actions.record_answers(self.patient, said, by=self.nurse, now=at)
        self.measure(at, {Vital.HEIGHT: self.identity.height_cm, Vital.WEIGHT: self.weighed()})
        self.measure(at, self._pressure())

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
            self.patient, answers.consent(self.rng), by=self.psychiatrist, now=at
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
                    and abs(offered.days_between - order.days_between) < 1e-6
                    and offered.therapy == order.therapy
                ):
                    decision = plans.sign_plan(
                        self.patient,
                        by=self.psychiatrist,
                        now=at,
                        snapshot=snapshot,
                        option_index=index,
                        reason=reason or (_WITH_THERAPY if order.therapy else ""),
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

    # Small parts.

    def measure(
        self, at: datetime, values: Mapping[Vital, float], *, session: Session | None = None
    ) -> None:
        """Record what the nurse measured at one moment."""
        if session is None:
            vitals.record_observation(patient=self.patient, values=values, by=self.nurse, now=at)
        else:
            infusions.record_observation(session=session, values=values, by=self.nurse, now=at)

    def _pressure(self) -> Mapping[Vital, float]:
        found = bedside.before(self.rest, self.rng)
        return {kind: found[kind] for kind in (Vital.SYSTOLIC, Vital.DIASTOLIC, Vital.HEART_RATE)}

    def weighed(self) -> float:
        """Return what the scales show today, in kg."""
        return round(self.identity.weight_kg + float(self.rng.normal(0.0, 0.4)), 1)

    def is_fertile(self, at: datetime) -> bool:
        """Return whether a pregnancy test is asked for."""
        youngest, oldest = _FERTILE_YEARS
        years = (at.date() - self.identity.birth_date).days / 365.25
        return self.identity.sex == "female" and youngest <= years < oldest
