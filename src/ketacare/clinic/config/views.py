"""The front door, the theme choice and the pages for when something cannot be done."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from ketacare.clinic.accounts.decorators import public, requires
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.config.navigation import items_for

THEME_COOKIE = "ketacare_theme"
THEMES = ("light", "dark")


@requires(Permission.ACCOUNT_OWN)
@require_GET
def front_door(request: HttpRequest) -> HttpResponse:
    """Send a person to the first place of their navigation: the board for most."""
    places = items_for(request)
    return redirect(places[0].address if places else "accounts:own")


@public("The theme is a matter of the browser, on the sign-in page and patients' pages too.")
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme in a cookie and go back to the page it was chosen on."""
    back = request.POST.get("back", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = redirect(back)
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            theme,
            max_age=365 * 24 * 3600,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(THEME_COOKIE)
    return response


@public("Says that the server answers and nothing else; for supervisors and the demo's start.")
@require_GET
def alive(request: HttpRequest) -> HttpResponse:
    """Answer "ok"."""
    return HttpResponse("ok\n", content_type="text/plain")


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: known, but not allowed."""
    return _page(request, "403.html", HTTPStatus.FORBIDDEN, exception)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: not there, or not for this person."""
    return _page(request, "404.html", HTTPStatus.NOT_FOUND, exception)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the browser sent something that cannot be read."""
    return _page(request, "400.html", HTTPStatus.BAD_REQUEST, exception)


def conflict(request: HttpRequest, sentence: str, *, back: str = "") -> HttpResponse:
    """409: somebody else changed this meanwhile; ``sentence`` says what and what to do."""
    context = {"sentence": sentence, "back": back}
    return render(request, "409.html", context, status=HTTPStatus.CONFLICT)


def broken(request: HttpRequest) -> HttpResponse:
    """500: our mistake. The page needs no database and no session."""
    return render(
        None, "500.html", status=HTTPStatus.INTERNAL_SERVER_ERROR
    )  # no request: context processors may be what is broken


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose protection token is missing or from before the last sign-in."""
    return render(request, "403_form.html", status=HTTPStatus.FORBIDDEN)


def _page(
    request: HttpRequest, template: str, status: HTTPStatus, exception: Exception | None
) -> HttpResponse:
    context: dict[str, Any] = {"sentence": _sentence(exception)}
    return render(request, template, context, status=status)


def _sentence(exception: Exception | None) -> str:
    """Return the sentence a view gave to PermissionDenied or Http404, when it is one for people."""
    text = str(exception.args[0]) if exception is not None and exception.args else ""
    return text if text.endswith(".") and "model" not in text else ""
