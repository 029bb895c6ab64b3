"""The JSON shape and the rows of an estimation: one person's parameters from blood samples.

Beside every parameter stands how much of it the samples decided (``shrinkage``): near 1 it is the
population's, whatever it looks like. The estimate is about exposure and says nothing about benefit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ketacare.adapters.report.exposure import LEVELS, UNIT
from ketacare.core.pharmacology import Regimen, Subject
from ketacare.core.pharmacology.estimation import Estimate, Fit, Held, Predicted
from ketacare.core.sources import Source

FIT_HEADERS = ("quantity", "site", "unit", "minute", "most_probable", *LEVELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FitView:
    """A fit with what it was asked about; times count from the first infusion used."""

    fit: Fit
    subject: Subject
    regimen: Regimen
    minutes: tuple[float, ...]
    zero: str
    seed: int
    notes: tuple[str, ...] = ()
    sources: tuple[tuple[Source, str], ...] = ()


def fit_shape(view: FitView) -> dict[str, Any]:
    """Return an estimation as JSON values."""
    fit = view.fit
    found = fit.diagnostics
    return {
        "model": fit.model.id,
        "zero": view.zero,
        "weight_kg": view.subject.weight_kg,
        "age_years": view.subject.age_years,
        "occasions": [_rounded(start * 60.0) for start in fit.occasions.starts_h],
        "estimates": [_estimate(estimate) for estimate in fit.estimates],
        "samples": [_held(held) for held in fit.samples],
        "minute": list(view.minutes),
        "curves": [_curve(curve) for curve in fit.predicted],
        "diagnostics": {
            "particles": found.particles,
            "effective_size": _rounded(found.effective_size),
            "pareto_k": _rounded(found.pareto_k),
            "modes": found.modes,
            "iterations": found.iterations,
            "estimated": list(found.estimated),
        },
        "outside": list(fit.outside),
        "note": fit.note,
        "notes": list(view.notes),
        "status": fit.status.value,
        "inputs": list(fit.inputs),
        "seed": view.seed,
        "sources": [
            {"id": source.id, "citation": source.citation, "link": source.link or None, "for": used}
            for source, used in view.sources
        ],
    }


def _estimate(estimate: Estimate) -> dict[str, Any]:
    numbers = ("typical", "most_probable", "mean", *LEVELS, "shrinkage", "deviation")
    return {
        "name": estimate.name,
        "unit": estimate.unit,
        "occasion": estimate.occasion,
        **{key: _rounded(getattr(estimate, key)) for key in numbers},
    }


def _held(held: Held) -> dict[str, Any]:
    sample = held.sample
    return {
        "minute": _rounded(sample.at_h * 60.0),
        "analyte": str(sample.analyte),
        "site": sample.site.value,
        "measured": _or_none(sample.value_ng_per_mL),
        "lloq": _or_none(sample.lloq),
        "predicted": _rounded(held.predicted_ng_mL),
        "unit": UNIT,
        "standardised": _or_none(held.standardised),
        "probability": _or_none(held.probability),
    }


def _curve(curve: Predicted) -> dict[str, Any]:
    return {
        "site": curve.site.value,
        "analyte": str(curve.analyte),
        "unit": UNIT,
        "most_probable": [_rounded(v) for v in curve.most_probable],
        "band": {level: [_rounded(v) for v in getattr(curve.band, level)] for level in LEVELS},
    }


def fit_rows(view: FitView) -> list[tuple[str, ...]]:
    """Return the curves as rows of a table for other programs, headed by ``FIT_HEADERS``."""
    return [
        (
            str(curve.analyte),
            curve.site.value,
            UNIT,
            f"{minute:.6g}",
            f"{float(curve.most_probable[index]):.6g}",
            *_levels(curve, index),
        )
        for curve in view.fit.predicted
        for index, minute in enumerate(view.minutes)
    ]


def _levels(curve: Predicted, index: int) -> Sequence[str]:
    return [f"{float(getattr(curve.band, level)[index]):.6g}" for level in LEVELS]


def _rounded(value: float) -> float:
    return float(f"{float(value):.6g}")


def _or_none(value: float | None) -> float | None:
    return None if value is None else _rounded(value)
