"""Refuses request bodies that no page of the clinic sends, before they fill the disk.

Django writes a body to a temporary file before it looks at it, whoever sends it and however long
it is. The longest form is far below the limit, and no page takes files.
"""

from __future__ import annotations

from typing import Any

from ketacare.clinic.config.lifespan import Receive, Scope, Send

LARGEST_BODY = 4_000_000  # bytes; Django itself refuses form data of more than 2.5 MB
_ANSWER = b"This is more than the clinic takes at once. Nothing was changed.\n"


class BodyLimit:
    """One request's body, counted while it arrives."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._left = LARGEST_BODY
        self._answered = False
        self.is_over = _announced(scope) > LARGEST_BODY

    async def receive(self) -> dict[str, Any]:
        """Return the next message; past the limit, that the sender has gone."""
        if self.is_over:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.is_over = True
            return {"type": "http.disconnect"}
        return message

    async def send(self, message: Any) -> None:
        """Pass on, and remember that there was an answer."""
        self._answered = True
        await self._send(message)

    async def refuse(self) -> None:
        """Answer 413, unless there was an answer already."""
        if self._answered:
            return
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(_ANSWER)).encode()),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
        ]
        await self._send({"type": "http.response.start", "status": 413, "headers": headers})
        await self._send({"type": "http.response.body", "body": _ANSWER})


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name.lower() == b"content-length" and value.isdigit():
            return int(value) if len(value) < 19 else LARGEST_BODY + 1
    return 0
