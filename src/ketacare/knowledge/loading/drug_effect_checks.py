"""Runs the checks that effect files carry about themselves, with each of their kinetic models."""

from __future__ import annotations

import numpy as np

from ketacare.core.errors import ErrorCode
from ketacare.core.pharmacology import EffectModel, PkModel, Regimen, Subject, effect_site
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.drug_checks import result
from ketacare.knowledge.reading import Section


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
    return result(
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
    return result(
        part,
        expected=f"{_listed(expected)} points within {within:g}",
        found=_listed(found),
        passed=bool(np.all(np.abs(np.subtract(found, expected)) <= within)),
    )


def _listed(numbers: tuple[float, ...] | list[float]) -> str:
    return ", ".join(f"{number:.3g}" for number in numbers)
