"""The score chart: one panel for each instrument over one time axis, with the forecast as a fan.

Instruments keep their own scales, because a point of one is not a point of another. Doses stand as
triangles on the time axis; thresholds are dashed lines with their names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from ketacare.adapters.plots.chart import (
    BandData,
    Chart,
    Mark,
    Scale,
    Threshold,
    day_ticks,
    nice_ticks,
    number,
)
from ketacare.adapters.plots.drawing import FONT, LINE, Drawing, rows_of, spread, text_width
from ketacare.core.errors import ErrorCode, InputError

LEFT, TOP = 34.0, 22.0
GAP = 14.0  # between panels
WIDEST_BAR = 9.0  # of what was expected of a score
MADE = "Expected on"
HEADERS = ("Day", "Measure", "Measured", "Expected", "Half of such people", "Nine in ten")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePoint:
    """One measured score, ``day`` counted from the first infusion."""

    day: float
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What was expected of one score before it was given, and in words when that was said."""

    day: float
    p5: float
    p25: float
    p50: float
    p75: float
    p95: float
    made: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePanel:
    """One instrument: its range, what was measured and foreseen, what is expected, its levels."""

    name: str
    minimum: float
    maximum: float
    points: Sequence[ScorePoint] = ()
    foreseen: Sequence[Foreseen] = ()
    fan: BandData | None = None
    thresholds: Sequence[Threshold] = ()


def score_chart(
    *,
    chart_id: str,
    title: str,
    panels: Sequence[ScorePanel],
    doses: Sequence[Mark] = (),
    today: float | None = None,
    width: float = 720,
    panel_height: float = 150,
    axis_label: str = "days since the first infusion",
) -> Chart:
    """Return the score chart; ``width`` in CSS pixels, at least 320.

    ``axis_label`` says what days are counted from. ``chart_id`` must be unique on the page: the names for screen readers are built on it.
    """
    if not panels:
        raise InputError(ErrorCode.MISSING_KEY, "a score chart needs at least one instrument")
    if width < 320:
        raise InputError(ErrorCode.OUT_OF_RANGE, f"width is {width:g}; labels need 320 or more")
    x = _time_scale(panels, doses, today, width)
    drawing = Drawing()
    top = TOP
    for panel in panels:
        y = Scale(low=panel.minimum, high=panel.maximum, start=top + panel_height, end=top)
        _panel(drawing, panel, x, y)
        if today is not None and x.holds(today):
            drawing.line(x(today), top, x(today), top + panel_height, "chart-now")
        top += panel_height + GAP + TOP
    bottom = top - GAP - TOP
    height = _axis(drawing, x, bottom, doses, axis_label)
    summary = _summary(panels, doses)
    svg = drawing.svg(
        chart_id=chart_id,
        kind="chart-scores",
        title=title,
        description=summary,
        width=width,
        height=height,
    )
    rows = _table(panels, doses)
    headers = (*HEADERS, MADE) if any(panel.foreseen for panel in panels) else HEADERS
    return Chart(
        svg=svg,
        table_headers=headers,
        table_rows=tuple(row[: len(headers)] for row in rows),
        summary=summary,
    )


def _time_scale(
    panels: Sequence[ScorePanel], doses: Sequence[Mark], today: float | None, width: float
) -> Scale:
    days = [p.day for panel in panels for p in panel.points]
    days += [d for panel in panels if panel.fan for d in panel.fan.at]
    days += [dose.at for dose in doses]
    days += [] if today is None else [today]
    low, high = (min(days), max(days)) if days else (0.0, 28.0)
    span = max(high - low, 7.0)
    # A little room, so that no mark is cut at the edge.
    return Scale(
        low=low - 0.03 * span, high=low + 1.03 * span, start=LEFT, end=width - _margin(panels)
    )


def _margin(panels: Sequence[ScorePanel]) -> float:
    """Return the room the labels at the right edge need."""
    widths = [text_width(text) for panel in panels for _, text, _ in _edge_labels(panel)]
    return max([*widths, 10.0]) + 10


def _edge_labels(panel: ScorePanel) -> list[tuple[float, str, str]]:
    """Return value, text and class of what is named at the right edge of a panel."""
    labels = [(t.value, t.label, "chart-threshold-label") for t in panel.thresholds]
    if panel.fan:
        newest = panel.fan.p50[-1]
        labels.append((newest, f"expect {number(newest)}", "chart-label-value"))
    return labels


