"""The strip of a session: pump, signs, scales and events over one time axis, to be read at a glance.

In the tradition of the anaesthetic record. What a person measured is an open diamond, what a device
measured a filled dot or, where values stand close, a stroke from the lowest to the highest; nothing
is joined, so a gap in the data is a gap in the drawing. Scales are written as their numbers. Events
carry numbers that stand in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ketacare.adapters.plots.chart import Chart, Scale, minute_ticks, nice_ticks, number
from ketacare.adapters.plots.drawing import LINE, Drawing, rows_of, text_width
from ketacare.adapters.plots.vitals import VitalPoint, thinned
from ketacare.core.errors import ErrorCode, InputError

LEFT, RIGHT, TOP, GAP = 38.0, 20.0, 20.0, 6.0
PUMP_HEIGHT, ROW = 40.0, 18.0
DENSE = 240  # more device values than this are drawn as strokes
HEADERS = ("Time", "What", "By a person", "By the device")
ROW_MINUTES = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StripSeries:
    """What was measured of one sign."""

    name: str
    points: Sequence[VitalPoint]


@dataclass(frozen=True, slots=True, kw_only=True)
class StripSign:
    """One panel: a sign, or two that are read together, such as both blood pressures."""

    name: str
    unit: str
    series: Sequence[StripSeries]
    spans: Sequence[tuple[float, float, str]] = ()  # limits crossed: from, until, in a word
    height: float = 60.0

    @property
    def points(self) -> list[VitalPoint]:
        """All values of the panel."""
        return [point for each in self.series for point in each.points]


@dataclass(frozen=True, slots=True, kw_only=True)
class StripScale:
    """One rating in the chair, such as distress: written as numbers."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StripPump:
    """The pump's rate: each step is a minute and the rate from then on."""

    unit: str
    steps: Sequence[tuple[float, float]]
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StripEvent:
    """Something that happened; its number on the strip is its place in the list, from 1."""

    minute: float
    text: str


def strip_chart(
    *,
    chart_id: str,
    title: str,
    pump: StripPump | None,
    signs: Sequence[StripSign],
    scales: Sequence[StripScale] = (),
    events: Sequence[StripEvent] = (),
    start: float = 0.0,
    until: float,
    width: float = 980,
    tick_label: Callable[[float], str] = number,
    axis_label: str = "minutes since the start",
) -> Chart:
    """Return the strip; times in minutes since the start, ``width`` at least 320."""
    if width < 320:
        raise InputError(ErrorCode.OUT_OF_RANGE, f"width is {width:g}; labels need 320 or more")
    if until <= start:
        raise InputError(ErrorCode.CONTRADICTION, "the strip ends before it begins")
    x = Scale(low=start, high=until, start=LEFT, end=width - RIGHT)
    drawing = Drawing()
    top = _events(drawing, events, x)
    first = top
    if pump is not None:
        top = _pump(drawing, pump, x, top)
    for sign in signs:
        top = _sign(drawing, sign, x, top)
    for scale in scales:
        top = _scale(drawing, scale, x, top)
    for event in events:
        if x.holds(event.minute):
            drawing.line(x(event.minute), first - 4, x(event.minute), top, "chart-event")
    height = _axis(drawing, x, top, tick_label, axis_label)
    summary = _summary(pump, signs, scales, events)
    svg = drawing.svg(
        chart_id=chart_id,
        kind="chart-strip",
        title=title,
        description=summary,
        width=width,
        height=height,
    )
    rows = _table(pump, signs, scales, events, tick_label)
    return Chart(svg=svg, table_headers=HEADERS, table_rows=rows, summary=summary)


def _events(drawing: Drawing, events: Sequence[StripEvent], x: Scale) -> float:
    """Write the numbers of the events in up to three rows; return where the panels begin."""
    marks = [
        (x(event.minute), str(index))
        for index, event in enumerate(events, start=1)
        if x.holds(event.minute)
    ]
    placed = rows_of(marks, start=x.start, end=x.end, rows=3)
    for centre, row, text in placed:
        drawing.text(centre, 12 + row * LINE, text, "chart-tick-label", anchor="middle")
    return 8 + LINE * (1 + max((row for _, row, _ in placed), default=0)) if placed else 4.0


