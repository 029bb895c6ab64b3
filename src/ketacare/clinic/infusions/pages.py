"""Which pages show a session: each visible page says so every few seconds, and says when it leaves.

A page that falls silent without leaving (its device lost the network, slept or fell) is known to the
server within ten seconds, as the page knows of the server's silence. Kept in memory alone: a page that
is there is heard again within seconds of a restart, and one that was lost before it is not.
"""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

SILENT_AFTER = timedelta(seconds=9)  # two beats of four seconds, and one for the way
FORGOTTEN_AFTER = timedelta(hours=6)  # longer than any visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One page that shows a session: whose, and when it was heard last."""

    who: str
    at: datetime


class OpenPages:
    """The visible pages of each session, as they were heard; may be asked from any thread."""

    def __init__(self) -> None:
        self._heard: dict[uuid.UUID, dict[uuid.UUID, Heard]] = {}
        self._lock = threading.Lock()

    def hear(self, session_id: uuid.UUID, page: uuid.UUID, *, who: str, now: datetime) -> None:
        """Note that this page shows the session; it stands for lost ones of the same person."""
        with self._lock:
            pages = self._heard.setdefault(session_id, {})
            for key, heard in list(pages.items()):
                if heard.who == who and now - heard.at > SILENT_AFTER:
                    del pages[key]
            pages[page] = Heard(who=who, at=now)

    def leave(self, session_id: uuid.UUID, page: uuid.UUID) -> None:
        """Note that this page shows something else now, or is closed: nobody has to look for it."""
        with self._lock:
            self._heard.get(session_id, {}).pop(page, None)

    def lost(self, session_id: uuid.UUID, *, now: datetime) -> Heard | None:
        """Return the page that fell silent last, when no other page shows the session."""
        with self._lock:
            pages = self._heard.get(session_id)
            if not pages:
                return None
            last = max(pages.values(), key=lambda heard: heard.at)
            if now - last.at > FORGOTTEN_AFTER:
                del self._heard[session_id]
                return None
        return last if now - last.at > SILENT_AFTER else None

    def forget(self, session_id: uuid.UUID) -> None:
        """Drop everything of a session that is over."""
        with self._lock:
            self._heard.pop(session_id, None)


pages = OpenPages()
