"""Text reaches 4.5:1 on every surface it stands on, in both themes (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = (Path(settings.STATICFILES_DIRS[0]) / "css/tokens.css").read_text(encoding="utf-8")
SURFACES = ("paper", "surface", "sunken")
TEXT = [
    *((ink, surface) for ink in ("ink", "ink-soft", "link") for surface in SURFACES),
    ("on-action", "action"),
    ("on-action", "action-hover"),
    ("action", "surface"),
    ("focus-ink", "focus"),
    *((level, f"{level}-back") for level in ("good", "info", "watch", "stop", "sample")),
    *(("ink", f"{level}-back") for level in ("good", "info", "watch", "stop")),
    *((level, surface) for level in ("stop", "good", "watch") for surface in ("surface", "paper")),
    ("surface", "stop"),
    ("surface", "good"),
]
MARKS = [
    ("edge-strong", "surface"),
    ("edge-strong", "paper"),
    *((f"chart-{n}", "surface") for n in (1, 2, 3)),
]


def theme(start):
    block = TOKENS[TOKENS.index(start) :]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block[: block.index("}")]))


LIGHT = theme("/* Light theme */")
DARK = theme(':root[data-theme="dark"]')
DARK_OF_THE_DEVICE = theme(':root:not([data-theme="light"])')


def luminance(colour):
    """Relative luminance, WCAG 2.2 definition."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_gives_21_for_black_on_white():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "back"), TEXT)
def test_text_is_legible(colours, ink, back):
    assert contrast(colours[ink], colours[back]) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("mark", "back"), MARKS)
def test_marks_and_edges_of_controls_are_visible(colours, mark, back):
    assert contrast(colours[mark], colours[back]) >= 3


def test_the_dark_theme_is_the_same_chosen_or_from_the_device():
    assert DARK == DARK_OF_THE_DEVICE
    assert set(DARK) == set(LIGHT)
