"""Reads the numbers of a kinetic model: values, spreads, covariates, correlations, residuals."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ketacare.core.errors import ErrorCode, KetacareError
from ketacare.core.pharmacology import (
    Covariate,
    Enantiomer,
    Form,
    Measure,
    Measured,
    Missing,
    Parameter,
    Residual,
    Scaling,
    Spread,
    Use,
)
from ketacare.core.record import Sex
from ketacare.core.sources import Sourced
from ketacare.core.units import dimension
from ketacare.knowledge.reading import Section

# The unit the engine wants, by the unit a file may use.
_ENGINE_UNITS = {"L": "L", "mL": "L", "L/h": "L/h", "L/min": "L/h", "mL/min": "L/h"}
_ENGINE_UNITS |= {"1/h": "1/h", "1/min": "1/h", "h": "h", "min": "h", "1": "1", "%": "1"}
_PER_KG = {"L/kg": "L", "mL/kg": "L", "L/h/kg": "L/h", "L/min/kg": "L/h", "mL/min/kg": "L/h"}


def read_parameters(part: Section, covariates: list[Covariate]) -> dict[str, Parameter]:
    """Read the table of parameters and give each its covariates."""
    found = {}
    for name in part.keys():  # noqa: SIM118 - keys() of a Section marks nothing as read
        row = part.section(name)
        value = row.sourced("value")
        scaling = row.choice("scaling", Scaling)
        units = _PER_KG if scaling is Scaling.PER_KG else _ENGINE_UNITS
        if value.unit not in units:
            raise row.error(
                ErrorCode.UNIT_MISMATCH,
                "value",
                f"{value.quantity} cannot be a kinetic parameter with scaling "
                f'"{scaling.value}"; use one of {", ".join(units)}',
            )
        if value.value <= 0:
            raise row.error(
                ErrorCode.OUT_OF_RANGE, "value", f"{value.quantity} is not more than zero"
            )
        spread = row.choice("spread", Spread, Spread.LOG_NORMAL.value)
        if spread is Spread.LOGIT_NORMAL and not 0 < value.to("1") < 1:
            raise row.error(
                ErrorCode.OUT_OF_RANGE,
                "value",
                f"{value.quantity} has no logit; a logit-normal value lies between 0 and 1",
            )
        omega2 = _omega2(row, "")
        found[name] = Parameter(
            name=name,
            sourced=value,
            unit=units[value.unit],
            scaling=scaling,
            variance=row.sourced("variance") if "variance" in row else None,
            omega2=omega2,
            spread=spread,
            occasion=_omega2(row, "occasion_"),
            covariates=tuple(c for c in covariates if c.parameter == name),
        )
        row.close()
    for covariate in covariates:
        if covariate.parameter not in found:
            raise part.error(
                ErrorCode.UNKNOWN_NAME,
                covariate.parameter,
                f'a covariate is of "{covariate.parameter}", which is no parameter',
            )
    return found


def _omega2(row: Section, prefix: str) -> float | None:
    """Return the variance, however the source states it; refuse two statements."""
    ways = [prefix + key for key in ("variance", "sd", "cv", "cv_exact") if prefix + key in row]
    if not ways:
        return None
    if len(ways) > 1:
        raise row.error(
            ErrorCode.CONTRADICTION, ways[1], f"{ways[0]} and {ways[1]} both state it; keep one"
        )
    value = row.sourced(ways[0], unit="1").to("1")
    if value <= 0:
        raise row.error(
            ErrorCode.OUT_OF_RANGE, ways[0], f"{value:g} is not more than zero; leave it out"
        )
    kind = ways[0].removeprefix(prefix)
    if kind == "variance":
        return value
    return math.log1p(value**2) if kind == "cv_exact" else value**2


def read_covariate(part: Section) -> Covariate:
    """Read one covariate; its coefficient comes in the unit of its form."""
    form = part.choice("form", Form)
    use = part.choice("use", Use)
    measure = part.choice("of", Measure) if form is not Form.FACTOR else None
    coefficient = part.sourced("coefficient")
    of = "1"
    if form is Form.ADDITIVE:
        if coefficient.unit not in _ENGINE_UNITS:
            raise part.error(
                ErrorCode.UNIT_MISMATCH,
                "coefficient",
                f"{coefficient.quantity} cannot be added to a parameter",
            )
        of = _ENGINE_UNITS[coefficient.unit]
    if measure is not None and form in {Form.ADDITIVE, Form.LINEAR, Form.EXPONENTIAL}:
        per = part.text("per")
        try:
            matches = dimension(per) == dimension(measure.unit)
        except KetacareError as error:
            raise part.error(error.code, "per", error.sentence) from error
        if per != measure.unit or not matches:
            raise part.error(
                ErrorCode.UNIT_MISMATCH,
                "per",
                f'{measure.value} is in {measure.unit}; state the coefficient per "{measure.unit}"',
            )
    covariate = Covariate(
        parameter=part.text("parameter"),
        form=form,
        use=use,
        coefficient=coefficient.to(of),
        sourced=coefficient,
        of=measure,
        reference=part.sourced("reference", unit=measure.unit) if measure is not None else None,
        halfway=(
            part.sourced("halfway", unit=measure.unit)
            if form is Form.SIGMOID and measure is not None
            else None
        ),
        only_above=part.flag("only_above", default=False),
        sex=part.choice("sex", Sex) if "sex" in part else None,
        trait=part.text("trait", ""),
        missing=part.choice("missing", Missing, Missing.REFUSE.value),
        note=part.text("note", ""),
    )
    if form is Form.FACTOR and covariate.sex is None and not covariate.trait:
        raise part.error(
            ErrorCode.MISSING_KEY, "sex", "a factor concerns a sex or a trait; name one of them"
        )
    if use is Use.GATED and not covariate.note:
        raise part.error(
            ErrorCode.MISSING_KEY, "note", "the covariate is gated: say why it is not used, in note"
        )
    if use is Use.ASSUMED and coefficient.basis == "reported":
        raise part.error(
            ErrorCode.CONTRADICTION,
            "coefficient",
            "the covariate is assumed but its coefficient says reported; correct one of them",
        )
    part.close()
    return covariate


def read_ratio(part: Section) -> tuple[tuple[Enantiomer, str], Sourced]:
    """Read what is different in one enantiomer."""
    key = (part.choice("enantiomer", Enantiomer), part.text("parameter"))
    value = part.sourced("value", unit="1")
    part.close()
    return key, value


def read_covariance(
    part: Section, parameters: Mapping[str, Parameter]
) -> tuple[tuple[str, str], float]:
    """Read how two parameters vary together, as covariance or as correlation."""
    key = (part.text("first"), part.text("second"))
    variances = [parameters[name].omega2 if name in parameters else None for name in key]
    first, second = variances
    if first is None or second is None:
        lacking = key[0] if first is None else key[1]
        raise part.error(
            ErrorCode.CONTRADICTION,
            "first",
            f'"{lacking}" has a covariance but no variance; give both',
        )
    most = math.sqrt(first * second)
    if "correlation" in part:
        value = part.sourced("correlation", unit="1").to("1") * most
    else:
        value = part.sourced("value", unit="1").to("1")
    if not abs(value) < most:
        raise part.error(
            ErrorCode.OUT_OF_RANGE,
            "value",
            f"covariance {value:g} is more than the variances allow ({most:.4g})",
        )
    part.close()
    return key, value


def read_residual(part: Section, measured: Measured) -> Residual:
    """Read how measurements scatter around the model, for one analyte."""
    additive = 0.0
    if "additive" in part:
        stated = part.sourced("additive")
        if stated.unit in {"nmol/mL", "umol/L"}:
            additive = stated.to("nmol/mL") * measured.molar_mass
        else:
            additive = stated.to("ng/mL")
    residual = Residual(
        proportional=part.sourced("proportional", unit="1").to("1")
        if "proportional" in part
        else 0.0,
        additive=additive,
        log_sd=part.sourced("log_sd", unit="1").to("1") if "log_sd" in part else None,
        note=part.text("note", ""),
    )
    if residual.log_sd is not None and (residual.proportional or residual.additive):
        raise part.error(
            ErrorCode.CONTRADICTION, "log_sd", "log_sd stands alone; remove the others"
        )
    if residual.log_sd is None and not (residual.proportional or residual.additive):
        raise part.error(
            ErrorCode.MISSING_KEY,
            "proportional",
            "a residual needs proportional, additive, both, or log_sd",
        )
    part.close()
    return residual
