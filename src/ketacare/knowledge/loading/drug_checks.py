"""Runs the checks that drug files carry about themselves: identities and published observations.

A profile check compares the typical person with what a study saw, by the median of the absolute
relative errors; it judges the model at the doses and sites the study had, nothing more.
"""

from __future__ import annotations

import numpy as np

from ketacare.core.errors import ErrorCode
from ketacare.core.pharmacology import (
    Analyte,
    EffectModel,
    Enantiomer,
    PkModel,
    RateStep,
    Regimen,
    Site,
    Subject,
    amounts,
    concentration,
    effect_site,
)
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.reading import Section

# Long enough that the slowest mode of any ketamine model (half-life of hours) has run out.
_FOREVER_H = 2000.0


def check_pk(model: PkModel, root: Section) -> list[CheckResult]:
    """Run the checks of a kinetic model."""
    results = []
    for part in root.sections("check", optional=True):
        kind = part.text("kind")
        if kind == "profile":
            results.append(_profile(model, part))
        elif kind == "steady_state":
            results.append(_steady_state(model, part))
        elif kind == "mass_balance":
            results.append(_mass_balance(model, part))
        else:
            raise part.error(
                ErrorCode.UNKNOWN_NAME,
                "kind",
                f'"{kind}" is not one of profile, steady_state, mass_balance',
            )
        part.close()
    return results


def check_effects(pk: PkModel, effects: EffectModel, root: Section) -> list[CheckResult]:
    """Run the checks of an effect file with one of its kinetic models."""
    results = []
    for part in root.sections("check", optional=True):
        kind = part.text("kind")
        if kind == "site_over_c50":
            results.append(_site_over_c50(pk, effects, part))
        elif kind == "points":
            results.append(_points(pk, effects, part))
        else:
            raise part.error(
                ErrorCode.UNKNOWN_NAME, "kind", f'"{kind}" is not one of site_over_c50, points'
            )
        part.close()
    return results


def _result(part: Section, *, expected: str, found: str, passed: bool) -> CheckResult:
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


def _profile(model: PkModel, part: Section) -> CheckResult:
    rows = part.raw("steps")
    regimen = Regimen(
        steps=tuple(RateStep(a / 60.0, b / 60.0, rate) for a, b, rate in rows),
        enantiomer=part.choice("enantiomer", Enantiomer),
    )
    observed = np.array(part.numbers("observed"))
    unit = part.text("unit")
    analyte = part.choice("analyte", Analyte)
    predicted = concentration(
        model,
        Subject(part.number("weight_kg")),
        regimen,
        part.numbers("times_h"),
        site=part.choice("site", Site),
        analyte=analyte,
    )
    if unit == "nmol/mL":
        predicted = predicted / (model.molar_mass * model.analytes[analyte].mass_ratio)
    elif unit != "ng/mL":
        raise part.error(ErrorCode.UNKNOWN_UNIT, "unit", f'"{unit}" is not one of ng/mL, nmol/mL')
    if len(observed) != len(predicted):
        raise part.error(
            ErrorCode.CONTRADICTION,
            "observed",
            f"{len(observed)} observed values for {len(predicted)} times",
        )
    error = float(np.median(np.abs(predicted / observed - 1.0))) * 100.0
    within = part.number("within_percent")
    return _result(
        part,
        expected=f"median error at most {within:g} %",
        found=f"{error:.1f} % over {len(observed)} values",
        passed=error <= within,
    )


def _steady_state(model: PkModel, part: Section) -> CheckResult:
    within = part.number("within_percent")
    subject = Subject(model.reference_weight_kg)
    worst = 0.0
    for enantiomer, analyte in (
        (Enantiomer.S, Analyte.S_KETAMINE),
        (Enantiomer.R, Analyte.R_KETAMINE),
    ):
        regimen = Regimen((RateStep(0.0, _FOREVER_H, 10.0),), enantiomer=enantiomer)
        level = concentration(
            model, subject, regimen, [_FOREVER_H], site=model.site, analyte=analyte
        )[0]
        # The clearances out of the central compartment, in L/h; 10 mg/h and mg/L = 1000 ng/mL.
        values = model.for_enantiomer(model.typical(subject), enantiomer)
        clearance = sum(
            float(values[way.clearance][0])
            for way in model.structure.eliminations
            if way.source == model.structure.central and way.clearance
        )
        worst = max(worst, abs(level * clearance / 1e4 - 1.0) * 100.0)
    return _result(
        part,
        expected=f"at most {within:g} % apart",
        found=f"{worst:.2g} %",
        passed=worst <= within,
    )


def _mass_balance(model: PkModel, part: Section) -> CheckResult:
    within = part.number("within_percent")
    regimen = Regimen.infusion(35.0, 40.0)
    times = np.array([0.1, 0.5, 2.0 / 3.0, 1.0, 4.0, 24.0])
    held = amounts(model, Subject(model.reference_weight_kg), regimen, times)
    total = np.sum(list(held.values()), axis=0)
    given = np.array([regimen.delivered_mg(float(t)) for t in times])
    worst = float(np.abs(total / given - 1.0).max()) * 100.0
    return _result(
        part,
        expected=f"at most {within:g} % apart",
        found=f"{worst:.2g} %",
        passed=worst <= within,
    )


def _site_over_c50(pk: PkModel, effects: EffectModel, part: Section) -> CheckResult:
    weight = effects.dissociation.anchor_dose.weight.to("kg")
    half_life = effects.dissociation.half_life.to("min")
    c50 = effects.dissociation.c50.to("nmol/mL") * pk.molar_mass
    expected = part.numbers("expected")
    found = [
        float(
            effect_site(
                pk,
                Subject(weight),
                Regimen.infusion(dose * weight, 40.0),
                [minutes / 60.0],
                half_life_min=half_life,
            )[0]
        )
        / c50
        for dose, minutes in zip(part.numbers("mg_per_kg"), part.numbers("minutes"), strict=True)
    ]
    within = part.number("within")
    return _result(
        part,
        expected=f"{_listed(expected)} within {within:g}",
        found=_listed(found),
        passed=bool(np.all(np.abs(np.subtract(found, expected)) <= within)),
    )


def _points(pk: PkModel, effects: EffectModel, part: Section) -> CheckResult:
    felt = effects.dissociation
    c50 = felt.c50.to("nmol/mL") * pk.molar_mass
    peak = felt.occupied(np.array(felt.anchor_dose.peak(pk, felt.half_life.to("min"))), c50)
    expected = part.numbers("expected")
    scale = felt.anchor.value / float(peak)
    found = [
        scale * float(peak) * felt.tolerance(int(session)) for session in part.numbers("sessions")
    ]
    within = part.number("within")
    return _result(
        part,
        expected=f"{_listed(expected)} points within {within:g}",
        found=_listed(found),
        passed=bool(np.all(np.abs(np.subtract(found, expected)) <= within)),
    )


def _listed(numbers: tuple[float, ...] | list[float]) -> str:
    return ", ".join(f"{number:.3g}" for number in numbers)
