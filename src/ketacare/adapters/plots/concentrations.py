"""The chart of concentrations over time: one panel for each analyte and site, and for each sign.

All panels share the time axis at the bottom. The band is how people differ (or, after a fit, what one person's samples leave open); the solid
line is its median, the dashed one the typical person. Measured samples are dots, results below the
limit of quantification open diamonds at that limit. Triangles on the axis are doses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from ketacare.adapters.plots.chart import (
    BandData,
    Chart,
    Mark,
    Scale,
    minute_ticks,
    nice_ticks,
    number,
)
from ketacare.adapters.plots.drawing import CHARACTER, LINE, Drawing, rows_of, text_width
from ketacare.core.errors import ErrorCode, InputError

_LEFT, _TOP, _GAP = 46.0, 22.0, 8.0
_TALL = 120.0  # panels lower than this have room for few ticks
_USUAL, _CASES, _SAMPLE = "chart-line", 4, 26.0  # lines of cases look alike again after so many
HEADERS = ("Minute", "What", "Typical", "Median", "Nine in ten", "Measured")


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePoint:
    """One measured concentration; ``below_limit`` when only the limit is known."""

    minute: float
    value: float
    below_limit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Another typical line beside the first one: what could be, named by ``label``."""

    label: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcentrationPanel:
    """One analyte at one site: typical line and band at ``minutes``, and what was measured.

    ``cases`` are other lines at the same times; ``label`` then names the typical one among them.
    A sign (a pressure, a rate, a score) has a band and no typical line, a ``height`` of its own, and
    an axis that need not begin at zero (``from_zero``).
    """

    name: str
    unit: str
    minutes: Sequence[float]
    typical: Sequence[float] = ()
    band: BandData | None = None
    samples: Sequence[SamplePoint] = ()
    label: str = ""
    cases: Sequence[Case] = ()
    from_zero: bool = True
    height: float | None = None


def concentration_chart(
    *,
    chart_id: str,
    title: str,
    panels: Sequence[ConcentrationPanel],
    doses: Sequence[Mark] = (),
    caption: str = "",
    width: float = 720,
    panel_height: float = 180,
) -> Chart:
    """Return the chart; times in minutes since the first dose, ``width`` at least 320.

    ``caption`` is written below it, for a chart that leaves the page that explains it.
    """
    if not panels:
        raise InputError(ErrorCode.MISSING_KEY, "a chart of concentrations needs a curve")
    if width < 320:
        raise InputError(ErrorCode.OUT_OF_RANGE, f"width is {width:g}; labels need 320 or more")
    ends = [m for panel in panels for m in panel.minutes]
    ends += [s.minute for panel in panels for s in panel.samples]
    x = Scale(low=0.0, high=max([*ends, 1.0]), start=_LEFT, end=width - 12)
    drawing = Drawing()
    top = _TOP
    for index, panel in enumerate(panels):
        top = _headed(drawing, panel, x, top)
        height = panel.height or panel_height
        _panel(drawing, panel, x, top, height)
        top += height + (_GAP + _TOP if index + 1 < len(panels) else 0)
    height = _axis(drawing, x, top, doses)
    for text in wrap(caption, int((width - _LEFT) / CHARACTER)):
        drawing.text(x.start, height + LINE - 4, text, "chart-label-quiet")
        height += LINE
    summary = _summary(panels)
    svg = drawing.svg(
        chart_id=chart_id,
        kind="chart-concentrations",
        title=title,
        description=summary,
        width=width,
        height=height,
    )
    return Chart(svg=svg, table_headers=HEADERS, table_rows=_table(panels), summary=summary)


def _headed(drawing: Drawing, panel: ConcentrationPanel, x: Scale, top: float) -> float:
    """Write the panel's name and, where it compares cases, their names; return its upper edge."""
    for text in wrap(f"{panel.name}, {panel.unit}", int((x.end - x.start) / CHARACTER)):
        drawing.text(x.start, top - 7, text, "chart-label-title")
        top += LINE
    top -= LINE
    left = x.start
    named = [(panel.label, _USUAL), *((c.label, name) for c, name in _classed(panel))]
    for label, name in named if panel.cases else ():
        wide = _SAMPLE + 6 + text_width(label) + 14
        if left == x.start or left + wide > x.end:
            left = x.start
            top += LINE
        drawing.path([(left, top - 11), (left + _SAMPLE, top - 11)], name)
        drawing.text(left + _SAMPLE + 6, top - 7, label, "chart-label-quiet")
        left += wide
    return top


def _classed(panel: ConcentrationPanel) -> list[tuple[Case, str]]:
    return [(case, f"chart-case-{1 + i % _CASES}") for i, case in enumerate(panel.cases)]


