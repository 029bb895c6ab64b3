"""What an open session page is told by a look: its values and its phase as they stand, as page parts.

Parts hold nothing that differs between readers of one language, so they are rendered once for all.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.template.loader import render_to_string

from ketacare.clinic.infusions.rounds import Look

OVER = "over"  # the session is closed: nothing more will come


def saying_of(session_id: uuid.UUID) -> Callable[[Look], dict[str, str]]:
    """Return what says of a look what the page of this session shows."""

    def say(look: Look) -> dict[str, str]:
        if session_id in look.over:
            return {"changed": "acted", OVER: ""}
        for glance in look.glances:
            if glance.watch.session.pk == session_id:
                context = {"watch": glance.watch, "session": glance.watch.session}
                news = {
                    "tiles": on_one_line(render_to_string("infusions/_live_tiles.html", context)),
                    "phase": on_one_line(render_to_string("infusions/_live_phase.html", context)),
                }
                if glance.acted or (glance.turned and not glance.is_first):
                    news["changed"] = "acted" if glance.acted else "changed"
                return news
        return {}

    return say


def on_one_line(html: str) -> str:
    """Return a part of a page as the data of an event, which may hold no line breaks."""
    return " ".join(html.split())
