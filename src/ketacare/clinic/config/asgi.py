"""The ASGI application: pages by Django, static files by WhiteNoise, services by lifespan."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ketacare.clinic.config.settings")

from django.core.asgi import get_asgi_application

_pages = get_asgi_application()

from ketacare.clinic.config.body_limit import BodyLimit  # noqa: E402 - Django is set up first
from ketacare.clinic.config.lifespan import Receive, Scope, Send, lifespan  # noqa: E402 - the same
from ketacare.clinic.config.static_files import StaticFiles  # noqa: E402 - the same

_static = StaticFiles()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one connection."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["type"] == "http" and _static.knows(scope["path"]):
        await _static.answer(scope, send)
    else:
        limit = BodyLimit(scope, receive, send)
        if not limit.is_over:
            await _pages(scope, limit.receive, limit.send)
        if limit.is_over:
            await limit.refuse()
