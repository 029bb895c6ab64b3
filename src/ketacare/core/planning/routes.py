"""The two routes of a pump calculation, which share nothing but the order and the settings.

Forwards, in floating point, from the order to what is drawn up and set. Backwards, in exact
fractions, from what the syringe and the pump are set to, back to mg/kg. Symbols: W kg, d mg/kg,
T min, V mL in the bag, s mg/mL in the vial.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ketacare.core.errors import ErrorCode, InputError


class DoseMismatch(InputError):  # noqa: N818 - a nurse reads the name: two calculations do not match
    """Two independent calculations of the same dose or rate differ by more than the tolerance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """Route A, from the order: doses in mg, volumes in mL, before anything is rounded."""

    dose_mg: float
    draw_mL: float  # noqa: N815 - mL is the unit's symbol
    diluent_mL: float  # noqa: N815
    concentration_mg_per_mL: float  # noqa: N815
    rate_mL_per_h: float  # noqa: N815
    rate_mg_per_kg_per_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Backward:
    """Route B, from the settings: what reaches the person, computed in exact fractions."""

    concentration_mg_per_mL: Fraction  # noqa: N815
    delivered_mL: Fraction  # noqa: N815
    delivered_mg: Fraction
    delivered_mg_per_kg: Fraction
    minutes_to_empty: Fraction


def forward(
    weight_kg: float, dose_mg_per_kg: float, minutes: float, bag_mL: float, vial_mg_per_mL: float
) -> Forward:
    """Return route A.

    ``dose = W*d``, ``draw = dose/s``, ``diluent = V - draw``, ``conc = dose/V``,
    ``rate = V*60/T``, ``rate per kg = d/T`` with W kg, d mg/kg, s mg/mL, V mL, T min.
    """
    dose_mg = weight_kg * dose_mg_per_kg
    draw_mL = dose_mg / vial_mg_per_mL
    return Forward(
        dose_mg=dose_mg,
        draw_mL=draw_mL,
        diluent_mL=bag_mL - draw_mL,
        concentration_mg_per_mL=dose_mg / bag_mL,
        rate_mL_per_h=bag_mL * 60.0 / minutes,
        rate_mg_per_kg_per_min=dose_mg_per_kg / minutes,
    )


def backward(
    *,
    weight_kg: float,
    minutes: float,
    bag_mL: float,
    vial_mg_per_mL: float,
    draw_mL: float,
    rate_mL_per_h: float,
) -> Backward:
    """Return route B: what a person receives from these settings, as exact fractions.

    Mass balance gives the concentration, ``draw*s = conc*V``; rate times time, never more than
    the bag holds, gives the volume; volume times concentration the dose.
    """
    weight, time, bag, vial, draw, rate = (
        exact(x) for x in (weight_kg, minutes, bag_mL, vial_mg_per_mL, draw_mL, rate_mL_per_h)
    )
    concentration = draw * vial / bag
    delivered_mL = min(rate * time / 60, bag)
    delivered_mg = delivered_mL * concentration
    return Backward(
        concentration_mg_per_mL=concentration,
        delivered_mL=delivered_mL,
        delivered_mg=delivered_mg,
        delivered_mg_per_kg=delivered_mg / weight,
        minutes_to_empty=bag * 60 / rate,
    )


def exact(value: float) -> Fraction:
    """Return the decimal number a person would read, exactly: 0.1 is one tenth."""
    return Fraction(repr(float(value)))


def round_to(value: float, resolution: float) -> float:
    """Return ``value`` rounded to a multiple of ``resolution``, halves away from zero."""
    step = exact(resolution)
    return float((exact(value) / step + Fraction(1, 2)).__floor__() * step)


def reconcile(
    order: Forward,
    found: Backward,
    *,
    dose_mg_per_kg: float,
    minutes: float,
    tolerance: float,
) -> None:
    """Refuse two routes that do not meet: dose per kg, mass balance, and time to empty the bag.

    ``tolerance`` is a fraction (0.02 for 2 %). Raises :class:`DoseMismatch`.
    """
    pairs = (
        ("the dose", "mg/kg", exact(dose_mg_per_kg), found.delivered_mg_per_kg),
        (
            "the concentration",
            "mg/mL",
            exact(order.concentration_mg_per_mL),
            found.concentration_mg_per_mL,
        ),
        ("the duration", "min", exact(minutes), found.minutes_to_empty),
    )
    for what, unit, wanted, reached in pairs:
        if abs(reached - wanted) > exact(tolerance) * wanted:
            raise DoseMismatch(
                ErrorCode.DOSE_MISMATCH,
                f"{what} ordered is {written(wanted)} {unit}, but what can be drawn up and set gives "
                f"{written(reached)} {unit}, more than {tolerance:.0%} off; take a weaker vial or "
                "another bag, and calculate again",
            )


def written(value: Fraction | float) -> str:
    """Write a number as a nurse reads it: no trailing zeros, always a leading one."""
    text = f"{float(value):.4f}".rstrip("0").rstrip(".")
    return text or "0"
