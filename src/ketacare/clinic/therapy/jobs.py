"""Looks every quarter of an hour for infusions without integration and opens the tasks.

Runs beside the pages for as long as the server does; it can be killed and started at any moment,
because :func:`ketacare.clinic.therapy.actions.chase` never opens a task twice.
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

FIRST_AFTER_SECONDS = 20.0
EVERY_SECONDS = 900.0


def chase_now() -> int:
    """Open what is missing now; return how many tasks were opened."""
    from ketacare.clinic.therapy import actions  # models are ready only once the server runs

    close_old_connections()
    try:
        return actions.chase(now=timezone.now())
    finally:
        close_old_connections()


@asynccontextmanager
async def chasing() -> AsyncIterator[None]:
    """Chase for as long as the context is open."""
    running = asyncio.create_task(_chase_for_ever())
    try:
        yield
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def _chase_for_ever() -> None:
    await asyncio.sleep(FIRST_AFTER_SECONDS)
    while True:
        try:
            opened = await sync_to_async(chase_now, thread_sensitive=False)()
            log.info("Therapy: %s tasks opened.", opened)
        except Exception:
            # One failure, such as a locked database, must not end the chasing.
            log.exception("Missing integration was not looked for.")
        await asyncio.sleep(EVERY_SECONDS)
