"""Ends a session after a time without activity or after a long shift, and keeps the form being sent.

A screen left alone in a clinic is read by whoever passes. The session stays known for the one
request that finds it too old, so that what was typed can be kept for the person who typed it.
Beside an open infusion the page stays visible instead, and the next act asks for the password
(docs/adr/0018).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import declaration_of, to_confirm, to_sign_in
from ketacare.clinic.accounts.models import User
from ketacare.clinic.work import actions, drafts
from ketacare.clinic.work.owners import Owner
from ketacare.core.errors import InputError

LAST_SEEN = "last_seen"
BEGAN = "began"  # a session that is used for ever would be worth stealing
LAPSED = "lapsed"  # since when nobody is known to be at a page that stays visible
NOTE_EVERY_SECONDS = 30

# What stays visible beside an open infusion, for reading only.
_STAYS = frozenset(
    {
        "infusions:session",
        "infusions:live",
        "infusions:stream",
        "work:board",
        "work:board_stream",
    }
)
# Giving the password again, keeping what is being typed meanwhile, and that a page is still there.
_ALWAYS = frozenset(
    {
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "work:autosave",
        "infusions:here",
    }
)
# Where a form can be shown again after the password; other acts lead back to the infusion.
_SHOWS_ITS_FORM = frozenset(
    {"infusions:act", "infusions:questions", "infusions:override", "vitals:observe"}
)


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
        if now - request.session.setdefault(BEGAN, now) > settings.SESSION_COOKIE_AGE:
            return self._end(request, user, view_func)
        if LAPSED in request.session and _confirmed_at(request) >= request.session[LAPSED]:
            del request.session[LAPSED]
            last = request.session[LAST_SEEN] = _confirmed_at(request)
            audit.record(tag=audit.Tag.SESSION_RESUMED, by=user, object_id=user.pk)
        if last is not None and now - last > settings.KETACARE["KETACARE_IDLE_MINUTES"] * 60:
            return self._lapsed(request, user, view_func, view_kwargs, now=now)
        if last is None or (now - last >= NOTE_EVERY_SECONDS and not _by_itself(request)):
            request.session[LAST_SEEN] = now
        return None

    def _lapsed(
        self,
        request: HttpRequest,
        user: User,
        view_func: Callable[..., Any],
        view_kwargs: dict[str, Any],
        *,
        now: int,
    ) -> HttpResponseBase | None:
        """Keep the page of an open infusion visible; everything else asks who is there."""
        from ketacare.clinic.infusions.presence import works_on_open

        match = request.resolver_match
        name = match.view_name if match is not None else ""
        reads = request.method in {"GET", "HEAD"}
        infusion = view_kwargs.get("infusion_id")
        if not works_on_open(user, infusion if reads and name in _STAYS else None):
            return self._end(request, user, view_func)
        if LAPSED not in request.session:
            request.session[LAPSED] = now
            audit.record(tag=audit.Tag.SESSION_LOOKED_ON, by=user, object_id=user.pk)
        request.presence_lapsed = True  # type: ignore[attr-defined] # the pages say it
        declared = declaration_of(view_func)
        public = declared is not None and declared.permission is None
        if public or name in _ALWAYS or (reads and name in _STAYS):
            return None
        # An observation was made when it was tapped, not when the password is right.
        clock = timezone.localtime().strftime("%H:%M")
        _keep(request, user, at=clock if name == "vitals:observe" else "")
        back = request.get_full_path() if reads else request.path
        if not reads and name not in _SHOWS_ITS_FORM and infusion is not None:
            from django.urls import reverse

            back = reverse("infusions:session", args=[infusion])
        return to_confirm(request, back)

    def _end(
        self, request: HttpRequest, user: User, view_func: Callable[..., Any]
    ) -> HttpResponseBase | None:
        _keep(request, user)
        audit.record(tag=audit.Tag.SESSION_TIMED_OUT, by=user, object_id=user.pk)
        logout(request)
        declared = declaration_of(view_func)
        if declared is not None and declared.permission is None:
            return None  # a page for everybody is shown to everybody
        return to_sign_in(request)


def _keep(request: HttpRequest, user: User, *, at: str = "") -> None:
    """Keep what was typed into the form being sent, and when it was, if the form left that open."""
    key = request.POST.get(drafts.KEY_FIELD, "") if request.method == "POST" else ""
    if key:
        data = drafts.typed(request.POST)
        if at and not "".join(data.get("at", [])).strip():
            data["at"] = [at]
        try:
            actions.save_draft(by=Owner(user=user), key=drafts.checked(key), data=data)
        except InputError:
            return  # not one of our forms: there is nothing to keep


def _confirmed_at(request: HttpRequest) -> int:
    """Return when the person last gave the password again in this session (0: not yet)."""
    given = [
        int(record["at"])
        for record in get_authentication_records(request, request.user)
        if record.get("reauthenticated")
    ]
    return max(given, default=0)


def _by_itself(request: HttpRequest) -> bool:
    return request.headers.get("X-Background") == "1" or "text/event-stream" in request.headers.get(
        "Accept", ""
    )