def _pump(drawing: Drawing, pump: StripPump, x: Scale, top: float) -> float:
    top += TOP
    bottom = top + PUMP_HEIGHT
    highest = max((rate for _, rate in pump.steps), default=0.0) or 1.0
    y = Scale(low=0.0, high=highest * 1.15, start=bottom, end=top)
    _panel(drawing, x, top, height=PUMP_HEIGHT, name=f"Pump, {pump.unit}", said=pump.said)
    for tick in (0.0, highest):
        drawing.text(x.start - 6, y(tick) + 4, number(tick), "chart-label-quiet", anchor="end")
    ends = [minute for minute, _ in pump.steps[1:]] + [x.high]
    for (minute, rate), end in zip(pump.steps, ends, strict=True):
        left, right = x(max(minute, x.low)), x(min(end, x.high))
        if rate > 0 and right > left:
            drawing.rectangle(left, y(rate), right - left, bottom - y(rate), "chart-pump")
    return bottom + GAP


def _sign(drawing: Drawing, sign: StripSign, x: Scale, top: float) -> float:
    top += TOP
    bottom = top + sign.height
    newest = [
        number(max(each.points, key=lambda point: point.minute).value)
        for each in sign.series
        if each.points
    ]
    said = f"last {' / '.join(newest)}" if newest else ""
    _panel(drawing, x, top, height=sign.height, name=f"{sign.name}, {sign.unit}", said=said)
    if not sign.points:
        drawing.text(x.start + 6, top + 16, "not measured", "chart-label-quiet")
        return bottom + GAP
    values = [point.value for point in sign.points]
    room = 0.08 * max(max(values) - min(values), 5.0)
    y = Scale(low=max(min(values) - room, 0.0), high=max(values) + room, start=bottom, end=top)
    for tick in nice_ticks(y.low, y.high, 4 if sign.height > 70 else 3):
        drawing.line(x.start, y(tick), x.end, y(tick), "chart-grid")
        drawing.text(x.start - 6, y(tick) + 4, number(tick), "chart-label-quiet", anchor="end")
    for each in sign.series:
        device = [point for point in each.points if not point.manual and x.holds(point.minute)]
        if len(device) > DENSE:
            drawing.strokes(_columns(device, x, y), "chart-range")
            continue
        for minute, value in thinned(device, x):
            drawing.circle(x(minute), y(value), 2.2, "chart-dot")
    for point in sign.points:
        if point.manual and x.holds(point.minute):
            drawing.diamond(x(point.minute), y(point.value), 5, "chart-dot-manual")
    for since, end, word in sign.spans:
        left, right = x(max(since, x.low)), max(x(min(end, x.high)), x(max(since, x.low)) + 3)
        drawing.rectangle(left, bottom - 4, right - left, 4, "chart-crossed")
        if text_width(word) < right - left:
            drawing.text(left, bottom - 7, word, "chart-threshold-label")
    return bottom + GAP


def _scale(drawing: Drawing, scale: StripScale, x: Scale, top: float) -> float:
    bottom = top + ROW + TOP - GAP
    drawing.text(x.start, top + 11, scale.name, "chart-label-title")
    drawing.line(x.start, bottom, x.end, bottom, "chart-grid")
    marks = [(x(minute), number(value)) for minute, value in scale.points if x.holds(minute)]
    for centre, _row, text in rows_of(marks, start=x.start, end=x.end, rows=1):
        drawing.text(centre, bottom - 4, text, "chart-label-value", anchor="middle")
    return bottom + GAP


def _panel(drawing: Drawing, x: Scale, top: float, *, height: float, name: str, said: str) -> None:
    drawing.rectangle(x.start, top, x.end - x.start, height, "chart-panel")
    drawing.text(x.start, top - 6, name, "chart-label-title")
    if said and text_width(name) + text_width(said) + 12 < x.end - x.start:
        drawing.text(x.end, top - 6, said, "chart-label-value", anchor="end")


