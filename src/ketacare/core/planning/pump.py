"""The pump sheet: every dose and rate by two routes that share nothing but the order.

Forwards, in floating point, from the order to what is drawn up and set. Backwards, in exact
fractions, from what the syringe and the pump can be set to, back to mg/kg. A difference beyond the
tolerance of the protocol is refused, between the routes and against what a second person entered.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isfinite

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.planning.instructions import notes_for, steps_for
from ketacare.core.planning.protocol import Protocol, Vial, judge_order
from ketacare.core.planning.routes import (
    Backward,
    DoseMismatch,
    Forward,
    backward,
    exact,
    forward,
    reconcile,
    round_to,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpSheet:
    """What to draw up and what to set, and what the person then receives.

    ``dose_mg`` is what was ordered; ``draw_mL`` and ``rate_mL_per_h`` are rounded to what a syringe
    and a pump can be set to; ``delivered_mg`` is what these settings deliver within ``minutes``.
    ``overrides`` are reasons for which this order needs an override, ``steps`` what the nurse does.
    """

    weight_kg: float
    dose_mg_per_kg: float
    minutes: float
    bag_mL: float  # noqa: N815
    vial_mg_per_mL: float  # noqa: N815
    dose_mg: float
    draw_mL: float  # noqa: N815
    diluent_mL: float  # noqa: N815
    concentration_mg_per_mL: float  # noqa: N815
    rate_mL_per_h: float  # noqa: N815
    rate_mg_per_kg_per_min: float
    delivered_mg: float
    delivered_mg_per_kg: float
    deviation_percent: float
    forward: Forward
    backward: Backward
    checked_dose_mg: float | None
    checked_rate_mL_per_h: float | None  # noqa: N815
    overrides: tuple[str, ...]
    notes: tuple[str, ...]
    steps: tuple[str, ...]
    protocol: str
    version: str

    @property
    def second_check_done(self) -> bool:
        """Return whether a second person's dose and rate were both compared with this sheet."""
        return self.checked_dose_mg is not None and self.checked_rate_mL_per_h is not None


def pump_sheet(
    weight_kg: float,
    dose_mg_per_kg: float,
    minutes: float,
    bag_mL: float,
    vial_mg_per_mL: float,
    *,
    protocol: Protocol,
    dilution_recorded: bool = False,
    checked_dose_mg: float | None = None,
    checked_rate_mL_per_h: float | None = None,
) -> PumpSheet:
    """Return the sheet for one infusion, computed by two routes.

    Weight in kg, dose in mg/kg of ketamine base, duration in min, final volume of the bag in mL,
    vial strength in mg/mL. ``dilution_recorded`` says that the dilution of a vial that must be
    diluted is on record. The two ``checked_`` values are what a second person calculated alone.
    Raises :class:`DoseMismatch` when two calculations differ beyond the tolerance, and
    :class:`InputError` for an order outside the hard limits. Limits: rules N01 to N06 as the
    protocol file gives them.
    """
    limits = protocol.pump
    overrides = judge_order(dose_mg_per_kg, minutes, protocol.limits)
    _check_weight(weight_kg, protocol)
    vial = _known_vial(vial_mg_per_mL, protocol)
    if vial.must_dilute and not dilution_recorded:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            f"ketamine {vial_mg_per_mL:g} mg/mL must be diluted; record the dilution step before "
            "a rate is shown",
            where="vial_mg_per_mL",
        )
    if not (isfinite(bag_mL) and bag_mL > 0):
        raise InputError(
            ErrorCode.OUT_OF_RANGE, f"a bag of {bag_mL:g} mL cannot be; give its volume in mL"
        )
    order = forward(weight_kg, dose_mg_per_kg, minutes, bag_mL, vial_mg_per_mL)
    _check_concentration(order, bag_mL, protocol)

    draw_mL = round_to(order.draw_mL, limits.syringe_resolution.to("mL"))
    rate = round_to(order.rate_mL_per_h, limits.rate_resolution.to("mL/h"))
    found = _settings_delivered(
        order, weight_kg, minutes, bag_mL, vial_mg_per_mL, draw_mL=draw_mL, rate_mL_per_h=rate
    )
    tolerance = limits.tolerance.to("1")
    reconcile(order, found, dose_mg_per_kg=dose_mg_per_kg, minutes=minutes, tolerance=tolerance)
    _compare_with_second(checked_dose_mg, order.dose_mg, "dose", "mg", tolerance)
    _compare_with_second(checked_rate_mL_per_h, rate, "rate", "mL/h", tolerance)

    deviation = float(found.delivered_mg_per_kg / exact(dose_mg_per_kg) - 1) * 100
    return PumpSheet(
        weight_kg=weight_kg,
        dose_mg_per_kg=dose_mg_per_kg,
        minutes=minutes,
        bag_mL=bag_mL,
        vial_mg_per_mL=vial_mg_per_mL,
        dose_mg=order.dose_mg,
        draw_mL=draw_mL,
        diluent_mL=float(exact(bag_mL) - exact(draw_mL)),
        concentration_mg_per_mL=float(found.concentration_mg_per_mL),
        rate_mL_per_h=rate,
        rate_mg_per_kg_per_min=order.rate_mg_per_kg_per_min,
        delivered_mg=float(found.delivered_mg),
        delivered_mg_per_kg=float(found.delivered_mg_per_kg),
        deviation_percent=deviation,
        forward=order,
        backward=found,
        checked_dose_mg=checked_dose_mg,
        checked_rate_mL_per_h=checked_rate_mL_per_h,
        overrides=overrides,
        notes=notes_for(draw_mL, rate, deviation, bag_mL=bag_mL, protocol=protocol),
        steps=steps_for(
            found,
            bag_mL=bag_mL,
            vial_mg_per_mL=vial_mg_per_mL,
            draw_mL=draw_mL,
            rate_mL_per_h=rate,
            diluents=protocol.diluents,
        ),
        protocol=protocol.id,
        version=protocol.provenance.version,
    )


