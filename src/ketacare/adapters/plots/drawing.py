"""Writes SVG elements with classes only, and keeps labels apart from one another.

Coordinates are rounded to a tenth of a pixel, so that the same chart is the same text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ketacare.adapters.plots.chart import BandData, Scale

FONT = 12
LINE = 15  # distance of two lines of text
# Sans-serif fonts average about 0.56 em a character; a little more keeps labels apart.
CHARACTER = 0.6 * FONT


def text_width(text: str) -> float:
    """Return the pixels ``text`` takes, estimated on the wide side."""
    return len(text) * CHARACTER


class Drawing:
    """Collects elements in the order they are painted."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def rectangle(self, x: float, y: float, width: float, height: float, name: str) -> None:
        """Add a rectangle."""
        self._add(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'class="{name}"/>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, name: str) -> None:
        """Add a straight line."""
        dash = ' stroke-dasharray="5 4"' if name == "chart-threshold" else ""
        self._add(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="currentColor"{dash} class="{name}"/>'
        )

    def path(self, points: Iterable[tuple[float, float]], name: str) -> None:
        """Add an open line through points."""
        self._add(
            f'<polyline points="{_points(points)}" fill="none" stroke="currentColor" '
            f'class="{name}"/>'
        )

    def polygon(self, points: Iterable[tuple[float, float]], name: str) -> None:
        """Add a filled polygon."""
        self._add(f'<polygon points="{_points(points)}" class="{name}"/>')

    def strokes(self, strokes: Iterable[tuple[float, float, float]], name: str) -> None:
        """Add upright strokes, each as x, top and bottom, in one element."""
        drawn = "".join(f"M{x:.1f} {top:.1f}V{bottom:.1f}" for x, top, bottom in strokes)
        if drawn:
            self._add(f'<path d="{drawn}" fill="none" stroke="currentColor" class="{name}"/>')

    def circle(self, x: float, y: float, radius: float, name: str) -> None:
        """Add a filled circle."""
        self._add(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" class="{name}"/>')

    def diamond(self, x: float, y: float, size: float, name: str) -> None:
        """Add an open diamond."""
        corners = [(x, y - size), (x + size, y), (x, y + size), (x - size, y)]
        self._add(
            f'<polygon points="{_points(corners)}" fill="none" stroke="currentColor" '
            f'class="{name}"/>'
        )

    def text(self, x: float, y: float, text: str, name: str, *, anchor: str = "start") -> None:
        """Add a text of 12 px at its baseline; anchor is start, middle or end."""
        self._add(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{FONT}" fill="currentColor" '
            f'text-anchor="{anchor}" class="chart-label {name}">{escape(text)}</text>'
        )

    def band(self, data: BandData, x: Scale, y: Scale) -> None:
        """Add the two bands and the median, cut to the scales."""
        inside = [i for i, at in enumerate(data.at) if x.holds(at)]
        if len(inside) < 2:
            return
        for low, high, name in (
            (data.p5, data.p95, "chart-band-90"),
            (data.p25, data.p75, "chart-band-50"),
        ):
            upper = [(x(data.at[i]), _clip(y, high[i])) for i in inside]
            lower = [(x(data.at[i]), _clip(y, low[i])) for i in reversed(inside)]
            self.polygon(upper + lower, name)
        self.path([(x(data.at[i]), _clip(y, data.p50[i])) for i in inside], "chart-median")

    def svg(
        self, *, chart_id: str, kind: str, title: str, description: str, width: float, height: float
    ) -> str:
        """Return the whole drawing with its name and description for screen readers."""
        name = escape(chart_id, quote=True)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {kind}" role="img" '
            f'aria-labelledby="{name}-title {name}-desc" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}">'
            f'<title id="{name}-title">{escape(title)}</title>'
            f'<desc id="{name}-desc">{escape(description)}</desc>'
            f"{''.join(self._parts)}</svg>"
        )

    def _add(self, element: str) -> None:
        self._parts.append(element)


def spread(wanted: Sequence[float], *, low: float, high: float, gap: float = LINE) -> list[float]:
    """Return positions as near to ``wanted`` as ``gap`` between them and the limits allow.

    Least squares under the order (pool adjacent violators), then shifted into the limits; labels
    that do not fit at all go below the lower limit rather than over one another.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    blocks: list[tuple[float, int]] = []  # mean of the shifted wishes, how many labels
    for rank, index in enumerate(order):
        mean, count = wanted[index] - rank * gap, 1
        while blocks and blocks[-1][0] > mean:
            before, size = blocks.pop()
            mean, count = (before * size + mean * count) / (size + count), size + count
        blocks.append((mean, count))
    shifted = [mean for mean, count in blocks for _ in range(count)]
    top = high - max(len(wanted) - 1, 0) * gap
    placed = [0.0] * len(wanted)
    for rank, index in enumerate(order):
        placed[index] = max(min(shifted[rank], top), low) + rank * gap
    return placed


def rows_of(
    labels: Sequence[tuple[float, str]], *, start: float, end: float, rows: int
) -> list[tuple[float, int, str]]:
    """Return centre, row and text of labels along an axis, without one touching another.

    A label that fits into none of the rows is left out: it stands in the table.
    """
    free = [-1e9] * rows
    placed = []
    for at, text in sorted(labels):
        half = text_width(text) / 2
        centre = max(min(at, end - half), start + half)
        for row in range(rows):
            if centre - half >= free[row]:
                placed.append((centre, row, text))
                free[row] = centre + half + 8
                break
    return placed


def _clip(y: Scale, value: float) -> float:
    return y(min(max(value, y.low), y.high))


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
