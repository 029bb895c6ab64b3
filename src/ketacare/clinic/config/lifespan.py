"""What runs beside the pages for as long as the server does, such as the vitals listener.

An app that has such a service names it in its ``AppConfig``::

    def background(self) -> AbstractAsyncContextManager[None] | None:
        return listener.serving(...) if settings.KETACARE["KETACARE_VITALS_PORT"] else None

The server enters all of them before the first request and leaves them, last first, at the end.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

from django.apps import apps

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

log = logging.getLogger(__name__)


async def lifespan(receive: Receive, send: Send) -> None:
    """Speak the ASGI lifespan protocol for the services of all apps."""
    async with AsyncExitStack() as running:
        await receive()  # lifespan.startup
        try:
            for config in apps.get_app_configs():
                background = getattr(config, "background", None)
                service = background() if background is not None else None
                if service is not None:
                    await running.enter_async_context(service)
                    log.info("%s is running.", config.label)
        except Exception as error:
            log.exception("A service did not start.")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()  # lifespan.shutdown
    await send({"type": "lifespan.shutdown.complete"})
