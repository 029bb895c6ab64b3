"""Notices that the server's own clock was set: ages, silences and times of the moment may be wrong then.

Two clocks are compared at every look, the one on the wall and one that nobody sets. What is stored
keeps both times (``vitals.times``); here it only gets a name for whoever watches a page.
"""

from __future__ import annotations

from datetime import datetime

JUMP = 5.0  # seconds; a clock that is kept right is moved by less
SAID_FOR = 60.0  # seconds; by then every trace is read anew


class ServerClock:
    """The clock on the wall beside one that nobody sets."""

    def __init__(self) -> None:
        self._ahead: float | None = None
        self._jumped: float | None = None

    def look(self, *, now: datetime, steady: float) -> None:
        """Compare; ``steady`` are seconds of the clock that nobody sets."""
        ahead = now.timestamp() - steady
        if self._ahead is not None and abs(ahead - self._ahead) > JUMP:
            self._jumped = steady
        self._ahead = ahead

    def was_set(self, *, steady: float) -> bool:
        """Return whether it was set a moment ago."""
        return self._jumped is not None and steady - self._jumped < SAID_FOR
