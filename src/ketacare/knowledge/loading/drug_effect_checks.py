"""Runs the checks that effect files carry about themselves, with each of their kinetic models."""

from __future__ import annotations

import numpy as np

from ketacare.core.errors import ErrorCode
from ketacare.core.pharmacology import (
    Baseline,
    EffectModel,
    PkModel,
    Regimen,
    Subject,
    effect_site,
    expected_session,
)
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.drug_checks import result
from ketacare.knowledge.reading import Section

_PEOPLE = 4000  # standard error of a share 0.008
_SEED = 2022


def check_effects(pk: PkModel, effects: EffectModel, root: Section) -> list[CheckResult]:
    """Run the checks of an effect file with one of its kinetic models."""
    results = []
    for part in root.sections("check", optional=True):
        kind = part.text("kind")
        if kind == "site_over_c50":
            results.append(_site_over_c50(pk, effects, part))
        elif kind == "points":
            results.append(_points(pk, effects, part))
        elif kind == "drowsy":
            results.append(_drowsy(pk, effects, part))
        else:
            raise part.error(
                ErrorCode.UNKNOWN_NAME,
                "kind",
                f'"{kind}" is not one of site_over_c50, points, drowsy',
            )
        part.close()
    return results


def _site_over_c50(pk: PkModel, effects: EffectModel, part: Section) -> CheckResult:
    weight = effects.dissociation.anchor_dose.weight.to("kg")
    half_life = effects.dissociation.at.half_life.to("min")
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
    return result(
        part,
        expected=f"{_listed(expected)} within {within:g}",
        found=_listed(found),
        passed=bool(np.all(np.abs(np.subtract(found, expected)) <= within)),
    )


def _points(pk: PkModel, effects: EffectModel, part: Section) -> CheckResult:
    felt = effects.dissociation
    c50 = felt.c50.to("nmol/mL") * pk.molar_mass
    peak = felt.occupied(np.array(felt.anchor_dose.peak(pk, felt.at)), c50)
    expected = part.numbers("expected")
    scale = felt.anchor.value / float(peak)
    found = [
        scale * float(peak) * felt.tolerance(int(session)) for session in part.numbers("sessions")
    ]
    within = part.number("within")
    return result(
        part,
        expected=f"{_listed(expected)} points within {within:g}",
        found=_listed(found),
        passed=bool(np.all(np.abs(np.subtract(found, expected)) <= within)),
    )


def _drowsy(pk: PkModel, effects: EffectModel, part: Section) -> CheckResult:
    dose = effects.drowsiness.dose
    weight, minutes = dose.weight.to("kg"), dose.minutes.to("min")
    forecast = expected_session(
        pk,
        effects,
        Subject(weight),
        Regimen.infusion(dose.mg_per_kg.to("mg/kg") * weight, minutes),
        [0.0, 2.0 * minutes / 60.0],
        baseline=Baseline(systolic=120.0, diastolic=80.0, heart_rate=70.0),  # changes nothing here
        hypertensive=None,
        session_number=1,
        n=_PEOPLE,
        rng=np.random.default_rng(_SEED),
    )
    expected, within = part.number("expected"), part.number("within")
    found = forecast.chances["drowsiness"].share
    return result(
        part,
        expected=f"{expected:.3g} within {within:g}",
        found=f"{found:.3g} of {_PEOPLE} people",
        passed=abs(found - expected) <= within,
    )


def _listed(numbers: tuple[float, ...] | list[float]) -> str:
    return ", ".join(f"{number:.3g}" for number in numbers)
