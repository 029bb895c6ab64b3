"""Physical quantities: a number that cannot be read without its unit.

The set of units is closed on purpose: every one of them occurs in the knowledge files or on a
screen, and an unknown one is an error, not a guess. Inside numeric kernels plain floats are used
whose names end in the unit (``dose_mg``, ``t_h``).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from difflib import get_close_matches

from ketacare.core.errors import ErrorCode, InputError

# unit → (dimension, factor to the first unit named for that dimension). "base" and "HCl" of a
# salt are not units: doses are milligrams of ketamine base everywhere.
_UNITS: dict[str, tuple[str, float]] = {
    "mg": ("mass", 1.0),
    "g": ("mass", 1000.0),
    "ug": ("mass", 1e-3),
    "kg": ("body mass", 1.0),
    "lb": ("body mass", 0.45359237),  # exact by definition of the international pound
    "cm": ("length", 1.0),
    "m": ("length", 100.0),
    "in": ("length", 2.54),  # exact by definition
    "mL": ("volume", 1.0),
    "L": ("volume", 1000.0),
    "min": ("time", 1.0),
    "s": ("time", 1.0 / 60.0),
    "h": ("time", 60.0),
    "d": ("time", 1440.0),
    "wk": ("time", 10080.0),
    "year": ("age", 1.0),
    "mg/kg": ("dose per body mass", 1.0),
    "mg/day": ("dose per day", 1.0),
    "mg/mL": ("concentration of a solution", 1.0),
    "mg/h": ("dose rate", 1.0),
    "mg/min": ("dose rate", 60.0),
    "mg/kg/h": ("dose rate per body mass", 1.0),
    "mg/kg/min": ("dose rate per body mass", 60.0),
    "ng/mL": ("plasma concentration", 1.0),
    "ug/L": ("plasma concentration", 1.0),
    "nmol/mL": ("molar concentration", 1.0),
    "umol/L": ("molar concentration", 1.0),
    "ng.h/mL": ("exposure", 1.0),
    "ng.min/mL": ("exposure", 1.0 / 60.0),
    "mL/h": ("flow", 1.0),
    "mL/min": ("flow", 60.0),
    "L/h": ("flow", 1000.0),
    "L/min": ("flow", 60000.0),
    "L/kg": ("volume per body mass", 1000.0),
    "mL/kg": ("volume per body mass", 1.0),
    "L/h/kg": ("flow per body mass", 1000.0),
    "L/min/kg": ("flow per body mass", 60000.0),
    "mL/min/kg": ("flow per body mass", 60.0),
    "1/h": ("rate", 1.0),
    "1/min": ("rate", 60.0),
    "1/d": ("rate", 1.0 / 24.0),
    "1/year": ("rate per year of age", 1.0),
    "mmHg": ("pressure", 1.0),
    "1/min (beats)": ("heart rate", 1.0),
    "1/min (breaths)": ("respiratory rate", 1.0),
    "%": ("proportion", 0.01),
    "1": ("proportion", 1.0),
    "degC": ("temperature", 1.0),
    "kg/m2": ("body mass index", 1.0),
    "point": ("score", 1.0),
    "point/wk^0.5": ("drift of a score", 1.0),
    "d/mg": ("damping per daily dose", 1.0),
    "xULN": ("multiple of the upper limit of normal", 1.0),
    "mIU/L": ("hormone concentration", 1.0),
    "count": ("count", 1.0),
    "g/mol": ("molar mass", 1.0),
}

# A space, or a letter right after the number, ends the number: "35" alone has no unit.
_QUANTITY = re.compile(
    r"^\s*(?P<value>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?:\s+|(?=[A-Za-z%]))(?P<unit>\S.*?)\s*$"
)


def known_units() -> tuple[str, ...]:
    """Return every unit the project knows, in the order of the table."""
    return tuple(_UNITS)


def dimension(unit: str) -> str:
    """Return what ``unit`` measures; refuse a unit outside the closed set."""
    try:
        return _UNITS[unit][0]
    except KeyError:
        near = get_close_matches(unit, _UNITS, n=3, cutoff=0.4)
        remedy = f"did you mean {' or '.join(near)}?" if near else f"use one of {', '.join(_UNITS)}"
        raise InputError(ErrorCode.UNKNOWN_UNIT, f'unit "{unit}" is not known; {remedy}') from None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A finite number with a unit of the closed set, for example ``Quantity(0.5, "mg/kg")``."""

    value: float
    unit: str

    def __post_init__(self) -> None:
        dimension(self.unit)
        if not math.isfinite(self.value):
            raise InputError(
                ErrorCode.OUT_OF_RANGE, f"{self.value} {self.unit} is not a finite number"
            )

    def to(self, unit: str) -> float:
        """Return the number in ``unit``; refuse a unit of another dimension.

        >>> Quantity(2, "h").to("min")
        120.0
        """
        if dimension(unit) != dimension(self.unit):
            raise InputError(
                ErrorCode.UNIT_MISMATCH,
                f"{self.value:g} {self.unit} is a {dimension(self.unit)}; "
                f"a {dimension(unit)} is needed here, in {unit}",
            )
        return self.value * _UNITS[self.unit][1] / _UNITS[unit][1]

    def __str__(self) -> str:
        return f"{self.value:g} {self.unit}"


def parse_quantity(text: str) -> Quantity:
    """Read ``"35 mg"`` or ``"0.5 mg/kg"``; refuse a bare number and an unknown unit."""
    match = _QUANTITY.match(text)
    if match is None:
        raise InputError(
            ErrorCode.BAD_FORMAT,
            f'"{text}" is not a number with a unit; write for example "35 mg" or "40 min"',
        )
    return Quantity(float(match["value"]), match["unit"])