def _settings_delivered(
    order: Forward,
    weight_kg: float,
    minutes: float,
    bag_mL: float,
    vial_mg_per_mL: float,
    *,
    draw_mL: float,
    rate_mL_per_h: float,
) -> Backward:
    if draw_mL <= 0 or rate_mL_per_h <= 0:
        raise DoseMismatch(
            ErrorCode.DOSE_MISMATCH,
            f"{order.draw_mL:.4f} mL at {order.rate_mL_per_h:.4f} mL/h is finer than the syringe "
            "and the pump can be set to; take a weaker vial or a larger bag",
        )
    return backward(
        weight_kg=weight_kg,
        minutes=minutes,
        bag_mL=bag_mL,
        vial_mg_per_mL=vial_mg_per_mL,
        draw_mL=draw_mL,
        rate_mL_per_h=rate_mL_per_h,
    )


def _check_weight(weight_kg: float, protocol: Protocol) -> None:
    low = protocol.pump.minimum_weight.to("kg")
    high = protocol.pump.maximum_weight.to("kg")
    if not low <= weight_kg <= high:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"a weight of {weight_kg:g} kg is not believed of an adult ({low:g} to {high:g} kg); "
            "check the number and that it is in kilograms",
            where="weight_kg",
        )


def _known_vial(vial_mg_per_mL: float, protocol: Protocol) -> Vial:
    for vial in protocol.pump.vials:
        if vial.strength.to("mg/mL") == vial_mg_per_mL:
            return vial
    known = ", ".join(f"{v.strength.to('mg/mL'):g}" for v in protocol.pump.vials)
    raise InputError(
        ErrorCode.UNKNOWN_NAME,
        f"no vial of {vial_mg_per_mL:g} mg/mL is known; read the label again, strengths are "
        f"{known} mg/mL",
        where="vial_mg_per_mL",
    )


def _check_concentration(order: Forward, bag_mL: float, protocol: Protocol) -> None:
    highest = protocol.pump.maximum_concentration.to("mg/mL")
    # Compared in exact fractions: 2 mg/mL made of 35.1 mg in 17.55 mL is not above 2.
    if exact(order.dose_mg) / exact(bag_mL) > exact(highest) * (1 + Fraction(1, 10**9)):
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"{order.dose_mg:g} mg in {bag_mL:g} mL is {order.concentration_mg_per_mL:.3g} mg/mL; "
            f"use at least {order.dose_mg / highest:.4g} mL so that it stays at or below "
            f"{highest:g} mg/mL",
            where="bag_mL",
        )


def _compare_with_second(
    checked: float | None, own: float, what: str, unit: str, tolerance: float
) -> None:
    if checked is None:
        return
    if not isfinite(checked) or abs(exact(checked) - exact(own)) > exact(tolerance) * exact(own):
        raise DoseMismatch(
            ErrorCode.DOSE_MISMATCH,
            f"the second calculation gives a {what} of {checked:g} {unit}, this sheet "
            f"{own:.6g} {unit}, more than {tolerance:.0%} apart; both calculate again before "
            "anything is drawn up",
            where=f"checked_{what}",
        )
