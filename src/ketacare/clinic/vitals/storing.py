"""Whether what monitors send can be stored just now, for the pages that have to say when it cannot.

Kept by the one thread that stores and read by the looks at the chairs in the same process; on a clock
that nobody sets. It says nothing of what is stored: that is in the database alone.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from enum import StrEnum

from django.db import DatabaseError

PATIENCE = 3.0  # seconds; a commit that takes longer waits for a lock or a disk
FORGOTTEN = 60.0  # a failure that nothing followed: silence has a signal of its own


class Trouble(StrEnum):
    """Why values are not stored; the words for each are in ``static/js/live.js``."""

    NONE = ""
    WAITING = "waiting"
    FULL = "full"
    UNSTORED = "unstored"


class Storing:
    """What the last attempts to store came to."""

    def __init__(self) -> None:
        self._begun: float | None = None
        self._failed: tuple[Trouble, float] | None = None

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        """Note an attempt to store: that it goes on, and that it failed or succeeded."""
        self._begun = time.monotonic()
        try:
            yield
        except Exception as error:
            self._failed = (trouble_of(error), time.monotonic())
            raise
        else:
            self._failed = None
        finally:
            self._begun = None

    def trouble(self) -> Trouble:
        """Return why values are not stored at this moment; may be asked in any thread."""
        failed, begun, now = self._failed, self._begun, time.monotonic()
        if failed is not None and now - failed[1] < FORGOTTEN:
            return failed[0]
        if begun is not None and now - begun > PATIENCE:
            return Trouble.WAITING
        return Trouble.NONE


def trouble_of(error: Exception) -> Trouble:
    """Return what kept a batch from being stored, by what the database says of it."""
    if isinstance(error, DatabaseError):
        said = str(error).lower()
        # SQLite's SQLITE_FULL and PostgreSQL's 53100; SQLite's SQLITE_BUSY.
        if "disk is full" in said or "no space left" in said:
            return Trouble.FULL
        if "locked" in said:
            return Trouble.WAITING
    return Trouble.UNSTORED


storing = Storing()  # of this process: it has one listener
