"""Serves static files with WhiteNoise, outside Django's middleware.

WhiteNoise's own middleware is synchronous and would cost every page and every event stream a
thread; its file table is what we need. Files are found once, at the start.
"""

from __future__ import annotations

import asyncio
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from whitenoise import WhiteNoise

from ketacare.clinic.config.lifespan import Scope, Send

_BLOCK = 64 * 1024


class StaticFiles:
    """Every static file of the project and its packages, by address."""

    def __init__(self) -> None:
        # The address holds a digest of the contents, so a file never changes at its address.
        self._files = WhiteNoise(
            None, immutable_file_test=lambda _path, _url: True, charset="utf-8"
        )
        self._files.allow_all_origins = False
        for finder in finders.get_finders():
            for path, storage in finder.list(["*.scss", "*.less", "*.md"]):
                prefix = getattr(storage, "prefix", None)
                name = f"{prefix}/{path}" if prefix else path
                address = settings.STATIC_URL + name.replace("\\", "/")
                if address not in self._files.files:  # the first finder wins, as in Django
                    self._files.add_file_to_dictionary(address, storage.path(path))

    def knows(self, path: str) -> bool:
        """Return whether there is a file at this address."""
        return path in self._files.files

    async def answer(self, scope: Scope, send: Send) -> None:
        """Send the file, or that the browser has it already."""
        headers = {
            "HTTP_" + name.decode("latin-1").upper().replace("-", "_"): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        static_file: Any = self._files.files[scope["path"]]
        response = static_file.get_response(scope["method"], headers)
        await send(
            {
                "type": "http.response.start",
                "status": int(response.status),
                "headers": [
                    (name.lower().encode("latin-1"), str(value).encode("latin-1"))
                    for name, value in [*response.headers, ("X-Content-Type-Options", "nosniff")]
                ],
            }
        )
        if response.file is not None:
            with response.file as file:
                while block := await asyncio.to_thread(file.read, _BLOCK):
                    await send({"type": "http.response.body", "body": block, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
