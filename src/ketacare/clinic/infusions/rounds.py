"""Goes round the chairs: sees what was committed, judges it, and says what the open pages show of it.

One look asks the database one question for all chairs; a chair where nothing changed costs nothing
more. The judgement is the same as on the page (``watching``), from the committed state alone, so that
it does not matter which process stored a value. Silence is noticed by the server's clock, without
anything arriving.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError

from ketacare.clinic.infusions import access
from ketacare.clinic.infusions.pages import Heard, pages
from ketacare.clinic.infusions.reading import Readings, read_again
from ketacare.clinic.infusions.watching import Watch, watch, with_states
from ketacare.clinic.vitals.trace import Trace

# What follows from anything but values (answers, medicines, what is due) is looked up this often;
# ages and silences move on at the latest after as long.
LOOK_UP_AGAIN = timedelta(seconds=5)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """One chair as it stands after a look.

    ``acted`` says that somebody did something, entered a value or acknowledged a limit; ``turned`` that a level, what is
    due, a warning or the connection is another than before.
    """

    watch: Watch
    acted: bool
    turned: bool
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look found: what is new, every chair as it stands, and which sessions are over."""

    glances: Sequence[Glance]
    standing: Sequence[Watch]
    over: Sequence[uuid.UUID]

    @property
    def is_news(self) -> bool:
        """Whether anything is to be said."""
        return bool(self.glances or self.over)


class Chair:
    """What is kept of one open session between looks."""

    def __init__(self, session_id: uuid.UUID) -> None:
        self.trace = Trace(session_id)
        self.counters: access.Counters | None = None
        self.watch: Watch | None = None
        self.readings: Readings | None = None
        self.looked_up_at: datetime | None = None
        self.look_again_at: datetime | None = None
        self.stood: tuple[access.Counters, Watch] | None = None  # both at once, for other threads

    def look(self, counters: access.Counters, *, now: datetime) -> Glance | None:
        """Return how it stands now, or ``None`` when there is nothing new to say."""
        waits = self.look_again_at is not None and now < self.look_again_at
        told = counters == self.counters and self._lost_page(now) == self._told_lost
        if waits and told and self._is_forward(now):
            return None
        before, entries = self.watch, self.trace.entries
        self.trace.look(now=now)
        acted = (
            self.counters is None
            or counters.version != self.counters.version
            or counters.limits != self.counters.limits
            or entries != self.trace.entries
        )
        due = (
            self.looked_up_at is None or not timedelta() <= now - self.looked_up_at < LOOK_UP_AGAIN
        )
        seen = self._seen(now=now, anew=acted or due)
        if seen is None:
            return None
        if before is not None and _turns(before) != _turns(seen) and not (acted or due):
            seen = self._seen(now=now, anew=True) or seen  # a level changed: what follows from it
        self.counters, self.watch = counters, seen
        self.stood = (counters, seen)
        self.look_again_at = min(now + LOOK_UP_AGAIN, _silent_at(seen) or now + LOOK_UP_AGAIN)
        return Glance(
            watch=seen,
            acted=acted and before is not None,
            turned=before is None or _turns(before) != _turns(seen),
            is_first=before is None,
        )

    def _lost_page(self, now: datetime) -> Heard | None:
        return pages.lost(self.trace.session_id, now=now)

    @property
    def _told_lost(self) -> Heard | None:
        return None if self.watch is None else self.watch.lost_page

    def _is_forward(self, now: datetime) -> bool:
        """Return whether the clock went on; one that was set back must not stop the looking."""
        return self.looked_up_at is None or now >= self.looked_up_at

    def _seen(self, *, now: datetime, anew: bool) -> Watch | None:
        if not anew and self.watch is not None:
            readings = read_again(self.watch.session, self.trace, self.readings, now=now)
            self.readings = readings
            return with_states(self.watch, readings, now=now)
        session = access.session_by_id(self.trace.session_id)
        if session is None:
            return None
        self.readings = read_again(session, self.trace, None, now=now)
        self.looked_up_at = now
        return watch(session, self.readings, now=now)


class Rounds:
    """All open sessions, between looks."""

    def __init__(self) -> None:
        self._chairs: dict[uuid.UUID, Chair] = {}

    def look(self, *, now: datetime) -> Look:
        """Return what is new in the chairs since the last look.

        One chair that cannot be judged does not hide the others; it is tried again at the next look.
        """
        counters = access.open_counters()
        over = [pk for pk in self._chairs if pk not in counters]
        for pk in over:
            del self._chairs[pk]
            pages.forget(pk)
        found = []
        for pk, counts in counters.items():
            chair = self._chairs.setdefault(pk, Chair(pk))
            try:
                glance = chair.look(counts, now=now)
            except DatabaseError:
                raise  # nothing can be looked at: said as such
            except Exception:
                log.exception("The session %s could not be judged; it is tried again.", pk)
                del self._chairs[pk]
                continue
            if glance is not None:
                found.append(glance)
        standing = tuple(c.watch for c in self._chairs.values() if c.watch is not None)
        return Look(glances=found, standing=standing, over=over)

    def as_new(self) -> Look:
        """Return every chair as it stands, for a page that has just been opened."""
        stood = [chair.stood for chair in self._chairs.values() if chair.stood is not None]
        watches = tuple(seen for _counters, seen in stood)
        return Look(
            glances=tuple(
                Glance(watch=seen, acted=False, turned=False, is_first=True) for seen in watches
            ),
            standing=watches,
            over=(),
        )

    def known(self, *, now: datetime) -> dict[uuid.UUID, Watch]:
        """Return the chairs in which nothing was committed since the last look, as they stand.

        May be called in any thread. What is older than a look may be is left out.
        """
        stood = {pk: chair.stood for pk, chair in list(self._chairs.items())}
        return {
            pk: stands[1]
            for pk, counters in access.open_counters().items()
            if (stands := stood.get(pk)) is not None
            and stands[0] == counters
            and timedelta() <= now - stands[1].now <= 2 * LOOK_UP_AGAIN
        }


def _turns(seen: Watch) -> tuple[object, ...]:
    """Return everything of a watch that must not wait: another one is said at once."""
    return (
        seen.session.phase,
        tuple((tile.state.kind, tile.state.level, tile.state.confirmed) for tile in seen.tiles),
        tuple((due.entry, due.is_late, due.item.escalate) for due in seen.due),
        tuple((alert.rule, alert.outcome, alert.sentence) for alert in seen.alerts),
        seen.monitor_silent,
        seen.connection.received_at is None,
        seen.lost_page,
    )


def _silent_at(seen: Watch) -> datetime | None:
    heard = seen.connection.received_at
    return None if heard is None or seen.monitor_silent else heard + seen.connection.silent_after
