"""Turns a chart into a file of its own: SVG with its styles inside, or PNG.

On a page the style sheet decides how a chart looks; a file has no page, so the styles go with it,
for white paper. PNG is drawn by resvg, which brings no fonts: a machine without any of the usual
ones is told so, rather than given a chart without words.
"""

from __future__ import annotations

from functools import cache

import resvg_py

from ketacare.core.errors import ErrorCode, InputError

_FAMILIES = (
    "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', 'Noto Sans', 'Segoe UI', sans-serif"
)
_STYLE = (
    f"svg{{font-family:{_FAMILIES};color:#1c2430;background:#fff}}"
    ".chart-panel{fill:#f7f8fa}.chart-grid{stroke:#d9dde3}.chart-axis{stroke:#1c2430}"
    ".chart-band-90{fill:#c9d8ea}.chart-band-50{fill:#9db9da}"
    ".chart-median{stroke:#1f4e8c;stroke-width:2}"
    ".chart-line{stroke:#1c2430;stroke-width:1.5;stroke-dasharray:6 3}"
    ".chart-case-1{stroke:#b35c00;stroke-width:2}"
    ".chart-case-2{stroke:#00695c;stroke-width:2;stroke-dasharray:2 2}"
    ".chart-case-3{stroke:#6a1b9a;stroke-width:2;stroke-dasharray:8 2}"
    ".chart-case-4{stroke:#ad1457;stroke-width:2;stroke-dasharray:8 2 2 2}"
    ".chart-range{stroke:#1c2430;stroke-width:1.2}.chart-pump{fill:#9db9da;stroke:#1f4e8c}"
    ".chart-crossed{fill:#1c2430}.chart-grid,.chart-axis,.chart-event{fill:none}"
    ".chart-dot{fill:#b3261e}.chart-dot-manual{stroke:#b3261e;stroke-width:2}"
    ".chart-event{stroke:#6b7480;stroke-dasharray:2 3}"
    ".chart-threshold{stroke:#8a5a00}"
    ".chart-label-title{font-weight:bold}.chart-label-quiet{fill:#4a5360}"
)
_ZOOM = 2.0  # two pixels of the picture for one of the chart: sharp on paper and on dense screens


def standalone_svg(svg: str) -> str:
    """Return a chart of this package as a file that looks the same without any page around it."""
    head, end, rest = svg.partition(">")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}{end}<style>{_STYLE}</style>{rest}\n'


def png_of(svg: str) -> bytes:
    """Return a chart as a PNG file on white; refuse where no font can be found for its words."""
    if not _has_fonts():
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            "a PNG needs a font and none of the usual ones is installed; write .svg, or install one "
            "such as DejaVu Sans",
        )
    picture = resvg_py.svg_to_bytes(
        svg_string=standalone_svg(svg), background="#ffffff", zoom=_ZOOM
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
