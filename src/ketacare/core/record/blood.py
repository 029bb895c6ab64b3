"""Blood samples in which a drug was measured: where, when, from which arm, how low it could go.

A sample keeps what the laboratory wrote, in its unit. Nothing is decided here: whether it may enter
an estimation is the business of ``pharmacology``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record._checks import require_aware
from ketacare.core.units import dimension


class BloodSite(StrEnum):
    """Where blood was drawn: the two differ twofold at the end of an infusion."""

    ARTERIAL = "arterial"
    VENOUS = "venous"


class SampleArm(StrEnum):
    """Which arm the blood came from, as seen from the infusion."""

    OTHER = "other arm"
    INFUSION = "infusion arm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """One measured concentration of ``analyte``: ``value`` and ``lloq`` in ``unit``.

    ``value`` is ``None`` for a result below the limit of quantification, which is then needed; it
    is neither zero nor missing. ``arm`` is ``None`` when nobody recorded it.
    """

    at: datetime
    analyte: str
    value: float | None
    unit: str
    site: BloodSite
    arm: SampleArm | None = None
    lloq: float | None = None
    note: str = ""

    def __post_init__(self) -> None:
        require_aware("at", self.at)
        if dimension(self.unit) not in {"plasma concentration", "molar concentration"}:
            raise InputError(
                ErrorCode.UNIT_MISMATCH,
                f'"{self.unit}" is not a concentration in blood; use ng/mL or nmol/mL',
                where="value",
            )
        for name, number in (("value", self.value), ("lloq", self.lloq)):
            if number is not None and not (math.isfinite(number) and number > 0):
                raise InputError(
                    ErrorCode.OUT_OF_RANGE,
                    f"{name} is {number:g} {self.unit}; give a number above zero, and for a result "
                    "below the limit of quantification only lloq",
                    where=name,
                )
        if self.value is None and self.lloq is None:
            raise InputError(
                ErrorCode.MISSING_KEY,
                "a sample needs its value, or lloq when it was below the limit of quantification",
                where="value",
            )
        if self.value is not None and self.lloq is not None and self.value < self.lloq:
            raise InputError(
                ErrorCode.CONTRADICTION,
                f"{self.value:g} {self.unit} is below its own limit of {self.lloq:g}; leave the value "
                "out for a result below the limit",
                where="value",
            )
