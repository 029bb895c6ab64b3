"""Measured plasma concentrations as they may enter an estimation: where, when, what, how low.

A sample names its site (arterial or venous) and the arm it came from; blood from the infusion arm
measures the bag and is refused. What an assay could not quantify is a sample too: it says "less
than the limit", which is neither zero nor missing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology.blood import Site
from ketacare.core.pharmacology.model import PkModel
from ketacare.core.pharmacology.naming import require_name
from ketacare.core.units import Quantity, dimension


class Arm(StrEnum):
    """Which arm the blood came from, as seen from the infusion."""

    OTHER = "other arm"
    INFUSION = "infusion arm"


@dataclass(frozen=True, slots=True)  # positional too: a row of a laboratory's table
class Sample:
    """One measured concentration: ``value_ng_per_mL`` of ``analyte`` at ``at_h`` hours.

    ``None`` as the value means below ``lloq`` (the assay's lower limit of quantification, ng/mL),
    which is then needed. Refuses (InputError) a sample from the infusion arm or an unknown arm, a
    value that is not positive, and a value under the limit of its own assay.
    """

    at_h: float
    analyte: str
    value_ng_per_mL: float | None  # noqa: N815 - the unit is written as the field writes it
    site: Site
    arm: Arm | None
    lloq: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.at_h) and self.at_h >= 0):
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"at_h is {self.at_h:g} h; give hours since time zero, zero or more",
                where="at_h",
            )
        if self.arm is None:
            raise InputError(
                ErrorCode.MISSING_KEY,
                f"the arm of the sample at {self.at_h:g} h is not recorded; find out whether it was "
                "the infusion arm, and leave the sample out if nobody knows",
                where="arm",
            )
        require_name(self.arm, Arm, "arm")
        require_name(self.site, Site, "site")
        if self.arm is Arm.INFUSION:
            raise InputError(
                ErrorCode.NOT_ALLOWED,
                f"the sample at {self.at_h:g} h is from the infusion arm, where the blood is mixed "
                "with the infusion; use samples from the other arm only",
                where="arm",
            )
        if self.lloq is not None and not (math.isfinite(self.lloq) and self.lloq > 0):
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"lloq is {self.lloq:g} ng/mL; give the limit of quantification, more than zero",
                where="lloq",
            )
        self._check_value()

    def _check_value(self) -> None:
        value = self.value_ng_per_mL
        if value is None:
            if self.lloq is None:
                raise InputError(
                    ErrorCode.MISSING_KEY,
                    f"the sample at {self.at_h:g} h has no value and no limit of quantification; "
                    "give lloq if it was below the limit, and leave it out if it was not measured",
                    where="value_ng_per_mL",
                )
            return
        if not (math.isfinite(value) and value > 0):
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"the sample at {self.at_h:g} h is {value:g} ng/mL; a measured concentration is "
                "more than zero, and one below the limit of quantification has no value but lloq",
                where="value_ng_per_mL",
            )
        if self.lloq is not None and value < self.lloq:
            raise InputError(
                ErrorCode.CONTRADICTION,
                f"the sample at {self.at_h:g} h is {value:g} ng/mL, under the limit of {self.lloq:g} "
                "ng/mL; give no value for a result below the limit",
                where="value_ng_per_mL",
            )

    @property
    def is_quantified(self) -> bool:
        """Return whether there is a number, or only that it was below the limit."""
        return self.value_ng_per_mL is not None


def in_ng_per_mL(model: PkModel, analyte: str, measured: Quantity) -> float:  # noqa: N802 - a unit
    """Return a measured concentration in ng/mL, from a mass or a molar one.

    ng/mL = nmol/mL * molar mass of the analyte (g/mol). Refuses any other unit (UNIT_MISMATCH) and
    an analyte the model does not have. Molar values must be of the base, not of a salt.
    """
    if analyte not in model.analytes:
        raise InputError(
            ErrorCode.UNKNOWN_NAME,
            f"{model.id} has no {analyte}; it answers for {', '.join(model.analytes)}",
            where="analyte",
        )
    if dimension(measured.unit) == dimension("nmol/mL"):
        return measured.to("nmol/mL") * model.analytes[analyte].molar_mass
    return measured.to("ng/mL")
