"""The web server, which tells open event streams that it stops, so that they end by themselves.

Without that a stop waits for pages that are still open, then cuts their streams off with an error.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from weakref import WeakKeyDictionary

import uvicorn

_stops: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Event] = WeakKeyDictionary()


class Server(uvicorn.Server):
    """uvicorn, with a word to the event streams before it closes."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then everything else."""
        _stop().set()
        await super().shutdown(sockets)


async def pause(seconds: float) -> bool:
    """Wait ``seconds``; return whether the server stops, as soon as it does."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(_stop().wait(), seconds)
    return _stop().is_set()


def _stop() -> asyncio.Event:
    """Return the event of the running loop: each server has one loop."""
    return _stops.setdefault(asyncio.get_running_loop(), asyncio.Event())
