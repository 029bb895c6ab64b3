"""Tells the next role when nobody takes on an answer about risk in time.

Runs every minute beside the pages; it can be killed and started at any moment, because what has been
told is stored and nothing is told twice. The pages compute where an obligation stands themselves.
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

FIRST_AFTER_SECONDS = 10.0
EVERY_SECONDS = 60.0


def escalate_now() -> int:
    """Tell whoever is next now; return how many were told."""
    from ketacare.clinic.questionnaires import actions  # models are ready only once it runs

    close_old_connections()
    try:
        return actions.escalate(now=timezone.now())
    finally:
        close_old_connections()


@asynccontextmanager
async def escalating() -> AsyncIterator[None]:
    """Escalate for as long as the context is open."""
    running = asyncio.create_task(_escalate_for_ever())
    try:
        yield
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def _escalate_for_ever() -> None:
    await asyncio.sleep(FIRST_AFTER_SECONDS)
    while True:
        try:
            told = await sync_to_async(escalate_now, thread_sensitive=False)()
            if told:
                log.warning("Answers about risk: %s more told.", told)
        except Exception:
            # One failure, such as a locked database, must not end the escalating.
            log.exception("Answers about risk were not escalated.")
        await asyncio.sleep(EVERY_SECONDS)
