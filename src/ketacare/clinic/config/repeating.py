"""A job that runs again and again beside the pages, for as long as the server does.

An app returns :func:`repeating` from its ``background()`` (see ``lifespan.py``). The job is called in
a thread of its own with a fresh connection, must never do a thing twice, and may be killed and started
at any moment. One failure, such as a locked database, does not end the repeating.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.utils import timezone

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is done again and again: ``act(now=…)`` returns how many things it did.

    ``first_after`` and ``every`` are seconds; ``name`` says in the log what it is.
    """

    name: str
    act: Callable[..., int]
    first_after: float
    every: float


def run_once(job: Job, *, now: datetime | None = None) -> int:
    """Do it now, on a connection that is open; return how many things were done."""
    close_old_connections()
    try:
        return job.act(now=now or timezone.now())
    finally:
        close_old_connections()


@asynccontextmanager
async def repeating(job: Job) -> AsyncIterator[None]:
    """Repeat the job for as long as the context is open."""
    running = asyncio.create_task(_for_ever(job))
    try:
        yield
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def _for_ever(job: Job) -> None:
    await asyncio.sleep(job.first_after)
    while True:
        try:
            done = await sync_to_async(run_once, thread_sensitive=False)(job)
            if done:
                log.info("%s: %s.", job.name, done)
        except Exception:
            log.exception("%s: failed, and is tried again.", job.name)
        await asyncio.sleep(job.every)
