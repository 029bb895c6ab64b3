"""The JSON shape and the rows of a simulated exposure: concentrations, and the session's signs.

Every curve names its site and analyte: arterial and venous blood differ twofold at the end of an
infusion. A band is ``None`` where the source gives no spread between people; it is never a target.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ketacare.adapters.report.session import CIRCULATION, UNITS, SessionView, session_shape
from ketacare.core.pharmacology import Band, Comparison, PkModel, Regimen, Row, Subject
from ketacare.core.sources import Source

UNIT = "ng/mL"
LEVELS = ("p5", "p25", "p50", "p75", "p95")
CSV_HEADERS = ("quantity", "site", "unit", "minute", "typical", *LEVELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One analyte at one site: the typical person and, where known, the band over people."""

    site: str
    analyte: str
    typical: tuple[float, ...]
    band: Band | None

    @property
    def name(self) -> str:
        """Return what it is, in words."""
        return f"{self.analyte}, {self.site}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioView:
    """One scenario asked for, at one site, with the exposures side by side."""

    name: str
    site: str
    analyte: str
    comparison: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureView:
    """One run: who, what was given, the curves at ``minutes``, and the session where it applies.

    ``note`` says what the numbers do not mean.
    """

    model: PkModel
    subject: Subject
    regimen: Regimen
    given: tuple[str, ...]
    origin: str
    minutes: tuple[float, ...]
    curves: tuple[Curve, ...]
    people: int
    seed: int
    outside: tuple[str, ...]
    notes: tuple[str, ...]
    session: SessionView | None
    note: str = ""
    scenarios: tuple[ScenarioView, ...] = ()
    sources: tuple[tuple[Source, str], ...] = ()

    @property
    def single_infusion_minutes(self) -> float | None:
        """Return over how long it is given, when it is one infusion at one rate."""
        steps = self.regimen.steps
        if len(steps) != 1 or self.regimen.boluses:
            return None
        return (steps[0].end_h - steps[0].start_h) * 60.0


def exposure_shape(view: ExposureView) -> dict[str, Any]:
    """Return the run as JSON values; without session signs their keys are empty."""
    total = view.regimen.total_mg
    shape: dict[str, Any] = {
        "dose_mg": _rounded(total),
        "minutes": view.single_infusion_minutes,
        "weight_kg": view.subject.weight_kg,
        "mg_per_kg": total / view.subject.weight_kg,
        "age_years": view.subject.age_years,
        "origin": view.origin,
        "circulation_as_rise": None,
        "minute": list(view.minutes),
        "bands": {},
        "crossing": {},
        "back": {},
        "chances": {},
        "note": view.note,
        "status": view.model.status.value,
        "inputs": [f"{view.model.id} {view.model.version}"],
    }
    if view.session is not None:
        session = session_shape(view.session)
        for key in (
            "circulation_as_rise",
            "bands",
            "crossing",
            "back",
            "chances",
            "status",
            "inputs",
        ):
            shape[key] = session[key]
    return {
        **shape,
        "outside": list(view.outside),
        "notes": list(view.notes),
        "seed": view.seed,
        "model": view.model.id,
        "sex": None if view.subject.sex is None else view.subject.sex.value,
        "height_cm": view.subject.height_cm,
        "enantiomer": view.regimen.enantiomer.value,
        "doses": _doses(view.regimen),
        "people": view.people,
        "scenarios": [_scenario(scenario) for scenario in view.scenarios],
        "curves": [_curve(curve) for curve in view.curves],
        "sources": [
            {"id": source.id, "citation": source.citation, "link": source.link or None, "for": used}
            for source, used in view.sources
        ],
    }


def _scenario(view: ScenarioView) -> dict[str, Any]:
    found = view.comparison
    return {
        "name": view.name,
        "title": found.title,
        "site": view.site,
        "analyte": view.analyte,
        "rows": [_row(row) for row in found.rows],
        "outside": list(found.outside),
        "note": found.note,
    }


def _row(row: Row) -> dict[str, Any]:
    found = row.exposure
    return {
        "label": row.label,
        "dose_mg": None if found is None else _rounded(found.dose_mg),
        "peak": None if found is None else _rounded(found.peak_ng_ml),
        "peak_minute": None if found is None else _rounded(found.peak_h * 60.0),
        "area": None if found is None else _rounded(found.area_ng_h_ml),
        "peak_ratio": None if row.peak_ratio is None else _rounded(row.peak_ratio),
        "area_ratio": None if row.area_ratio is None else _rounded(row.area_ratio),
        "typical": [] if found is None else [_rounded(value) for value in found.curve],
        "sentence": row.sentence,
        "sources": list(row.sources),
    }


def _curve(curve: Curve) -> dict[str, Any]:
    band = curve.band
    return {
        "site": curve.site,
        "analyte": curve.analyte,
        "unit": UNIT,
        "typical": [_rounded(v) for v in curve.typical],
        "band": None
        if band is None
        else {level: [_rounded(float(v)) for v in getattr(band, level)] for level in LEVELS},
    }


def _doses(regimen: Regimen) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "start_minute": _rounded(step.start_h * 60.0),
            "minutes": _rounded((step.end_h - step.start_h) * 60.0),
            "mg": _rounded(step.mg),
            "route": "intravenous",
        }
        for step in regimen.steps
    ]
    found += [
        {
            "start_minute": _rounded(bolus.at_h * 60.0),
            "minutes": None,
            "mg": _rounded(bolus.mg),
            "route": bolus.route.value,
        }
        for bolus in regimen.boluses
    ]
    return sorted(found, key=lambda dose: float(dose["start_minute"]))


def _rounded(value: float) -> float:
    """Return six significant digits: more than any assay, less than a machine's noise."""
    return float(f"{value:.6g}")


def exposure_rows(view: ExposureView) -> list[tuple[str, ...]]:
    """Return the run as rows of a table for other programs, headed by ``CSV_HEADERS``."""
    rows = []
    for curve in view.curves:
        for index, minute in enumerate(view.minutes):
            spread = _levels(curve.band, index)
            typical = f"{curve.typical[index]:.6g}"
            head = (curve.analyte, curve.site, UNIT, f"{minute:.6g}")
            rows.append((*head, typical, *spread))
    rows += _scenario_rows(view)
    if view.session is None:
        return rows
    for name, band in view.session.forecast.bands.items():
        if name == "concentration":
            continue  # stands there as a curve
        rise = " rise" if view.session.as_rise and name in CIRCULATION else ""
        for index, minute in enumerate(view.minutes):
            head = (f"{name}{rise}", "", UNITS[name], f"{minute:.6g}")
            rows.append((*head, "", *_levels(band, index)))
    return rows


def _scenario_rows(view: ExposureView) -> Iterator[tuple[str, ...]]:
    """Yield the typical curve of every case of the scenarios, named in the first column."""
    for scenario in view.scenarios:
        for row in scenario.comparison.rows:
            curve = () if row.exposure is None else row.exposure.curve
            for minute, value in zip(view.minutes, curve, strict=False):
                what = f"{scenario.analyte} ({scenario.name}: {row.label})"
                head = (what, scenario.site, UNIT, f"{minute:.6g}")
                yield (*head, f"{value:.6g}", *_levels(None, 0))


def _levels(band: Band | None, index: int) -> Sequence[str]:
    if band is None:
        return [""] * len(LEVELS)
    return [f"{float(getattr(band, level)[index]):.6g}" for level in LEVELS]
