"""Brings what a look found to every page that is open: one look for all, rendered once for all.

Each page has a place for the newest of each kind of news and no queue, so a slow browser gets the
newest when it can take it, holds up nobody, and costs no more memory than a quick one. The looking
runs for as long as the server does, whether or not anybody watches.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from weakref import WeakKeyDictionary

from django.db import close_old_connections, connections
from django.utils import timezone, translation

from ketacare.clinic.infusions.clock import ServerClock
from ketacare.clinic.infusions.rounds import Look, Rounds
from ketacare.clinic.infusions.watching import Watch
from ketacare.clinic.vitals.storing import storing

LOOK_EVERY = 0.1  # seconds; in between nothing is asked
REST = 0.02  # a look that took long is followed by another at once, but for this
TROUBLE_AFTER = 3  # looks that failed, one after the other
CLOCK = "clock"  # the server's clock was set
UNREAD = "trouble"  # the records cannot be read; the others are of ``vitals.storing``

log = logging.getLogger(__name__)

News = dict[str, str]  # the newest of each event
Say = Callable[[Look], News]  # what one kind of page shows of a look


class Place:
    """Where the news for one open page waits: the newest of each event."""

    def __init__(self, *, key: str, say: Say, language: str) -> None:
        self.key, self.say, self.language = key, say, language
        self.is_new = True
        self.trouble = ""  # the last it was told of
        self._waiting: News = {}
        self._arrived = asyncio.Event()

    def put(self, news: News) -> None:
        """Leave news; what was not fetched yet gives way to it."""
        for event, data in news.items():
            self._waiting.pop(event, None)
            self._waiting[event] = data
        self._arrived.set()

    async def fetch(self, *, patience: float) -> News:
        """Return what has arrived since, waiting ``patience`` seconds at the most."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._arrived.wait(), patience)
        self._arrived.clear()
        news, self._waiting = self._waiting, {}
        return news


class Hub:
    """The looking of one server, and the places of its open pages."""

    def __init__(self) -> None:
        self._rounds = Rounds()
        self._places: set[Place] = set()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rounds")
        self._going: asyncio.Task[None] | None = None
        self._clock = ServerClock()
        self.failures = 0

    @contextlib.contextmanager
    def place(self, key: str, say: Say) -> Iterator[Place]:
        """Keep a place for one page while it is open; pages of one ``key`` are told the same."""
        made = Place(key=key, say=say, language=translation.get_language() or "en")
        self._places.add(made)
        self.start()
        try:
            yield made
        finally:
            self._places.discard(made)

    def start(self) -> None:
        """Begin looking, unless it has begun."""
        if self._going is None or self._going.done():
            self._going = asyncio.create_task(self._go_round())

    async def stop(self) -> None:
        """End the looking."""
        if self._going is not None:
            self._going.cancel()
            await asyncio.gather(self._going, return_exceptions=True)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, connections.close_all)
        self._thread.shutdown(wait=True)

    async def _go_round(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            wanted = {(place.language, place.key): place.say for place in self._places}
            new = [place for place in self._places if place.is_new]
            try:
                told, first = await loop.run_in_executor(self._thread, self._look, wanted, new)
            except Exception:  # whatever it is, the looking goes on
                self.failures += 1
                if self.failures == TROUBLE_AFTER:
                    log.exception("The chairs cannot be looked at; it is tried again and again.")
            else:
                self._succeeded()
                for place, everything in first:
                    place.is_new = False
                    place.put(everything)
                for place in self._places:
                    if news := told.get((place.language, place.key)):
                        place.put(news)
            self._tell_of_trouble()
            await asyncio.sleep(max(REST, LOOK_EVERY - (loop.time() - begun)))

    def _look(
        self, wanted: Mapping[tuple[str, str], Say], new: Sequence[Place]
    ) -> tuple[dict[tuple[str, str], News], list[tuple[Place, News]]]:
        """Look, and say once what several pages show; runs in the thread of its own.

        A page that was just opened is told everything: something may have changed on its way.
        """
        close_old_connections()
        found = self._rounds.look(now=timezone.now())
        told = {}
        if found.is_news:
            for (language, key), say in wanted.items():
                with translation.override(language):
                    told[language, key] = say(found)
        first = []
        for place in new:
            with translation.override(place.language):
                first.append((place, place.say(self._rounds.as_new())))
        return told, first

    def known(self, *, now: datetime) -> Mapping[uuid.UUID, Watch]:
        """Return the chairs as this server last saw them, where nothing happened since."""
        return self._rounds.known(now=now)

    def _succeeded(self) -> None:
        if self.failures >= TROUBLE_AFTER:
            log.warning("The chairs can be looked at again.")
        self.failures = 0

    def _tell_of_trouble(self) -> None:
        """Tell each page once what the server cannot do just now, and when that is over."""
        trouble = self._trouble(steady=time.monotonic())
        for place in self._places:
            if place.trouble == trouble:
                continue
            was, place.trouble = place.trouble, trouble
            place.put({"trouble": trouble or "over"})
            if was == UNREAD:
                place.put({"changed": "changed"})

    def _trouble(self, *, steady: float) -> str:
        """Return what stands in the way just now, the worst alone."""
        self._clock.look(now=timezone.now(), steady=steady)
        if self.failures >= TROUBLE_AFTER:
            return UNREAD
        return storing.trouble().value or (CLOCK if self._clock.was_set(steady=steady) else "")


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


_current: list[Hub] = []  # the hub of this process that looks, for threads that have no loop


def known(*, now: datetime) -> Mapping[uuid.UUID, Watch]:
    """Return the chairs this process has looked at a moment ago; for pages, in any thread."""
    return _current[-1].known(now=now) if _current else {}


def hub() -> Hub:
    """Return the hub of the running server."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]


@contextlib.asynccontextmanager
async def looking() -> AsyncIterator[None]:
    """Look after the chairs for as long as the context lasts; for the lifespan of the web process."""
    found = hub()
    found.start()
    _current.append(found)
    try:
        yield
    finally:
        _current.remove(found)
        await found.stop()
