"""Runs the checks that kinetic models carry about themselves: identities and observations.

A profile check compares the typical person with what a study saw, by the median of the absolute
relative errors; an exposure check compares peak, time of peak or area. Both judge the model at the
doses, routes and sites the study had, nothing more.
"""

from __future__ import annotations

import numpy as np

from ketacare.core.errors import ErrorCode
from ketacare.core.pharmacology import (
    Bolus,
    Enantiomer,
    PkModel,
    RateStep,
    Regimen,
    Route,
    Site,
    Subject,
    amounts,
    concentration,
)
from ketacare.core.record import Sex
from ketacare.core.units import Quantity
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.reading import Section

# Long enough that the slowest mode of any model (half-life of hours) has run out.
_FOREVER_H = 2000.0
# Areas are trapezoids on this many steps: over 24 h one is 9 s, so that they err by 1e-5.
_STEPS = 10_000


def check_pk(model: PkModel, root: Section) -> list[CheckResult]:
    """Run the checks of a kinetic model."""
    kinds = {
        "profile": _profile,
        "exposure": _exposure,
        "steady_state": _steady_state,
        "mass_balance": _mass_balance,
    }
    results = []
    for part in root.sections("check", optional=True):
        kind = part.text("kind")
        if kind not in kinds:
            raise part.error(
                ErrorCode.UNKNOWN_NAME, "kind", f'"{kind}" is not one of {", ".join(kinds)}'
            )
        results.append(kinds[kind](model, part))
        part.close()
    return results


def result(part: Section, *, expected: str, found: str, passed: bool) -> CheckResult:
    """Return the outcome of one check with its name and source from the file."""
    source = part.source_id("source") if "source" in part else ""
    if "locus" in part:
        part.text("locus")
    return CheckResult(
        file=part.source,
        name=part.text("name"),
        passed=passed,
        expected=expected,
        found=found,
        source=source,
    )


def _regimen(part: Section) -> Regimen:
    """Return what was given: ``steps`` [from min, to min, mg/h], ``doses`` {at, mg, route}."""
    doses = []
    for dose in part.sections("doses", optional=True):
        doses.append(
            Bolus(dose.number("at_min", 0.0) / 60.0, dose.number("mg"), dose.choice("route", Route))
        )
        dose.close()
    return Regimen(
        steps=tuple(RateStep(a / 60.0, b / 60.0, rate) for a, b, rate in part.raw("steps", [])),
        boluses=tuple(doses),
        enantiomer=part.choice("enantiomer", Enantiomer),
    )


def _subject(part: Section) -> Subject:
    return Subject(
        part.number("weight_kg"),
        part.number("age_years") if "age_years" in part else None,
        part.choice("sex", Sex) if "sex" in part else None,
        part.number("height_cm") if "height_cm" in part else None,
        frozenset(part.texts("traits", ())),
    )


def _profile(model: PkModel, part: Section) -> CheckResult:
    observed = np.array(part.numbers("observed"))
    analyte = part.text("analyte")
    unit = part.text("unit")
    predicted = concentration(
        model,
        _subject(part),
        _regimen(part),
        part.numbers("times_h"),
        site=part.choice("site", Site),
        analyte=analyte,
    )
    if unit == "nmol/mL":
        predicted = predicted / model.analytes[analyte].molar_mass
    elif unit != "ng/mL":
        raise part.error(ErrorCode.UNKNOWN_UNIT, "unit", f'"{unit}" is not one of ng/mL, nmol/mL')
    if len(observed) != len(predicted):
        raise part.error(
            ErrorCode.CONTRADICTION,
            "observed",
            f"{len(observed)} observed values for {len(predicted)} times",
        )
    errors = np.abs(predicted / observed - 1.0) * 100.0
    middle, high = float(np.median(errors)), float(np.quantile(errors, 0.9))
    within = part.number("within_percent")
    most = part.number("p90_within_percent") if "p90_within_percent" in part else None
    expected, found = f"median error at most {within:g} %", f"{middle:.1f} %"
    if most is not None:
        expected += f", 90th percentile at most {most:g} %"
        found += f" and {high:.1f} %"
    return result(
        part,
        expected=expected,
        found=f"{found} over {len(observed)} values",
        passed=middle <= within and (most is None or high <= most),
    )


