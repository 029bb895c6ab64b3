"""The session's chart: one small panel for each vital sign over one time axis.

The expected band stands in grey behind what was measured. A person's reading is an open diamond, a
device's a filled dot; nothing is joined by lines, so a gap in the data looks like a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ketacare.adapters.plots.chart import (
    BandData,
    Chart,
    Mark,
    Scale,
    Threshold,
    minute_ticks,
    nice_ticks,
    number,
)
from ketacare.adapters.plots.drawing import LINE, Drawing, rows_of, spread, text_width
from ketacare.core.errors import ErrorCode, InputError

LEFT, TOP = 38.0, 22.0
GAP = 8.0
HEADERS = ("Minute", "Sign", "By a person", "By the device", "Expected", "Nine in ten")
ROW_MINUTES = 5.0  # device readings stand in the table as their range over this long


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalPoint:
    """One measured value, ``minute`` counted from the start of the infusion."""

    minute: float
    value: float
    manual: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalPanel:
    """One sign: name and unit, what was measured, what is expected, and the limits to draw.

    A panel without points shows a prediction alone, such as the concentration.
    """

    name: str
    unit: str
    points: Sequence[VitalPoint] = ()
    band: BandData | None = None
    limits: Sequence[Threshold] = ()


def vitals_chart(
    *,
    chart_id: str,
    title: str,
    panels: Sequence[VitalPanel],
    events: Sequence[Mark] = (),
    now: float | None = None,
    until: float = 120,
    width: float = 720,
    panel_height: float = 96,
    tick_label: Callable[[float], str] = number,
    axis_label: str = "minutes since the start",
) -> Chart:
    """Return the session's chart; times in minutes since the start, ``width`` at least 320.

    ``tick_label`` turns a minute into the text under the axis, for example into a clock time.
    """
    if not panels:
        raise InputError(ErrorCode.MISSING_KEY, "a vital-sign chart needs at least one sign")
    if width < 320:
        raise InputError(ErrorCode.OUT_OF_RANGE, f"width is {width:g}; labels need 320 or more")
    x = _time_scale(panels, events, now, until, width)
    drawing = Drawing()
    top = TOP
    for index, panel in enumerate(panels):
        _panel(drawing, panel, x, top, panel_height)
        for event in events:
            if x.holds(event.at):
                drawing.line(x(event.at), top, x(event.at), top + panel_height, "chart-event")
        if now is not None and x.holds(now):
            drawing.line(x(now), top, x(now), top + panel_height, "chart-now")
        top += panel_height + (GAP + TOP if index + 1 < len(panels) else 0)
    height = _axis(drawing, x, top, events=events, tick_label=tick_label, axis_label=axis_label)
    summary = _summary(panels)
    svg = drawing.svg(
        chart_id=chart_id,
        kind="chart-vitals",
        title=title,
        description=summary,
        width=width,
        height=height,
    )
    rows = _table(panels, events)
    return Chart(svg=svg, table_headers=HEADERS, table_rows=rows, summary=summary)


def _time_scale(
    panels: Sequence[VitalPanel],
    events: Sequence[Mark],
    now: float | None,
    until: float,
    width: float,
) -> Scale:
    minutes = [0.0, until, *(e.at for e in events)]
    minutes += [p.minute for panel in panels for p in panel.points]
    minutes += [] if now is None else [now]
    names = [text_width(level.label) for panel in panels for level in panel.limits]
    end = width - max([*names, 10.0]) - 10
    return Scale(low=min(minutes), high=max(minutes), start=LEFT, end=end)


def _panel(drawing: Drawing, panel: VitalPanel, x: Scale, top: float, height: float) -> None:
    bottom = top + height
    y = _value_scale(panel, top, bottom)
    drawing.rectangle(x.start, top, x.end - x.start, height, "chart-panel")
    drawing.text(x.start, top - 7, f"{panel.name}, {panel.unit}", "chart-label-title")
    for tick in nice_ticks(y.low, y.high, 4):
        drawing.line(x.start, y(tick), x.end, y(tick), "chart-grid")
        drawing.text(x.start - 6, y(tick) + 4, number(tick), "chart-label-quiet", anchor="end")
    if panel.band:
        drawing.band(panel.band, x, y)
    labels = [(y(level.value), level.label) for level in panel.limits if y.holds(level.value)]
    for at, _ in labels:
        drawing.line(x.start, at, x.end, at, "chart-threshold")
    places = spread([at for at, _ in labels], low=top + 6, high=bottom)
    for (_, text), place in zip(labels, places, strict=True):
        drawing.text(x.end + 6, place + 4, text, "chart-threshold-label")
    for minute, value in thinned(panel.points, x):
        drawing.circle(x(minute), y(value), 2.2, "chart-dot")
    for point in panel.points:
        if point.manual:
            drawing.diamond(x(point.minute), y(point.value), 5, "chart-dot-manual")
    if panel.points:
        newest = max(panel.points, key=lambda p: p.minute)
        drawing.text(x.end, top - 7, number(newest.value), "chart-label-value", anchor="end")


def _value_scale(panel: VitalPanel, top: float, bottom: float) -> Scale:
    values = [p.value for p in panel.points]
    if panel.band:
        values += [*panel.band.p5, *panel.band.p95]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    # A limit within reach of what is shown belongs on the chart; a far one would flatten it.
    reach = max(high - low, 10.0)
    near = [t.value for t in panel.limits if low - reach <= t.value <= high + reach]
    low, high = min([low, *near]), max([high, *near])
    room = 0.08 * max(high - low, 5.0)
    floor = 0.0 if low >= 0 else low - room
    return Scale(low=max(low - room, floor), high=high + room, start=bottom, end=top)


def thinned(points: Sequence[VitalPoint], x: Scale) -> list[tuple[float, float]]:
    """Return the device's readings, of each two pixels only the lowest and the highest.

    Two hours at one reading in five seconds are 1,440 dots; no extreme is ever left out.
    """
    columns: dict[int, list[VitalPoint]] = {}
    for point in points:
        if not point.manual:
            columns.setdefault(int(x(point.minute) / 2), []).append(point)
    kept = []
    for column in columns.values():
        low, high = min(column, key=_value), max(column, key=_value)
        kept += [(low.minute, low.value)]
        kept += [(high.minute, high.value)] if high.value != low.value else []
    return kept


def _value(point: VitalPoint) -> float:
    return point.value


def _axis(
    drawing: Drawing,
    x: Scale,
    bottom: float,
    *,
    events: Sequence[Mark],
    tick_label: Callable[[float], str],
    axis_label: str,
) -> float:
    drawing.line(x.start, bottom, x.end, bottom, "chart-axis")
    base = bottom + 4 + LINE
    marks = [(x(event.at), event.label) for event in events if x.holds(event.at)]
    placed = rows_of(marks, start=x.start, end=x.end, rows=2)
    for centre, row, text in placed:
        drawing.text(centre, base + row * LINE, text, "chart-tick-label", anchor="middle")
    base += (LINE + 2) * (1 + max((row for _, row, _ in placed), default=-1))
    widest = max(text_width(tick_label(x.high)), 28.0) + 8
    for tick in minute_ticks(x.low, x.high, int((x.end - x.start) / widest)):
        drawing.line(x(tick), bottom, x(tick), bottom + 4, "chart-axis")
        drawing.text(x(tick), base, tick_label(tick), "chart-label-quiet", anchor="middle")
    drawing.text(x.start, base + LINE + 2, axis_label, "chart-label-quiet")
    return base + LINE + 10


def _table(panels: Sequence[VitalPanel], events: Sequence[Mark]) -> tuple[tuple[str, ...], ...]:
    rows: list[tuple[float, tuple[str, ...]]] = [
        (e.at, (number(e.at), e.label, "", "", "", "")) for e in events
    ]
    for panel in panels:
        name = f"{panel.name}, {panel.unit}"
        for start, points in sorted(_five_minutes(panel).items()):
            manual = [number(p.value) for p in points if p.manual]
            device = [p.value for p in points if not p.manual]
            expected = panel.band.at_time(start) if panel.band else None
            rows.append(
                (
                    start,
                    (
                        number(start),
                        name,
                        ", ".join(manual),
                        _range(device),
                        number(expected[2]) if expected else "",
                        f"{number(expected[0])} to {number(expected[4])}" if expected else "",
                    ),
                )
            )
    return tuple(row for _, row in sorted(rows, key=lambda r: r[0]))


def _five_minutes(panel: VitalPanel) -> dict[float, list[VitalPoint]]:
    """Return the points by the five minutes they fall in; an expectation alone gives empty rows."""
    grouped: dict[float, list[VitalPoint]] = {}
    if panel.band and not panel.points:
        for tick in minute_ticks(panel.band.at[0], panel.band.at[-1], 13):
            grouped[tick] = []
    for point in panel.points:
        grouped.setdefault(point.minute // ROW_MINUTES * ROW_MINUTES, []).append(point)
    return grouped


def _range(values: Sequence[float]) -> str:
    if not values:
        return ""
    low, high = number(min(values)), number(max(values))
    return low if low == high else f"{low} to {high}"


def _summary(panels: Sequence[VitalPanel]) -> str:
    said = []
    for panel in panels:
        if not panel.points:
            continue
        newest = max(panel.points, key=lambda p: p.minute)
        values = [p.value for p in panel.points]
        origin = "by a person" if newest.manual else "by the device"
        said.append(
            f"{panel.name} {number(newest.value)} {panel.unit} at minute "
            f"{number(newest.minute)}, {origin}; range {_range(values)}"
        )
    if not said:
        return "Nothing was measured yet."
    return ". ".join(said) + "."
