"""Gives one sample person an infusion through the infusions' own actions, at the times given.

Every write is the one a page would make, by a named member of the sample staff, so the log and
the record are those of a clinic. Calls must come in order of time: later steps look at the record
as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.demo import answers, bedside
from ketacare.clinic.demo.writing import Order, Staff, Writing
from ketacare.clinic.eligibility import actions as eligibility_actions
from ketacare.clinic.eligibility.mapping import signers_of
from ketacare.clinic.infusions import actions as infusions
from ketacare.clinic.infusions.models import Chair, Session
from ketacare.clinic.infusions.vial import Vial
from ketacare.clinic.plans import access as plans_access
from ketacare.core.record import Vital
from ketacare.core.safety import RuleFinding

__all__ = ["Chart", "Order", "Staff"]

_BAG_ML = 50.0
_VIAL_MG_PER_ML = 50.0
_VIAL = Vial(ndc="0000-0000-00", lot="SAMPLE", expires_on=date(2099, 12, 31), recalled=False)
_DURING_MIN = (10.0, 20.0, 30.0)
_SPIKE_FROM_MIN = 30.0
_AFTER_MIN = (60.0, 90.0, 122.0)
_LEAVE_MIN = 124.0


class Chart(Writing):
    """One sample person, with infusions; ``brief`` ones have fewer observations."""

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
        visit: dict[str, Any] = {"by": self.nurse, "expected_version": None}
        arrived = at - timedelta(minutes=40)
        infusions.check_in(session=session, chair=chair, now=arrived, **visit)
        said = answers.before_dose(
            self.rng,
            fertile=self.is_fertile(at),
            first=self.given == 0,
            day=at.date(),
            brief=self.brief and self.given > 0,
        )
        eligibility_actions.record_answers(
            self.patient, said, by=self.nurse, now=arrived + timedelta(minutes=5)
        )
        weight = self.weighed()
        self.measure(
            at - timedelta(minutes=15),
            {**bedside.before(self.rest, self.rng), Vital.WEIGHT: weight},
            session=session,
        )
        session = infusions.prepare(
            session=session,
            bag_ml=_BAG_ML,
            vial_mg_per_ml=_VIAL_MG_PER_ML,
            vial=_VIAL,
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
        self.given += 1
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
            number=self.given,
            hypertensive=self.hypertensive,
            rng=self.rng,
        )
        for minute in minutes:
            at = session.started_at + timedelta(minutes=minute)
            seen = {**readings.during(minute)}
            if minute >= _SPIKE_FROM_MIN:
                seen |= self.spikes.get(self.given, {})
            self.measure(at, seen, session=session)
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
            self.measure(
                started + timedelta(minutes=minute),
                {**readings.circulation(minute), Vital.SPO2: 99.0, Vital.MOAAS: 5.0},
                session=session,
            )

    def leave(self, session: Session, readings: bedside.Bedside) -> Session:
        """Record what opens the gate, and let the person go."""
        started = session.started_at or timezone.now()
        last = started + timedelta(minutes=_AFTER_MIN[-1])
        said = answers.leaving(self.rng, escort=f"{self.identity.escort}, called")
        eligibility_actions.record_answers(
            self.patient, {"mpadss": 9.0}, by=self.nurse, now=last - timedelta(minutes=14)
        )
        self.measure(
            last, {Vital.CADSS6: min(readings.dissociation(_AFTER_MIN[-1]), 1.0)}, session=session
        )
        eligibility_actions.record_answers(self.patient, said, by=self.nurse, now=last)
        leaving = started + timedelta(minutes=_LEAVE_MIN)
        try:
            left = infusions.discharge(
                session=session, by=self.nurse, now=leaving, expected_version=None
            )
        except infusions.GateClosed as closed:
            left = infusions.discharge(
                session=session,
                by=self.psychiatrist,
                now=leaving + timedelta(minutes=1),
                expected_version=None,
                override_reason=f"Seen at the chair: steady, well, taken home. {closed}"[:400],
            )
        called = leaving + timedelta(hours=23)
        if called < timezone.now():
            left = infusions.record_call(
                session=left, reached=True, well=True, words="", by=self.nurse, now=called
            )
        return left

    def infuse(self, at: datetime, chair: Chair) -> Session:
        """Give a whole infusion, from the booking to the way home."""
        session = self.start(at, chair)
        during = (20.0,) if self.brief else _DURING_MIN
        if self.given in self.spikes:
            during = (*during, _SPIKE_FROM_MIN + 4.0)  # red twice, minutes apart: not a slip
        readings = self.watch(session, during)
        session = self.finish(session, readings)
        self.recover(session, readings, _AFTER_MIN[-1:] if self.brief else _AFTER_MIN)
        return self.leave(session, readings)

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