def _exposure(model: PkModel, part: Section) -> CheckResult:
    measure, unit = part.text("measure"), part.text("unit")
    observed, within = part.number("observed"), part.number("within_percent")
    times = np.linspace(0.0, part.number("until_h"), _STEPS + 1)
    analyte = part.text("analyte")
    curve = concentration(
        model,
        _subject(part),
        _regimen(part),
        times,
        site=part.choice("site", Site),
        analyte=analyte,
    )
    measures = {
        "cmax": Quantity(float(curve.max()), "ng/mL"),
        "tmax": Quantity(float(times[curve.argmax()]), "h"),
        "auc": Quantity(float(np.trapezoid(curve, times)), "ng.h/mL"),
    }
    if measure not in measures:
        raise part.error(
            ErrorCode.UNKNOWN_NAME, "measure", f'"{measure}" is not one of {", ".join(measures)}'
        )
    found = measures[measure].to(unit)
    error = abs(found / observed - 1.0) * 100.0
    return result(
        part,
        expected=f"{observed:g} {unit} within {within:g} %",
        found=f"{found:.4g} {unit} ({error:.1f} %)",
        passed=error <= within,
    )


def _steady_state(model: PkModel, part: Section) -> CheckResult:
    """Compare rate / clearance with the end of a long infusion.

    Without ``clearance_L_per_h`` it is the sum of the clearances out of the central compartment.
    """
    within = part.number("within_percent")
    stated = part.number("clearance_L_per_h") if "clearance_L_per_h" in part else None
    subject = _subject(part) if "weight_kg" in part else Subject(model.reference_weight_kg)
    people = model.typical(subject)
    worst = 0.0
    for enantiomer in model.forms.computed:
        regimen = Regimen((RateStep(0.0, _FOREVER_H, 10.0),), enantiomer=enantiomer)
        analyte = _parent(model, enantiomer)
        level = concentration(
            model, subject, regimen, [_FOREVER_H], site=model.site, analyte=analyte
        )[0]
        values = model.for_enantiomer(people, enantiomer)
        clearance = stated
        if clearance is None:
            clearance = sum(
                float(values[way.clearance][0])
                for way in model.structure.eliminations
                if way.source == model.structure.central and way.clearance
            )
        # The clearances are in L/h; 10 mg/h and mg/L = 1000 ng/mL.
        worst = max(worst, abs(level * clearance / 1e4 - 1.0) * 100.0)
    return result(
        part,
        expected=f"at most {within:g} % apart",
        found=f"{worst:.2g} %",
        passed=worst <= within,
    )


def _parent(model: PkModel, enantiomer: Enantiomer) -> str:
    """Return the analyte of one enantiomer in the central compartment."""
    return next(
        name
        for name, measured in model.analytes.items()
        if measured.compartment == model.structure.central
        and measured.enantiomers == frozenset({enantiomer})
    )


def _mass_balance(model: PkModel, part: Section) -> CheckResult:
    """Compare what is held with what was given, by every route the model has."""
    within = part.number("within_percent")
    times = np.array([0.1, 0.5, 2.0 / 3.0, 1.0, 4.0, 24.0])
    subject = _subject(part) if "weight_kg" in part else Subject(model.reference_weight_kg)
    form = model.forms.computed[0] if len(model.forms.computed) == 1 else Enantiomer.RACEMATE
    worst = 0.0
    for route in model.routes:
        regimen = Regimen.dose(35.0, route, enantiomer=form)
        if route is Route.INTRAVENOUS:
            regimen = Regimen.infusion(35.0, 40.0, enantiomer=form)
        held = amounts(model, subject, regimen, times)
        total = np.sum(list(held.values()), axis=0)
        given = np.array([regimen.delivered_mg(float(t)) for t in times])
        worst = max(worst, float(np.abs(total / given - 1.0).max()) * 100.0)
    return result(
        part,
        expected=f"at most {within:g} % apart",
        found=f"{worst:.2g} %",
        passed=worst <= within,
    )
