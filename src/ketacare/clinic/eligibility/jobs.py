"""Looks every hour for checks of a longer treatment that are due, and opens the tasks.

Runs beside the pages for as long as the server does; it can be killed and started at any moment,
because :func:`ketacare.clinic.eligibility.following.chase` never opens a task twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.utils import timezone

log = logging.getLogger(__name__)

FIRST_AFTER_SECONDS = 30.0
EVERY_SECONDS = 3600.0


def follow_now() -> int:
    """Open what is due now; return how many duties are open."""
    from ketacare.clinic.eligibility import following  # models are ready only once the server runs

    close_old_connections()
    try:
        return following.chase(now=timezone.now())
    finally:
        close_old_connections()


@asynccontextmanager
async def following_up() -> AsyncIterator[None]:
    """Follow up for as long as the context is open."""
    running = asyncio.create_task(_follow_for_ever())
    try:
        yield
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def _follow_for_ever() -> None:
    await asyncio.sleep(FIRST_AFTER_SECONDS)
    while True:
        try:
            still = await sync_to_async(follow_now, thread_sensitive=False)()
            log.info("Checks between infusions: %s people have some due.", still)
        except Exception:
            # One failure, such as a locked database, must not end the following up.
            log.exception("Checks between infusions were not looked for.")
        await asyncio.sleep(EVERY_SECONDS)
