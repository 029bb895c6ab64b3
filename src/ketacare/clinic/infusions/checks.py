"""What the core says about a session: the pump sheet, the checks before the dose, the gate.

Everything here reads and computes; whether an open check has been overridden is asked of
eligibility, which keeps overrides with their signers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from ketacare.clinic.eligibility import access as eligibility
from ketacare.clinic.eligibility.models import Override
from ketacare.clinic.infusions.models import Phase, Session
from ketacare.clinic.patients import mapping as patients
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.planning import PumpSheet, pump_sheet
from ketacare.core.record import Person
from ketacare.core.safety import (
    Gate,
    Outcome,
    Preparation,
    RuleFinding,
    SessionContext,
    Station,
    discharge_gate,
    screen,
)
from ketacare.core.safety import Phase as BedsidePhase
from ketacare.knowledge.load import load_policy, load_protocol, load_treatments

_BEDSIDE = {
    Phase.RUNNING: BedsidePhase.INFUSING,
    Phase.PAUSED: BedsidePhase.PAUSED,
    Phase.RECOVERY: BedsidePhase.OBSERVING,
}
_DRAWN_UP = frozenset({"vial.lot", "vial.diluted", "preparation.limits"})  # the rest: cabinet


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One rule's answer before the dose, and the override that lets care go on in spite of it."""

    finding: RuleFinding
    override: Override | None

    @property
    def stands(self) -> bool:
        """Whether it stands in the way: a hard stop, or an open one that nobody has overridden."""
        return eligibility.is_held(self.finding, self.override)


def person_of(session: Session, *, now: datetime) -> Person:
    """Return everything recorded about the person."""
    return patients.person_record(session.patient_id, now=now)


def bedside_phase(session: Session) -> BedsidePhase | None:
    """Return what is happening at the bedside, ``None`` before the start and after the end."""
    return _BEDSIDE.get(Phase(session.phase))


def context_of(session: Session, *, now: datetime | None = None) -> SessionContext:
    """Return the visit as the rules see it; ``now`` is needed where the clinic's day counts."""
    return SessionContext(
        dose_mg_per_kg=session.dose_mg_per_kg,
        minutes=session.minutes,
        dose_mg=session.dose_mg,
        second_dose_mg=session.second_dose_mg,
        planned_at=None,
        phase=bedside_phase(session),
        started=session.started_at,
        ended=session.ended_at,
        preparation=_preparation(session, now),
    )


def _preparation(session: Session, now: datetime | None) -> Preparation | None:
    if session.prepared_at is None:
        return None
    return Preparation(
        vial_mg_per_mL=session.vial_mg_per_ml,
        dilution_recorded=session.dilution_recorded,
        concentration_mg_per_mL=session.concentration_mg_per_ml,
        rate_mL_per_h=session.rate_ml_h,
        volume_mL=session.bag_ml,
        lot=session.vial_lot,
        expires_on=session.vial_expires_on,
        read_on=None if now is None else timezone.localdate(now),
        recalled=session.vial_recalled,
    )


def drawn_up(session: Session, *, now: datetime, person: Person) -> list[Checked]:
    """Return what the rules about vial and bag say; nothing before the pump sheet.

    A vial that was not read for a stated reason does not stand in the way: the reason does, as a
    mark on the session. An expired or recalled one always does.
    """
    if session.prepared_at is None:
        return []
    found = screen(
        person,
        load_policy(),
        {},
        station=Station.PREPARATION,
        now=now,
        context=context_of(session, now=now),
        rules=_DRAWN_UP,
    )
    return [
        Checked(finding=finding, override=None)
        for finding in found
        if not (
            session.vial_skipped
            and finding.rule == "vial.lot"
            and finding.outcome is Outcome.CANNOT_TELL
        )
    ]


def sheet_of(
    session: Session,
    *,
    checked_dose_mg: float | None = None,
    checked_rate_ml_h: float | None = None,
) -> PumpSheet:
    """Return the pump sheet of the session's order, computed afresh by two routes."""
    order = (
        session.weight_kg,
        session.dose_mg_per_kg,
        session.minutes,
        session.bag_ml,
        session.vial_mg_per_ml,
    )
    if any(value is None for value in order):
        raise InputError(ErrorCode.MISSING_KEY, "The order for the pump sheet is not complete.")
    weight, dose, minutes, bag, vial = (float(value) for value in order if value is not None)
    return pump_sheet(
        weight,
        dose,
        minutes,
        bag,
        vial,
        protocol=load_protocol(),
        dilution_recorded=session.dilution_recorded,
        checked_dose_mg=checked_dose_mg,
        checked_rate_mL_per_h=checked_rate_ml_h,
    )


def before_dose(session: Session, *, now: datetime, person: Person | None = None) -> list[Checked]:
    """Return every check before the dose, what stands in the way first."""
    record = person or person_of(session, now=now)
    found = eligibility.findings(
        session.patient,
        Station.BEFORE_DOSE,
        now=now,
        context=context_of(session),
        person=record,
    )
    checked = [Checked(finding=finding, override=override) for finding, override in found]
    checked += drawn_up(session, now=now, person=record)
    return sorted(checked, key=lambda each: (not each.stands, not each.finding.is_open))


def gate_of(session: Session, *, now: datetime, person: Person | None = None) -> Gate:
    """Return whether the person may leave, criterion by criterion."""
    return discharge_gate(
        person or person_of(session, now=now),
        context_of(session),
        load_policy(),
        now,
        treatments=load_treatments(),
    )