def _columns(points: Sequence[VitalPoint], x: Scale, y: Scale) -> list[tuple[float, float, float]]:
    """Return one stroke for each pixel that holds values, from the lowest to the highest."""
    found: dict[int, tuple[float, float]] = {}
    for point in points:
        pixel = round(x(point.minute))
        low, high = found.get(pixel, (point.value, point.value))
        found[pixel] = (min(low, point.value), max(high, point.value))
    # A single value would be a stroke of no length: give it a pixel up and down.
    return [(pixel, y(high) - 1.0, y(low) + 1.0) for pixel, (low, high) in sorted(found.items())]


def _axis(
    drawing: Drawing,
    x: Scale,
    bottom: float,
    tick_label: Callable[[float], str],
    axis_label: str,
) -> float:
    drawing.line(x.start, bottom, x.end, bottom, "chart-axis")
    widest = max(text_width(tick_label(x.high)), 28.0) + 10
    base = bottom + 4 + LINE
    for tick in minute_ticks(x.low, x.high, int((x.end - x.start) / widest)):
        drawing.line(x(tick), bottom, x(tick), bottom + 4, "chart-axis")
        drawing.text(x(tick), base, tick_label(tick), "chart-label-quiet", anchor="middle")
    drawing.text(x.start, base + LINE + 2, axis_label, "chart-label-quiet")
    return base + LINE + 10


def _table(
    pump: StripPump | None,
    signs: Sequence[StripSign],
    scales: Sequence[StripScale],
    events: Sequence[StripEvent],
    tick_label: Callable[[float], str],
) -> tuple[tuple[str, ...], ...]:
    rows: list[tuple[float, int, tuple[str, ...]]] = []

    def row(at: float, rank: int, what: str, person: str = "", device: str = "") -> None:
        rows.append((at, rank, (tick_label(at), what, person, device)))

    for index, event in enumerate(events, start=1):
        row(event.minute, 0, f"{index}. {event.text}")
    for minute, rate in pump.steps if pump else ():
        row(minute, 1, f"Pump {number(rate)} {pump.unit if pump else ''}")
    for sign in signs:
        for each in sign.series:
            slots: dict[float, list[VitalPoint]] = {}
            for point in each.points:
                slots.setdefault(point.minute // ROW_MINUTES, []).append(point)
            for points in slots.values():
                device = [point.value for point in points if not point.manual]
                person = ", ".join(number(point.value) for point in points if point.manual)
                at = min(point.minute for point in points)
                row(at, 2, f"{each.name}, {sign.unit}", person, _range(device))
    for scale in scales:
        for minute, value in scale.points:
            row(minute, 3, scale.name, number(value))
    return tuple(cells for _at, _rank, cells in sorted(rows, key=lambda each: each[:2]))


def _range(values: Sequence[float]) -> str:
    if not values:
        return ""
    low, high = number(min(values)), number(max(values))
    said = low if low == high else f"{low} to {high}"
    return said if len(values) == 1 else f"{said} ({len(values)} values)"


def _summary(
    pump: StripPump | None,
    signs: Sequence[StripSign],
    scales: Sequence[StripScale],
    events: Sequence[StripEvent],
) -> str:
    said = [f"Pump: {pump.said}"] if pump and pump.said else []
    for unit, each in [(sign.unit, each) for sign in signs for each in sign.series]:
        values = [point.value for point in each.points]
        if values:
            manual = sum(point.manual for point in each.points)
            said.append(
                f"{each.name} {number(min(values))} to {number(max(values))} {unit}, "
                f"{manual} by a person, {len(values) - manual} by the device"
            )
    said += [
        f"{scale.name} {number(min(v for _, v in scale.points))} to "
        f"{number(max(v for _, v in scale.points))}"
        for scale in scales
        if scale.points
    ]
    if events:
        said.append(f"{len(events)} events")
    return (". ".join(said) or "Nothing was recorded") + "."
