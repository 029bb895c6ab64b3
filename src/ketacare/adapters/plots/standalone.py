"""Turns a chart into a file of its own: SVG with its styles inside, or PNG.

On a page the style sheet decides how a chart looks; a file has no page, so the styles go with it:
for white paper and, where a screen asks for it, for dark. PNG is drawn by resvg, which brings no fonts: a machine without any of the usual
ones is told so, rather than given a chart without words.
"""

from __future__ import annotations

from functools import cache

import resvg_py

from ketacare.core.errors import ErrorCode, InputError

_FAMILIES = (
    "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', 'Noto Sans', 'Segoe UI', sans-serif"
)
# What each mark is coloured with: on white paper, and on a dark screen.
_COLOURS = {
    "text": ("#1c2430", "#e6eaf0"),
    "page": ("#fff", "#12161c"),
    "panel": ("#f7f8fa", "#1a2028"),
    "grid": ("#d9dde3", "#38414d"),
    "band-90": ("#c9d8ea", "#24384f"),
    "band-50": ("#9db9da", "#345579"),
    "median": ("#1f4e8c", "#8fbdf5"),
    "case-1": ("#b35c00", "#ffb566"),
    "case-2": ("#00695c", "#5fd0c0"),
    "case-3": ("#6a1b9a", "#d3a4f0"),
    "case-4": ("#ad1457", "#ff9dc4"),
    "range": ("#4a5360", "#c3cbd6"),
    "pump": ("#9db9da", "#345579"),
    "dot": ("#b3261e", "#ff9a92"),
    "quiet": ("#4a5360", "#aeb7c4"),
    "event": ("#6b7480", "#98a2af"),
    "limit": ("#8a5a00", "#e2b45c"),
}


def _style(place: int) -> str:
    """Return the rules in the colours for white (0) or dark (1)."""
    c = {name: pair[place] for name, pair in _COLOURS.items()}
    return (
        f"svg{{font-family:{_FAMILIES};color:{c['text']};background:{c['page']}}}"
        f".chart-panel{{fill:{c['panel']}}}.chart-grid{{stroke:{c['grid']}}}"
        f".chart-axis{{stroke:{c['text']}}}.chart-tick{{fill:{c['text']}}}"
        f".chart-band-90{{fill:{c['band-90']}}}.chart-band-50{{fill:{c['band-50']}}}"
        f".chart-median{{stroke:{c['median']};stroke-width:2}}"
        f".chart-line{{stroke:{c['text']};stroke-width:1.5;stroke-dasharray:6 3}}"
        f".chart-case-1{{stroke:{c['case-1']};stroke-width:2}}"
        f".chart-case-2{{stroke:{c['case-2']};stroke-width:2;stroke-dasharray:2 2}}"
        f".chart-case-3{{stroke:{c['case-3']};stroke-width:2;stroke-dasharray:8 2}}"
        f".chart-case-4{{stroke:{c['case-4']};stroke-width:2;stroke-dasharray:8 2 2 2}}"
        f".chart-dot{{fill:{c['dot']}}}.chart-dot-manual{{stroke:{c['dot']};stroke-width:2}}"
        f".chart-range{{stroke:{c['range']};stroke-width:1.2}}"
        f".chart-pump{{fill:{c['pump']};stroke:{c['median']}}}.chart-crossed{{fill:{c['text']}}}"
        f".chart-event{{stroke:{c['event']};stroke-dasharray:2 3}}"
        f".chart-threshold{{stroke:{c['limit']}}}"
        f".chart-label-title{{font-weight:bold}}.chart-label-quiet{{fill:{c['quiet']}}}"
    )


# Paper is white whatever the screen is, so the dark colours are for screens only.
_DARK = f"@media screen and (prefers-color-scheme:dark){{{_style(1)}}}"
_ZOOM = 2.0  # two pixels of the picture for one of the chart: sharp on paper and on dense screens


def standalone_svg(svg: str) -> str:
    """Return a chart of this package as a file that needs no page around it."""
    return _with_styles(svg, _style(0) + _DARK)


def _with_styles(svg: str, styles: str) -> str:
    head, end, rest = svg.partition(">")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}{end}<style>{styles}</style>{rest}\n'


def png_of(svg: str) -> bytes:
    """Return a chart as a PNG file on white; refuse where no font can be found for its words."""
    if not _has_fonts():
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            "a PNG needs a font and none of the usual ones is installed; write .svg, or install one "
            "such as DejaVu Sans",
        )
    picture = resvg_py.svg_to_bytes(
        svg_string=_with_styles(svg, _style(0)), background="#ffffff", zoom=_ZOOM
    )
    return bytes(picture)


@cache
def _has_fonts() -> bool:
    """Return whether a word leaves a mark: resvg leaves out text that it has no font for."""

    def drawn(word: str) -> bytes:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string='<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">'
                f'<text x="2" y="15" font-size="12" font-family="{_FAMILIES}">{word}</text></svg>'
            )
        )

    return drawn("mg") != drawn("")
