"""The trade-off chart: what each option brings in relief against what it asks in risk and in burden.

Two panels with the same vertical axis, side by side where there is room. An option that no other
outdoes in all three is a filled dot with its place in the ranking, any other a small open one; one
that seems outdone in one panel is saved by the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ketacare.adapters.plots.chart import Chart, Scale, nice_ticks, number
from ketacare.adapters.plots.drawing import FONT, Drawing, text_width
from ketacare.core.errors import ErrorCode, InputError

PANEL, TOP, LEFT, BOTTOM, BETWEEN = 190.0, 26.0, 46.0, 40.0, 18.0
SPAN = 10.0  # % of relief the axis shows at least: a zoomed axis makes nothing look like much
NAMED = 8  # places written beside dots; more would lie over the dots of others
SIDE_BY_SIDE = 480.0  # CSS pixels from which two panels fit beside each other
HEADERS = (
    "Place",
    "Option",
    "Relief",
    "Risk (standard infusions)",
    "Burden (in relief)",
    "Compared",
)


Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOff:
    """One option: relief and burden as shares, risk in standard infusions.

    ``outdone_by`` names an option with at least the relief for no more risk and burden; empty when
    there is none.
    """

    rank: int
    label: str
    relief: float
    risk: float
    burden: float
    outdone_by: str = ""


def trade_off_chart(
    *, chart_id: str, title: str, options: Sequence[TradeOff], width: float = 560
) -> Chart:
    """Return the trade-off chart; ``width`` in CSS pixels, at least 300."""
    if not options:
        raise InputError(ErrorCode.MISSING_KEY, "a trade-off chart needs at least one option")
    if width < 300:
        raise InputError(ErrorCode.OUT_OF_RANGE, f"width is {width:g}; labels need 300 or more")
    drawing = Drawing()
    beside = width >= SIDE_BY_SIDE
    room = (width - BETWEEN) / 2 if beside else width
    step = TOP + PANEL + BOTTOM
    low, high = _range([100 * o.relief for o in options], least=SPAN)
    panels = (
        ("Relief (%) against risk", "risk in standard infusions", [o.risk for o in options]),
        ("Relief (%) against burden", "burden in % of relief", [100 * o.burden for o in options]),
    )
    for index, (name, axis, across) in enumerate(panels):
        left = index * (room + BETWEEN) if beside else 0.0
        top = 0.0 if beside else index * step
        x = Scale(low=0.0, high=_range([0.0, *across])[1], start=left + LEFT, end=left + room - 14)
        y = Scale(low=low, high=high, start=top + TOP + PANEL, end=top + TOP)
        drawing.text(left, top + 13, name, "chart-label-title")
        _axes(drawing, x, y, axis)
        _points(drawing, options, across, x, y)
    summary = _said(options)
    svg = drawing.svg(
        chart_id=chart_id,
        kind="chart-tradeoff",
        title=title,
        description=summary,
        width=width,
        height=step if beside else 2 * step,
    )
    ordered = sorted(options, key=lambda o: (bool(o.outdone_by), o.rank))
    return Chart(
        svg=svg, table_headers=HEADERS, table_rows=tuple(map(_cells, ordered)), summary=summary
    )


def _range(values: Sequence[float], *, least: float = 1.0) -> tuple[float, float]:
    """Return limits around the values with some air, at least ``least`` apart."""
    low, high = min(values), max(values)
    air = max(0.06 * (high - low), (least - (high - low)) / 2)
    return (low if low == 0.0 else low - air), high + air


def _axes(drawing: Drawing, x: Scale, y: Scale, name: str) -> None:
    for tick in nice_ticks(y.low, y.high, 5):
        drawing.line(x.start, y(tick), x.end, y(tick), "chart-grid")
        drawing.text(x.start - 6, y(tick) + 4, number(tick), "chart-label-quiet", anchor="end")
    for tick in nice_ticks(x.low, x.high, 5):
        drawing.text(x(tick), y.start + 17, number(tick), "chart-label-quiet", anchor="middle")
    drawing.line(x.start, y.start, x.end, y.start, "chart-axis")
    drawing.text((x.start + x.end) / 2, y.start + 34, name, "chart-label-quiet", anchor="middle")


def _points(
    drawing: Drawing, options: Sequence[TradeOff], across: Sequence[float], x: Scale, y: Scale
) -> None:
    placed = [(x(at), y(100 * o.relief), o) for at, o in zip(across, options, strict=True)]
    # The best are painted last, so that they lie on top.
    for px, py, option in sorted(placed, key=lambda p: (not p[2].outdone_by, -p[2].rank)):
        if option.outdone_by:
            drawing.circle(px, py, 3, "chart-dot-other")
        elif option.rank == 1:
            drawing.circle(px, py, 6, "chart-dot chart-dot-newest")
        else:
            drawing.circle(px, py, 4, "chart-dot")
    taken: list[Box] = [
        (px - 4, py - 4, px + 4, py + 4) for px, py, o in placed if not o.outdone_by
    ]
    best = sorted((p for p in placed if not p[2].outdone_by), key=lambda p: p[2].rank)
    for px, py, option in best[:NAMED]:
        text = str(option.rank)
        spot = _spot(px, py, text, taken, (x, y))
        if spot is not None:
            drawing.text(*spot, text, "chart-label-value")


def _spot(
    px: float, py: float, text: str, taken: list[Box], scales: tuple[Scale, Scale]
) -> tuple[float, float] | None:
    """Return where a place is written beside its dot, and take the room.

    ``None`` where every side is taken: that one stands in the table.
    """
    x, y = scales
    wide = text_width(text)
    for left, base in (
        (px + 8, py + 4),
        (px - 8 - wide, py + 4),
        (px - wide / 2, py - 9),
        (px - wide / 2, py + 18),
    ):
        box = (left, base - FONT + 2, left + wide, base + 2)
        inside = x.start <= box[0] and box[2] <= x.end + 12 and y.end - 4 <= box[1]
        free = all(
            box[2] + 2 <= b[0] or b[2] + 2 <= box[0] or box[3] <= b[1] or b[3] <= box[1]
            for b in taken
        )
        if inside and free and box[3] <= y.start:
            taken.append(box)
            return left, base
    return None


def _said(options: Sequence[TradeOff]) -> str:
    best = [o for o in options if not o.outdone_by]
    if not best or len(options) == 1:
        return "There is one option, so there is nothing to trade."
    least = min(best, key=lambda o: (o.risk, o.burden, o.rank))
    most = max(best, key=lambda o: (o.relief, -o.rank))
    text = (
        f"{len(best)} of {len(options)} options are outdone by no other: with them, more relief "
        "costs risk or burden."
    )
    if least is most:
        return f"{text} Option {most.rank} has both the most relief and the least risk."
    return (
        f"{text} From {_percent(least.relief)} relief for {_risk(least.risk)} (option "
        f"{least.rank}) to {_percent(most.relief)} for {_risk(most.risk)} (option {most.rank})."
    )


def _cells(option: TradeOff) -> tuple[str, ...]:
    return (
        str(option.rank),
        option.label,
        _percent(option.relief, 1),
        f"{option.risk:.1f}",
        _percent(option.burden, 1),
        f"outdone by: {option.outdone_by}" if option.outdone_by else "no other outdoes it",
    )


def _risk(risk: float) -> str:
    return "no drug risk" if risk == 0.0 else f"the risk of {risk:.1f} standard infusions"


def _percent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f} %".replace("-", "−")
