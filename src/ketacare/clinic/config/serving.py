"""The web server: everything loaded before the first page, and streams that end when it stops.

Without a word to them a stop waits for pages that are still open, then cuts their streams off with
an error. Without settling first, one page in twenty waits a tenth of a second while the garbage
collector looks through everything the program has loaded.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
from pathlib import Path
from weakref import WeakKeyDictionary

import uvicorn
from django.template import loader
from django.template.utils import get_app_template_dirs
from django.urls import get_resolver

from ketacare.knowledge import load

_stops: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Event] = WeakKeyDictionary()


class Server(uvicorn.Server):
    """uvicorn, settled before it answers, and with a word to the event streams before it closes."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Load what pages need, then open the doors."""
        settle()
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then everything else."""
        _stop().set()
        await super().shutdown(sockets)


def settle() -> None:
    """Load pages, templates and clinical content, and take all of it out of the collector's sight."""
    _ = get_resolver().url_patterns
    for folder in get_app_template_dirs("templates"):
        if "ketacare" in Path(folder).parts:
            for file in Path(folder).rglob("*.html"):
                loader.get_template(file.relative_to(folder).as_posix())
    for read in (load.load_policy, load.load_instruments, load.load_treatments, load.load_prior):
        read()
    for read_one in (load.load_pk_model, load.load_effect_model, load.load_protocol):
        read_one()
    gc.collect()
    gc.freeze()


async def pause(seconds: float) -> bool:
    """Wait ``seconds``; return whether the server stops, as soon as it does."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(_stop().wait(), seconds)
    return _stop().is_set()


async def stopping() -> None:
    """Return when the server stops."""
    await _stop().wait()


def _stop() -> asyncio.Event:
    """Return the event of the running loop: each server has one loop."""
    return _stops.setdefault(asyncio.get_running_loop(), asyncio.Event())
