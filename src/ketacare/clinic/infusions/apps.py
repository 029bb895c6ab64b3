"""The app's name for Django, and the warming up that spares the first page of the day a wait."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

from django.apps import AppConfig


class InfusionsConfig(AppConfig):
    """The session: preparation, the running infusion, recovery, discharge."""

    name = "ketacare.clinic.infusions"
    label = "infusions"

    def background(self) -> AbstractAsyncContextManager[None]:
        """Return the warming up, the looking after the chairs, the telling: see config/lifespan.py."""
        return _beside()


@contextlib.asynccontextmanager
async def _beside() -> AsyncIterator[None]:
    from ketacare.clinic.config.repeating import repeating
    from ketacare.clinic.infusions.jobs import ESCALATE

    async with _warm(), repeating(ESCALATE):
        yield


@contextlib.asynccontextmanager
async def _warm() -> AsyncIterator[None]:
    """Read the clinical content in a thread while the server starts to answer.

    Loading is cached; whoever comes first would otherwise wait for it. A file that is wrong is
    reported when a page needs it, not here.
    """
    from ketacare.clinic.infusions.hub import looking

    reading = asyncio.get_running_loop().run_in_executor(None, _read_content)
    async with looking():
        yield
    await asyncio.gather(reading, return_exceptions=True)


def _read_content() -> None:
    from ketacare.knowledge import load

    for read in (
        load.load_policy,
        load.load_treatments,
        load.load_protocol,
        load.load_observations,
        load.load_pk_model,
        load.load_effect_model,
    ):
        read()
