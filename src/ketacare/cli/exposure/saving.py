"""Writes a run to files: rows for other programs (CSV), and a chart (SVG or PNG)."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from itertools import repeat
from pathlib import Path

from ketacare.adapters.plots import BandData, Case, ConcentrationPanel, Mark, concentration_chart
from ketacare.adapters.report.exposure import (
    CSV_HEADERS,
    LEVELS,
    UNIT,
    Curve,
    ExposureView,
    ScenarioView,
    exposure_rows,
)
from ketacare.adapters.report.session import CIRCULATION, UNITS
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology import Band, Regimen

TO_STDOUT = "-"
_SIGNS = {
    "systolic": "Systolic pressure",
    "diastolic": "Diastolic pressure",
    "heart_rate": "Heart rate",
    "dissociation": "Dissociation",
}
_UNIT_WORDS = {"heart_rate": "beats per minute", "dissociation": "CADSS points"}
_SMALL = 84.0  # height of a sign's panel


def check_paths(csv_path: str, plot_path: str, *, as_json: bool) -> None:
    """Refuse a place nothing can be written to, before anything is computed."""
    if csv_path == TO_STDOUT and as_json:
        raise InputError(
            ErrorCode.CONTRADICTION,
            "print rows or JSON, not both; give --csv a file",
            where="--csv",
        )
    if plot_path and Path(plot_path).suffix.lower() not in {".svg", ".png"}:
        raise InputError(
            ErrorCode.BAD_FORMAT, f'"{plot_path}" must end in .svg or .png', where="--plot"
        )
    for path, where in ((csv_path, "--csv"), (plot_path, "--plot")):
        if path and path != TO_STDOUT and not Path(path).absolute().parent.is_dir():
            raise InputError(
                ErrorCode.NOT_AVAILABLE,
                f'"{path}" cannot be written: its folder does not exist',
                where=where,
            )


def save_csv(path: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write rows with their headers to ``path``, or to standard output for "-"."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(headers)
    writer.writerows(rows)
    if path == TO_STDOUT:
        sys.stdout.write(text.getvalue())
    else:
        _write(path, text.getvalue().encode(), where="--csv")


def save_exposure(path: str, view: ExposureView) -> None:
    """Write a run as rows."""
    save_csv(path, CSV_HEADERS, exposure_rows(view))


def save_plot(
    path: str,
    title: str,
    panels: Sequence[ConcentrationPanel],
    regimen: Regimen,
    *,
    caption: str,
) -> None:
    """Write a chart; the ending of ``path`` says whether as SVG or as PNG."""
    chart = concentration_chart(
        chart_id="exposure",
        title=title,
        panels=panels,
        doses=dose_marks(regimen),
        caption=f"{title}. {caption}",
    )
    from ketacare.adapters.plots.standalone import png_of, standalone_svg

    if Path(path).suffix.lower() == ".png":
        _write(path, png_of(chart.svg), where="--plot")
    else:
        _write(path, standalone_svg(chart.svg).encode(), where="--plot")


def panels_of(view: ExposureView) -> list[ConcentrationPanel]:
    """Return a run as panels of a chart: curves, each scenario's side by side in one, and signs."""
    scenarios = map(_scenario_panel, view.scenarios, repeat(view.minutes))
    return [*_curves_of(view), *scenarios, *_signs_of(view)]


def caption_of(view: ExposureView) -> str:
    """Return what the lines of a run are and what they are not."""
    banded = any(curve.band is not None for curve in view.curves)
    lines = (
        "Dashed: the typical person. Solid, with bands: the median, half and nine in ten of people"
        if banded
        else "Dashed: the typical person; how people differ is not known"
    )
    if view.session is not None:
        lines += ". Signs: what people like this one show, with the scatter of single readings"
    warning = view.note.partition(". ")[0].rstrip(".")
    return f"{lines}. {view.model.id} {view.model.version}. {warning}."


def _scenario_panel(scenario: ScenarioView, minutes: Sequence[float]) -> ConcentrationPanel:
    rows = scenario.comparison.rows
    usual = rows[0].exposure
    return ConcentrationPanel(
        name=f"{scenario.comparison.title}: {scenario.analyte}, {scenario.site}",
        unit=UNIT,
        minutes=minutes,
        typical=() if usual is None else usual.curve,
        label=rows[0].label,
        cases=tuple(
            Case(label=row.label, values=row.exposure.curve)
            for row in rows[1:]
            if row.exposure is not None
        ),
    )


def _curves_of(view: ExposureView) -> list[ConcentrationPanel]:
    return [
        ConcentrationPanel(
            name=curve.name,
            unit=UNIT,
            minutes=view.minutes,
            typical=curve.typical,
            band=band_data(curve, view.minutes),
        )
        for curve in view.curves
    ]


def _signs_of(view: ExposureView) -> list[ConcentrationPanel]:
    """Return the signs of a planned session as small panels; none where they are not described."""
    session = view.session
    if session is None:
        return []
    return [
        ConcentrationPanel(
            name=f"{title}, rise over the reading before" if rises else title,
            unit=_UNIT_WORDS.get(name, UNITS[name]),
            minutes=view.minutes,
            band=_band(session.forecast.bands[name], view.minutes),
            from_zero=name == "dissociation",
            height=_SMALL,
        )
        for name, title in _SIGNS.items()
        for rises in (session.as_rise and name in CIRCULATION,)
    ]


def band_data(curve: Curve, minutes: Sequence[float]) -> BandData | None:
    """Return a curve's band as the charts take it."""
    return None if curve.band is None else _band(curve.band, minutes)


def _band(band: Band, minutes: Sequence[float]) -> BandData:
    levels = {level: [float(v) for v in getattr(band, level)] for level in LEVELS}
    return BandData(at=minutes, **levels)


def dose_marks(regimen: Regimen) -> list[Mark]:
    """Return a mark for every start of a dose."""
    marks = [Mark(at=s.start_h * 60.0, label=f"{s.mg:.3g} mg") for s in regimen.steps]
    marks += [Mark(at=b.at_h * 60.0, label=f"{b.mg:.3g} mg") for b in regimen.boluses]
    return sorted(marks, key=lambda mark: mark.at)


def _write(path: str, content: bytes, *, where: str) -> None:
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            f'"{path}" cannot be written: {error.strerror}',
            where=where,
        ) from error
