"""The pump sheet and its second check: two people, two calculations, one dose."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.infusions import checks
from ketacare.clinic.infusions.actions.stepping import begin, finish, reasoned
from ketacare.clinic.infusions.models import Phase, Session, Step
from ketacare.clinic.infusions.vial import Vial
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.planning import DoseMismatch, dosing_weight
from ketacare.knowledge.load import load_protocol


@transaction.atomic
def prepare(
    *,
    session: Session,
    bag_ml: float,
    vial_mg_per_ml: float,
    by: User,
    now: datetime,
    expected_version: int | None,
    weight_kg: float | None = None,
    dose_mg_per_kg: float | None = None,
    minutes: float | None = None,
    dilution_recorded: bool = False,
    vial: Vial | None = None,
    vial_skipped: str = "",
) -> Session:
    """Compute the pump sheet and keep it for the second check; a sheet prepared again replaces it.

    Weight in kg (the newest measured one if left out), dose in mg/kg, duration in min, bag in mL,
    strength of the vial in mg/mL. ``vial`` is what was read from its label; ``vial_skipped`` says why
    nothing was, and leaves its mark; without either the infusion cannot start. Dose and duration are the plan's; only who may sign a plan orders others here.
    """
    current = begin(
        session,
        by=by,
        permission=Permission.INFUSION_RUN,
        expected_version=expected_version,
        phases=(Phase.CHECKED_IN, Phase.READY),
        act=Step.Act.PREPARE,
    )
    dose, duration = _order(current, dose_mg_per_kg, minutes, by)
    if weight_kg is None:
        weight_kg = dosing_weight(
            checks.person_of(current, now=now), protocol=load_protocol(), now=now
        )
    current.weight_kg = weight_kg
    current.dose_mg_per_kg, current.minutes = dose, duration
    current.bag_ml, current.vial_mg_per_ml = bag_ml, vial_mg_per_ml
    current.dilution_recorded = dilution_recorded
    skipped = _take_vial(current, vial or Vial(), vial_skipped)
    sheet = checks.sheet_of(current)
    current.dose_mg = sheet.dose_mg
    current.draw_ml = sheet.draw_mL
    current.concentration_mg_per_ml = sheet.concentration_mg_per_mL
    current.rate_ml_h = sheet.rate_mL_per_h
    current.protocol = f"{sheet.protocol} {sheet.version}"
    current.prepared_by, current.prepared_at = by, now
    current.second_by = current.second_at = None
    current.second_dose_mg = current.second_rate_ml_h = None
    # Without the result: the log is read by the person who calculates alone for the second check.
    text = f"{weight_kg:g} kg, {bag_ml:g} mL, {vial_mg_per_ml:g} mg/mL"
    if vial is not None and vial.lot:
        text += ", " + _("lot {lot}").format(lot=vial.lot)
    if skipped:
        text += ". " + _("Vial not read: {why}").format(why=skipped)
    finish(
        current,
        act=Step.Act.PREPARE,
        by=by,
        now=now,
        phase=Phase.CHECKED_IN,
        text=text,
        override=bool(skipped),
    )
    audit.record(
        tag=audit.Tag.INFUSION_PREPARED,
        by=by,
        patient_id=current.patient_id,
        object_id=current.pk,
        details={
            "weight_kg": weight_kg,
            "dose_mg_per_kg": dose,
            "minutes": duration,
            "bag_ml": bag_ml,
            "vial_mg_per_ml": vial_mg_per_ml,
            "dose_mg": sheet.dose_mg,
            "rate_ml_h": sheet.rate_mL_per_h,
            "protocol": current.protocol,
            "ndc": current.vial_ndc,
            "lot": current.vial_lot,
            "expires_on": current.vial_expires_on.isoformat() if current.vial_expires_on else "",
            "scanned": current.vial_scanned,
        },
        reason=skipped,
    )
    return current


def _take_vial(session: Session, vial: Vial, skipped: str) -> str:
    """Keep what was read from the vial on the session; return why nothing was, if so."""
    why = skipped.strip()
    if vial.is_read and why:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("The vial was read, and there is a reason why it was not: keep one of them."),
            where="vial_skipped",
        )
    if why:
        why = reasoned(why, "")
    session.vial_ndc, session.vial_lot = vial.ndc, vial.lot
    session.vial_expires_on, session.vial_recalled = vial.expires_on, vial.recalled
    session.vial_scanned, session.vial_skipped = vial.scanned, why
    return why


def second_check(
    *,
    session: Session,
    dose_mg: float,
    rate_ml_h: float,
    by: User,
    now: datetime,
    expected_version: int | None,
) -> Session:
    """Compare what a second person calculated alone (mg, mL/h) with the sheet; then it is ready.

    Refused for the person who prepared it. A difference beyond the tolerance is written into the
    log of the session and raises :class:`DoseMismatch`: both calculate again.
    """
    try:
        return _second_check(
            session=session,
            dose_mg=dose_mg,
            rate_ml_h=rate_ml_h,
            by=by,
            now=now,
            expected_version=expected_version,
        )
    except DoseMismatch as mismatch:
        _record_mismatch(
            session, dose_mg=dose_mg, rate_ml_h=rate_ml_h, by=by, now=now, mismatch=mismatch
        )
        # Not the sheet's own figures: the next calculation is to be made alone again.
        raise DoseMismatch(
            mismatch.code,
            _(
                "Your calculation and the sheet differ. Both of you calculate again, alone, before "
                "anything is drawn up."
            ),
        ) from mismatch


@transaction.atomic
def _second_check(
    *,
    session: Session,
    dose_mg: float,
    rate_ml_h: float,
    by: User,
    now: datetime,
    expected_version: int | None,
) -> Session:
    current = begin(
        session,
        by=by,
        permission=Permission.INFUSION_RUN,
        expected_version=expected_version,
        phases=(Phase.CHECKED_IN,),
        act=Step.Act.SECOND_CHECK,
    )
    if current.prepared_by is None or current.dose_mg is None:
        raise InputError(ErrorCode.MISSING_KEY, _("There is no pump sheet yet; prepare it first."))
    if current.prepared_by_id == by.pk:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("You prepared this pump sheet; another person signs in and does the second check."),
        )
    checks.sheet_of(current, checked_dose_mg=dose_mg, checked_rate_ml_h=rate_ml_h)
    current.second_by, current.second_at = by, now
    current.second_dose_mg, current.second_rate_ml_h = dose_mg, rate_ml_h
    text = f"{dose_mg:g} mg, {rate_ml_h:g} mL/h"
    finish(current, act=Step.Act.SECOND_CHECK, by=by, now=now, phase=Phase.READY, text=text)
    audit.record(
        tag=audit.Tag.INFUSION_SECOND_CHECKED,
        by=by,
        patient_id=current.patient_id,
        object_id=current.pk,
        details={"dose_mg": dose_mg, "rate_ml_h": rate_ml_h},
    )
    return current


@transaction.atomic
def _record_mismatch(
    session: Session,
    *,
    dose_mg: float,
    rate_ml_h: float,
    by: User,
    now: datetime,
    mismatch: DoseMismatch,
) -> None:
    current = begin(
        session,
        by=by,
        permission=Permission.INFUSION_RUN,
        expected_version=None,
        phases=(Phase.CHECKED_IN,),
        act=Step.Act.MISMATCH,
    )
    text = f"{dose_mg:g} mg, {rate_ml_h:g} mL/h"
    finish(current, act=Step.Act.MISMATCH, by=by, now=now, text=text)
    audit.record(
        tag=audit.Tag.INFUSION_MISMATCH,
        by=by,
        patient_id=current.patient_id,
        object_id=current.pk,
        details={"dose_mg": dose_mg, "rate_ml_h": rate_ml_h, "code": mismatch.code.value},
    )


def _order(
    session: Session, dose_mg_per_kg: float | None, minutes: float | None, by: User
) -> tuple[float, float]:
    planned_dose = session.plan.dose_mg_per_kg if session.plan else None
    planned_minutes = session.plan.minutes if session.plan else None
    dose = planned_dose if dose_mg_per_kg is None else dose_mg_per_kg
    duration = planned_minutes if minutes is None else minutes
    if dose is None or duration is None:
        raise InputError(
            ErrorCode.MISSING_KEY,
            _("No dose is ordered: a psychiatrist signs a plan, or orders dose and duration here."),
        )
    if (dose, duration) != (planned_dose, planned_minutes) and not may(by, Permission.PLAN_SIGN):
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _(
                "{dose:g} mg/kg over {minutes:g} min is not what the plan says; a psychiatrist "
                "orders it, or changes the plan."
            ).format(dose=dose, minutes=duration),
            where="dose_mg_per_kg",
        )
    return dose, duration
