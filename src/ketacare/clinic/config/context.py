"""What every page knows: the clinic's name, the navigation this person may use, the theme."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from ketacare.clinic.config.navigation import items_for
from ketacare.clinic.config.views import THEME_COOKIE, THEMES

# One file per component, in the order the cascade needs: tokens first.
STYLESHEETS = tuple(
    f"css/{name}.css"
    for name in (
        "tokens",
        "page",
        "header",
        "button",
        "form",
        "card",
        "table",
        "notice",
        "status",
        "loop",
        "chart",
        "keypad",
    )
)


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the variables base.html uses."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "clinic_name": settings.KETACARE["KETACARE_CLINIC_NAME"],
        "clinic_phone": settings.KETACARE["KETACARE_CLINIC_PHONE"],
        "sample_data": settings.KETACARE["KETACARE_SAMPLE_DATA"],
        "navigation": items_for(request),
        "stylesheets": STYLESHEETS,
        "theme": theme if theme in THEMES else "",
    }