def _panel(drawing: Drawing, panel: ScorePanel, x: Scale, y: Scale) -> None:
    top, right = y.end, x.end
    drawing.rectangle(LEFT, top, right - LEFT, y.start - top, "chart-panel")
    drawing.text(LEFT, top - 7, panel.name, "chart-label-title")
    for tick in nice_ticks(panel.minimum, panel.maximum, 5):
        drawing.line(LEFT, y(tick), right, y(tick), "chart-grid")
        drawing.text(LEFT - 6, y(tick) + 4, number(tick), "chart-label-quiet", anchor="end")
    if panel.fan:
        drawing.band(panel.fan, x, y)
    for level in panel.thresholds:
        drawing.line(LEFT, y(level.value), right, y(level.value), "chart-threshold")
    points = sorted(panel.points, key=lambda p: p.day)
    _bars(drawing, panel, x, y)
    if len(points) > 1:
        drawing.path([(x(p.day), y(p.value)) for p in points], "chart-line")
    for point in points:
        newest = " chart-dot-newest" if point is points[-1] else ""
        drawing.circle(x(point.day), y(point.value), 4, f"chart-dot{newest}")
    labels = _edge_labels(panel)
    places = spread([y(value) for value, _, _ in labels], low=top + 6, high=y.start)
    for (_, text, name), place in zip(labels, places, strict=True):
        drawing.text(right + 6, place + 4, text, name)
    _name_bands(drawing, panel, x, y)
    if points:
        _newest_label(drawing, points[-1], x, y)


def _bars(drawing: Drawing, panel: ScorePanel, x: Scale, y: Scale) -> None:
    """Draw what was expected of each score as an upright bar behind its dot, no two touching."""
    days = sorted(f.day for f in panel.foreseen)
    apart = min((x(b) - x(a) for a, b in pairwise(days)), default=WIDEST_BAR + 1)
    half = max(min(apart - 1, WIDEST_BAR), 3.0) / 2
    for bar in panel.foreseen:
        at = x(bar.day)
        for low, high, name in (
            (bar.p5, bar.p95, "chart-band-90"),
            (bar.p25, bar.p75, "chart-band-50"),
        ):
            # A band of a single score is still to be seen.
            top = y(min(high + 0.25, y.high))
            bottom = y(max(low - 0.25, y.low))
            drawing.rectangle(at - half, top, 2 * half, bottom - top, name)
        drawing.line(at - half, y(bar.p50), at + half, y(bar.p50), "chart-median")


def _name_bands(drawing: Drawing, panel: ScorePanel, x: Scale, y: Scale) -> None:
    """Write 90 % and 50 % into the bands near their end, where a line of text fits."""
    if panel.fan is None or len(panel.fan.at) < 2:
        return
    fan, end = panel.fan, min(x(panel.fan.at[-1]), x.end) - 4
    levels = [y(t.value) for t in panel.thresholds]
    strips = {
        "90 %": ((fan.p75[-1], fan.p95[-1]), (fan.p5[-1], fan.p25[-1])),
        "50 %": ((fan.p50[-1], fan.p75[-1]), (fan.p25[-1], fan.p50[-1])),
    }
    for text, places in strips.items():
        for low, high in places:
            upper, lower = y(min(high, y.high)), y(max(low, y.low))
            middle = (upper + lower) / 2
            clear = all(abs(middle - level) >= FONT * 0.7 for level in levels)
            if clear and lower - upper >= FONT + 1:
                drawing.text(end, middle + 4, text, "chart-label-quiet", anchor="end")
                break


def _newest_label(drawing: Drawing, newest: ScorePoint, x: Scale, y: Scale) -> None:
    """Write the newest score beside its dot: right of the line of today, and inside the panel."""
    text = number(newest.value)
    above = y(newest.value) - 8
    baseline = above if above - FONT > y.end else y(newest.value) + FONT + 8
    if x(newest.day) + 7 + text_width(text) <= x.end:
        drawing.text(x(newest.day) + 7, baseline, text, "chart-label-value")
    else:
        drawing.text(x(newest.day) - 7, baseline, text, "chart-label-value", anchor="end")


