"""The event streams of open pages: what a look at the chairs found, as it is found.

Values come as ready parts of the page; for everything that depends on who reads, the page is told to
fetch its live part again. A beat every few seconds lets the page say when it no longer hears anything,
and whether the person may still look is asked again and again while a stream is open.
"""

from __future__ import annotations

import asyncio
import math
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import cast

from asgiref.sync import sync_to_async
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.config.serving import stopping
from ketacare.clinic.infusions import access, presence
from ketacare.clinic.infusions.fragments import OVER, saying_of
from ketacare.clinic.infusions.hub import News, Place, Say, hub

BEAT_SECONDS = 3.0  # the page calls silence after three of them
ASK_AGAIN_SECONDS = 15.0  # whether the person is still signed in and here
LONGEST_SECONDS = 3600.0
CHANGES_APART_SECONDS = 0.5  # a page fetches its own part at the most that often
RETRY_MS = 1000

StillHere = Callable[[], bool]


@requires(Permission.INFUSION_VIEW)
@require_GET
async def stream(request: HttpRequest, infusion_id: uuid.UUID) -> HttpResponseBase:
    """Bring the page of one session what is new in it."""
    user = cast("User", await request.auser())
    await sync_to_async(_open)(user, infusion_id)
    return streaming(request, f"session:{infusion_id}", saying_of(infusion_id), infusion_id)


def streaming(
    request: HttpRequest, key: str, say: Say, infusion_id: uuid.UUID | None = None
) -> HttpResponseBase:
    """Return the answer that stays open and tells of each look what ``say`` makes of it."""
    session_key = request.session.session_key
    user_id = str(request.user.pk)

    def still_here() -> bool:
        return presence.may_go_on_looking(session_key, user_id, infusion_id)

    response = StreamingHttpResponse(
        news(key, say, still_here), content_type="text/event-stream; charset=utf-8"
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def _open(user: User, infusion_id: uuid.UUID) -> None:
    found = access.get_session(user, infusion_id, Permission.INFUSION_VIEW)
    if not may(user, Permission.VITALS_VIEW):
        raise PermissionDenied(_("Your role does not see vital signs."))
    audit.record_read(
        tag=audit.Tag.INFUSION_READ, by=user, patient_id=found.patient_id, object_id=found.pk
    )


async def news(key: str, say: Say, still_here: StillHere) -> AsyncIterator[str]:
    """Yield the events of one page: what is new, a beat between, a word when a minute begins."""
    loop = asyncio.get_running_loop()
    began = asked = beat = loop.time()
    minute = _minute(timezone.now())
    changes = Changes()
    try:
        # An open stream holds no connection to the database: there are more pages than connections.
        await sync_to_async(connections.close_all)()
        with hub().place(key, say) as place:
            yield f"retry: {RETRY_MS}\n\n{_event('beat', _clock())}"
            while loop.time() - began < LONGEST_SECONDS:
                patience = min(beat + BEAT_SECONDS, changes.wait_until()) - loop.time()
                fetched = await _fetch(place, patience)
                if fetched is None:
                    return
                found = changes.spaced(fetched, at=loop.time())
                for event, data in found.items():
                    yield _event(event, data)
                if OVER in found:
                    return
                if (now := _minute(timezone.now())) != minute or found.get("changed") == "acted":
                    minute = now
                    yield _event("minute", "minute")
                if loop.time() - beat >= BEAT_SECONDS:
                    beat = loop.time()
                    yield _event("beat", _clock())
                if loop.time() - asked >= ASK_AGAIN_SECONDS:
                    asked = loop.time()
                    if not await sync_to_async(_asked)(still_here):
                        yield _event("left", "left")
                        return
    finally:
        await sync_to_async(connections.close_all)()


class Changes:
    """Keeps the word that something changed apart, and never drops the last: it is told a little later."""

    def __init__(self) -> None:
        self._told = -math.inf
        self._untold = ""

    def wait_until(self) -> float:
        """Return when there is something to tell again, whatever else arrives."""
        return self._told + CHANGES_APART_SECONDS if self._untold else math.inf

    def spaced(self, news: News, *, at: float) -> News:
        """Return the news of this moment, with the word of a change if its time has come."""
        rest = {event: data for event, data in news.items() if event != "changed"}
        new = news.get("changed", "")
        self._untold = "acted" if "acted" in {self._untold, new} else self._untold or new
        early = at - self._told < CHANGES_APART_SECONDS and OVER not in news
        if not self._untold or early:
            return rest
        told, self._untold, self._told = self._untold, "", at
        return {"changed": told, **rest}


def _asked(still_here: StillHere) -> bool:
    try:
        return still_here()
    finally:
        connections.close_all()


async def _fetch(place: Place, patience: float) -> dict[str, str] | None:
    """Return what arrived, or ``None`` as soon as the server stops."""
    fetching = asyncio.ensure_future(place.fetch(patience=max(0.0, patience)))
    stops = asyncio.ensure_future(stopping())
    try:
        await asyncio.wait({fetching, stops}, return_when=asyncio.FIRST_COMPLETED)
        return fetching.result() if fetching.done() else None
    finally:
        fetching.cancel()
        stops.cancel()


def _event(name: str, data: str) -> str:
    return f"event: {name}\ndata: {data}\n\n"


def _clock() -> str:
    """Return the server's clock for the page, in milliseconds since 1970."""
    return str(round(timezone.now().timestamp() * 1000))


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)