def _panel(
    drawing: Drawing, panel: ConcentrationPanel, x: Scale, top: float, height: float
) -> None:
    bottom = top + height
    values = [*panel.typical, *(s.value for s in panel.samples)]
    values += list(panel.band.p95) if panel.band else []
    values += [value for case in panel.cases for value in case.values]
    lowest = list(panel.band.p5) if panel.band and not panel.from_zero else [0.0]
    y = _upright(min(lowest), max([*values, 1e-9]), bottom, top, from_zero=panel.from_zero)
    drawing.rectangle(x.start, top, x.end - x.start, height, "chart-panel")
    for tick in nice_ticks(y.low, y.high, 5 if height > _TALL else 3):
        drawing.line(x.start, y(tick), x.end, y(tick), "chart-grid")
        drawing.text(x.start - 6, y(tick) + 4, _tick(tick), "chart-label-quiet", anchor="end")
    if panel.band:
        drawing.band(panel.band, x, y)
    # The usual line is dashed and comes last, so that a case with the same values shows through it.
    lines = [*((case.values, name) for case, name in _classed(panel)), (panel.typical, _USUAL)]
    lines = [(values, name) for values, name in lines if values]
    for line, name in lines:
        points = [(x(m), y(v)) for m, v in zip(panel.minutes, line, strict=True)]
        if len(points) > 1:
            drawing.path(points, name)
    for sample in panel.samples:
        if sample.below_limit:
            drawing.diamond(x(sample.minute), y(sample.value), 5, "chart-dot-manual")
        else:
            drawing.circle(x(sample.minute), y(sample.value), 4, "chart-dot")


def _upright(low: float, high: float, bottom: float, top: float, *, from_zero: bool) -> Scale:
    """Return the vertical scale: from zero, or around what is shown with some room."""
    if from_zero:
        return Scale(low=0.0, high=1.08 * high, start=bottom, end=top)
    room = 0.08 * max(high - low, 1.0)
    return Scale(low=low - room, high=high + room, start=bottom, end=top)


def _tick(value: float) -> str:
    if value < 0:
        return number(value)
    return number(value) if value >= 1 or value == 0 else f"{value:.3g}"


def _axis(drawing: Drawing, x: Scale, bottom: float, doses: Sequence[Mark]) -> float:
    drawing.line(x.start, bottom, x.end, bottom, "chart-axis")
    base = bottom + 4 + LINE
    inside = [dose for dose in doses if x.holds(dose.at)]
    for dose in inside:
        at = x(dose.at)
        drawing.polygon(
            [(at - 4, bottom + 9), (at + 4, bottom + 9), (at, bottom + 1)], "chart-tick"
        )
    placed = rows_of(
        [(x(dose.at), dose.label) for dose in inside], start=x.start, end=x.end, rows=2
    )
    base += 6 if inside else 0
    for centre, row, text in placed:
        drawing.text(centre, base + row * LINE, text, "chart-tick-label", anchor="middle")
    base += (LINE + 2) * (1 + max((row for _, row, _ in placed), default=-1))
    in_hours = x.high > 600
    shown = x if not in_hours else Scale(low=0.0, high=x.high / 60.0, start=x.start, end=x.end)
    widest = max(text_width(number(shown.high)), 28.0) + 8
    most = int((x.end - x.start) / widest)
    ticks = nice_ticks(shown.low, shown.high, most) if in_hours else minute_ticks(0, x.high, most)
    for tick in ticks:
        drawing.line(shown(tick), bottom, shown(tick), bottom + 4, "chart-axis")
        drawing.text(shown(tick), base, number(tick), "chart-label-quiet", anchor="middle")
    label = f"{'hours' if in_hours else 'minutes'} since the first dose"
    drawing.text(x.start, base + LINE + 2, label, "chart-label-quiet")
    return base + LINE + 10


def _table(panels: Sequence[ConcentrationPanel]) -> tuple[tuple[str, ...], ...]:
    rows: list[tuple[float, tuple[str, ...]]] = []
    for panel in panels:
        name = f"{panel.name}, {panel.unit}"
        for index, minute in enumerate(panel.minutes):
            band = panel.band
            median = _tick(band.p50[index]) if band else ""
            spread = f"{_tick(band.p5[index])} to {_tick(band.p95[index])}" if band else ""
            typical = _tick(panel.typical[index]) if panel.typical else ""
            rows.append((minute, (number(minute), name, typical, median, spread, "")))
            for case in panel.cases:
                what = f"{name}: {case.label}"
                value = _tick(case.values[index])
                rows.append((minute, (number(minute), what, value, "", "", "")))
        for sample in panel.samples:
            text = f"{'below ' if sample.below_limit else ''}{_tick(sample.value)}"
            rows.append((sample.minute, (number(sample.minute), name, "", "", "", text)))
    return tuple(row for _, row in sorted(rows, key=lambda pair: pair[0]))


def _summary(panels: Sequence[ConcentrationPanel]) -> str:
    said = []
    for panel in panels:
        line = panel.typical or (panel.band.p50 if panel.band else ())
        peak = max(range(len(line)), key=lambda i: line[i])
        what = "highest" if panel.typical else "highest median"
        said.append(
            f"{panel.name}: {what} {_tick(line[peak])} {panel.unit} at minute "
            f"{number(panel.minutes[peak])} of those shown"
        )
    return ". ".join(said) + "."