def _axis(drawing: Drawing, x: Scale, bottom: float, doses: Sequence[Mark], label: str) -> float:
    drawing.line(x.start, bottom, x.end, bottom, "chart-axis")
    for dose in doses:
        if x.holds(dose.at):
            at = x(dose.at)
            corners = [(at - 5, bottom + 11), (at + 5, bottom + 11), (at, bottom + 2)]
            drawing.polygon(corners, "chart-tick")
    for centre, _, text in rows_of(_dose_labels(doses, x), start=x.start, end=x.end, rows=1):
        drawing.text(centre, bottom + 24, text, "chart-tick-label", anchor="middle")
    base = bottom + (24 if doses else 4) + LINE
    most = int((x.end - x.start) / 44)
    for tick in day_ticks(x.low, x.high, most):
        drawing.line(x(tick), bottom, x(tick), bottom + 4, "chart-axis")
        drawing.text(x(tick), base, number(tick), "chart-label-quiet", anchor="middle")
    drawing.text(x.start, base + LINE + 2, label, "chart-label-quiet")
    return base + LINE + 10


def _dose_labels(doses: Sequence[Mark], x: Scale) -> list[tuple[float, str]]:
    """Return one label for each run of equal doses: "6 × 0.5 mg/kg" under the middle of six."""
    shown = sorted((d for d in doses if x.holds(d.at)), key=lambda d: d.at)
    labels = []
    for text, run in groupby(shown, key=lambda d: d.label):
        places = [x(dose.at) for dose in run]
        count = f"{len(places)} × " if len(places) > 1 else ""
        labels.append(((places[0] + places[-1]) / 2, count + text))
    return labels


def _table(panels: Sequence[ScorePanel], doses: Sequence[Mark]) -> tuple[tuple[str, ...], ...]:
    rows: list[tuple[float, tuple[str, ...]]] = [
        (dose.at, (number(dose.at), "Infusion", dose.label, "", "", "", "")) for dose in doses
    ]
    for panel in panels:
        told = {bar.day: bar for bar in panel.foreseen}
        rows += [(p.day, _measured(panel, p, told.get(p.day))) for p in panel.points]
        if panel.fan:
            for day in _table_days(panel.fan):
                p5, p25, p50, p75, p95 = panel.fan.at_time(day)
                bands = (f"{number(p25)} to {number(p75)}", f"{number(p5)} to {number(p95)}")
                rows.append((day, (number(day), panel.name, "", number(p50), *bands, "")))
    return tuple(row for _, row in sorted(rows, key=lambda r: r[0]))


def _measured(panel: ScorePanel, point: ScorePoint, told: Foreseen | None) -> tuple[str, ...]:
    start = (number(point.day), panel.name, number(point.value))
    if told is None:
        return (*start, "", "", "", "")
    bands = (
        f"{number(told.p25)} to {number(told.p75)}",
        f"{number(told.p5)} to {number(told.p95)}",
    )
    return (*start, number(told.p50), *bands, told.made)


def _table_days(fan: BandData) -> list[float]:
    """Return up to nine of the fan's days: first, last, and whole weeks or months between."""
    inner = day_ticks(fan.at[0], fan.at[-1], 8)
    near = {_nearest(fan.at, want) for want in inner}
    return sorted(near | {fan.at[0], fan.at[-1]})


def _nearest(days: Sequence[float], wanted: float) -> float:
    return min(days, key=lambda day: abs(day - wanted))


def _summary(panels: Sequence[ScorePanel], doses: Sequence[Mark]) -> str:
    parts = []
    for panel in panels:
        points = sorted(panel.points, key=lambda p: p.day)
        if not points:
            said = f"{panel.name}: nothing measured yet"
        elif len(points) == 1:
            said = f"{panel.name}: {number(points[0].value)} on day {number(points[0].day)}"
        else:
            first, last = points[0], points[-1]
            said = (
                f"{panel.name}: {number(first.value)} on day {number(first.day)}, "
                f"{number(last.value)} on day {number(last.day)}"
            )
        if panel.fan:
            fan = panel.fan
            said += (
                f"; by day {fan.at[-1]:.0f} expected to be {number(fan.p50[-1])}, "
                f"nine in ten people between {number(fan.p5[-1])} and {number(fan.p95[-1])}"
            )
        parts.append(said)
    count = f"{len(doses)} infusion{'' if len(doses) == 1 else 's'} marked" if doses else ""
    return ". ".join(p for p in (*parts, count) if p) + "."
