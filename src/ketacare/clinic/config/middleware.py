"""Headers every answer carries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

_PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"


@sync_and_async_middleware
def private_answers(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Tell browsers and proxies to keep no page, and to give pages no device."""

    def mark(response: HttpResponseBase) -> HttpResponseBase:
        # no-store also keeps the back button from showing a patient after signing out.
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        return response

    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            pending: Awaitable[HttpResponseBase] = get_response(request)
            return mark(await pending)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        return mark(get_response(request))

    return answer
