"""The event stream of a session: it only says "something changed", never what.

Once a second the stream looks at the committed state, so it is the same on every station and after
a restart. The page then fetches its live part again. A beat every few seconds lets the page say
when it no longer hears anything.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from typing import cast

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.config.serving import pause
from ketacare.clinic.infusions import access

POLL_SECONDS = 1.0
BEAT_SECONDS = 4.0  # the page calls silence after three of them
LONGEST_SECONDS = 600.0  # then the browser connects again, and is authorised again


@requires(Permission.INFUSION_VIEW)
@require_GET
async def stream(request: HttpRequest, infusion_id: uuid.UUID) -> HttpResponseBase:
    """Tell the page of one session when to look again."""
    user = cast("User", await request.auser())
    await sync_to_async(access.get_session)(user, infusion_id, Permission.INFUSION_VIEW)
    response = StreamingHttpResponse(
        changes(infusion_id), content_type="text/event-stream; charset=utf-8"
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def changes(infusion_id: uuid.UUID) -> AsyncIterator[str]:
    """Yield an event whenever the session's counter moves or a minute begins, and beats between."""
    loop = asyncio.get_running_loop()
    began = beat = loop.time()
    known: tuple[object, ...] | None = None
    try:
        yield "retry: 2000\n\nevent: beat\ndata: hello\n\n"
        while loop.time() - began < LONGEST_SECONDS:
            counter = await sync_to_async(access.change_counter)(infusion_id)
            if counter is None:
                return
            state = (*counter, _minute(timezone.now()))
            if state != known:
                kind = "acted" if known is not None and state[0] != known[0] else "changed"
                if known is not None:
                    beat = loop.time()
                    yield f"event: changed\ndata: {kind}\n\n"
                    if state[2] != known[2] or kind == "acted":
                        yield "event: minute\ndata: minute\n\n"
                known = state
            elif loop.time() - beat >= BEAT_SECONDS:
                beat = loop.time()
                yield "event: beat\ndata: beat\n\n"
            if await pause(POLL_SECONDS):
                return
    finally:
        await sync_to_async(connections.close_all)()


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)
