"""Ends a session after a time without activity or after a long shift, and keeps the form being sent.

A screen left alone in a clinic is read by whoever passes. The session stays known for the one
request that finds it too old, so that what was typed can be kept for the person who typed it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import declaration_of, to_sign_in
from ketacare.clinic.accounts.models import User
from ketacare.clinic.work import actions, drafts
from ketacare.clinic.work.owners import Owner
from ketacare.core.errors import InputError

LAST_SEEN = "last_seen"
BEGAN = "began"  # a session that is used for ever would be worth stealing
NOTE_EVERY_SECONDS = 30


class IdleTimeoutMiddleware(MiddlewareMixin):
    """Runs after the protection against forged requests, so that only the person's own form is kept.

    Requests a page makes by itself do not count as activity: event streams, and htmx requests
    that carry ``X-Background: 1`` (``hx-headers='{"X-Background": "1"}'``).
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Go on, or end the session and send the person to sign in again."""
        user = request.user
        if not isinstance(user, User):
            return None
        now = int(timezone.now().timestamp())
        last = request.session.get(LAST_SEEN)
        if last is not None and now - last > settings.KETACARE["KETACARE_IDLE_MINUTES"] * 60:
            return self._end(request, user, view_func)
        if now - request.session.setdefault(BEGAN, now) > settings.SESSION_COOKIE_AGE:
            return self._end(request, user, view_func)
        if last is None or (now - last >= NOTE_EVERY_SECONDS and not _by_itself(request)):
            request.session[LAST_SEEN] = now
        return None

    def _end(
        self, request: HttpRequest, user: User, view_func: Callable[..., Any]
    ) -> HttpResponseBase | None:
        key = request.POST.get(drafts.KEY_FIELD, "") if request.method == "POST" else ""
        if key:
            try:
                actions.save_draft(
                    by=Owner(user=user), key=drafts.checked(key), data=drafts.typed(request.POST)
                )
            except InputError:
                key = ""  # not one of our forms: there is nothing to keep
        audit.record(tag=audit.Tag.SESSION_TIMED_OUT, by=user, object_id=user.pk)
        logout(request)
        declared = declaration_of(view_func)
        if declared is not None and declared.permission is None:
            return None  # a page for everybody is shown to everybody
        return to_sign_in(request)


def _by_itself(request: HttpRequest) -> bool:
    return request.headers.get("X-Background") == "1" or "text/event-stream" in request.headers.get(
        "Accept", ""
    )
