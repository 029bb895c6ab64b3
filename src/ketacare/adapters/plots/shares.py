"""The share chart: one row for each share, a dot with its interval, and what was promised beside it.

For response rates, cumulative shares and the coverage of forecast bands: anything that is "so many
of so many", with the uncertainty of a small number drawn as a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ketacare.adapters.plots.chart import Chart, Scale
from ketacare.adapters.plots.drawing import Drawing, text_width
from ketacare.core.errors import ErrorCode, InputError

ROW, TOP, BOTTOM = 40.0, 8.0, 38.0
HEADERS = ("What", "Number", "Share", "95 % interval", "Promised")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRow:
    """One share between 0 and 1; ``promised`` is drawn as a mark, ``None`` when nothing was.

    ``share`` is ``None`` when there is nothing to tell; ``count`` is the number as text ("6 of 9").
    """

    label: str
    count: str
    share: float | None
    low: float | None = None
    high: float | None = None
    promised: float | None = None


def share_chart(
    *, chart_id: str, title: str, rows: Sequence[ShareRow], width: float = 560
) -> Chart:
    """Return the share chart; ``width`` in CSS pixels, at least 300."""
    if not rows:
        raise InputError(ErrorCode.MISSING_KEY, "a share chart needs at least one row")
    if width < 300:
        raise InputError(ErrorCode.OUT_OF_RANGE, f"width is {width:g}; labels need 300 or more")
    drawing = Drawing()
    x = Scale(low=0.0, high=1.0, start=16.0, end=width - text_width("100 %") / 2 - 4)
    bottom = TOP + ROW * len(rows)
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        drawing.line(x(tick), TOP, x(tick), bottom, "chart-grid")
        drawing.text(
            max(x(tick), text_width("0 %") / 2),
            bottom + 16,
            _percent(tick),
            "chart-label-quiet",
            anchor="middle",
        )
    drawing.line(x.start, bottom, x.end, bottom, "chart-axis")
    for index, row in enumerate(rows):
        _row(drawing, row, x, TOP + ROW * index)
    drawing.text(x.start, bottom + 33, "share, with 95 % interval", "chart-label-quiet")
    summary = " ".join(_said(row) for row in rows)
    svg = drawing.svg(
        chart_id=chart_id,
        kind="chart-shares",
        title=title,
        description=summary,
        width=width,
        height=bottom + BOTTOM,
    )
    return Chart(
        svg=svg, table_headers=HEADERS, table_rows=tuple(map(_cells, rows)), summary=summary
    )


def _row(drawing: Drawing, row: ShareRow, x: Scale, top: float) -> None:
    text = f"{row.label}: {row.count}" if row.count else row.label
    drawing.text(x.start, top + 13, text, "chart-label-value")
    y = top + 27
    if row.promised is not None:
        drawing.line(x(row.promised), y - 8, x(row.promised), y + 8, "chart-event")
    if row.share is None:
        return
    if row.low is not None and row.high is not None:
        drawing.line(x(row.low), y, x(row.high), y, "chart-line")
    drawing.circle(x(row.share), y, 5, "chart-dot chart-dot-newest")


def _said(row: ShareRow) -> str:
    if row.share is None:
        return f"{row.label}: {row.count or 'cannot say'}."
    text = f"{row.label}: {row.count}, {_percent(row.share)}"
    if row.promised is not None:
        text += f" where {_percent(row.promised)} was promised"
    return f"{text}."


def _cells(row: ShareRow) -> tuple[str, ...]:
    interval = (
        ""
        if row.low is None or row.high is None
        else f"{_percent(row.low)} to {_percent(row.high)}"
    )
    return (
        row.label,
        row.count,
        "cannot say" if row.share is None else _percent(row.share),
        interval or "cannot say",
        "" if row.promised is None else _percent(row.promised),
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
