"""The pages on which a patient tells what was tried, by signed link, on a phone, without an account.

The link is the only authority, as for questionnaires. Every line is kept when it is sent; nothing
told here is a judgement, and the pages say that a person reads it later.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ketacare.clinic.accounts.decorators import public
from ketacare.clinic.history import telling as told
from ketacare.clinic.history.telling_forms import FORM_OF, TellForm
from ketacare.clinic.questionnaires import throttle
from ketacare.clinic.work.drafts import autosave_answer, discard, form_with_draft
from ketacare.clinic.work.owners import link_owner
from ketacare.core.errors import InputError
from ketacare.knowledge.load import load_crisis_help

REASON = "Patients tell their history by signed link and have no account."
PublicView = Callable[..., HttpResponse]


def by_link(view: PublicView) -> PublicView:
    """Find the telling of the link, count requests, and keep the page out of every cache."""

    @csrf_exempt  # the link in the address is the authority, no cookie is: see the module's text
    @wraps(view)
    def answer(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        telling = told.telling_of(token, now=timezone.now())
        if telling is None:
            address = throttle.address_of(request)
            wrong = throttle.is_too_much("wrong", address, throttle.WRONG_LINKS)
            found = _ended(request, too_much=wrong)
        elif throttle.is_too_much(
            # Typing is many small requests; it must not lock the person out of sending.
            "history.keep" if view.__name__ == "keep" else "history",
            str(telling.invitation.pk),
            throttle.REQUESTS_OF_A_LINK,
        ):
            found = _ended(request, too_much=True)
        else:
            found = view(request, telling, *args, **kwargs)
        found.headers["Referrer-Policy"] = "no-referrer"
        found.headers["Cache-Control"] = "no-store"
        found.headers["X-Robots-Tag"] = "noindex, nofollow"
        return found

    return answer


@public(REASON)
@require_GET
@by_link
def start(request: HttpRequest, telling: told.Telling) -> HttpResponse:
    """Say what is asked, and show what was told so far."""
    status = HTTPStatus.OK if telling.is_open else HTTPStatus.GONE
    return _page(request, "history/tell_start.html", {"telling": telling}, status=status)


@public(REASON)
@require_http_methods(["GET", "POST"])
@by_link
def add(request: HttpRequest, telling: told.Telling, kind: str) -> HttpResponse:
    """Ask about one treatment and keep what is told."""
    form_class = FORM_OF.get(kind)
    if form_class is None:
        return _ended(request)
    if not telling.is_open:
        return _page(
            request, "history/tell_start.html", {"telling": telling}, status=HTTPStatus.GONE
        )
    owner = link_owner(telling.token)
    form: TellForm = form_with_draft(
        form_class, request, key=f"history.tell.{kind}:{telling.invitation.pk}", owner=owner
    )
    if request.method == "POST" and form.is_valid():
        try:
            told.tell(telling=telling, now=timezone.now(), kind=kind, **form.cleaned_data)
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, error.sentence)
        else:
            discard(request, form, owner=owner)
            return redirect("history:tell", telling.token)
    context = {"telling": telling, "form": form, "kind": kind}
    return _page(request, "history/tell_add.html", context)


@public(REASON)
@require_POST
@by_link
def keep(request: HttpRequest, telling: told.Telling) -> HttpResponse:
    """Keep what is being typed, so that a reload or a closed phone loses nothing."""
    if not telling.is_open:
        return HttpResponse(status=HTTPStatus.GONE)
    return autosave_answer(request, owner=link_owner(telling.token))


@public(REASON)
@require_POST
@by_link
def take_back(request: HttpRequest, telling: told.Telling, line_id: uuid.UUID) -> HttpResponse:
    """Take one line back."""
    # Decided or ended meanwhile: the page that follows shows how it stands.
    with suppress(InputError):
        told.take_back(telling=telling, line_id=line_id, now=timezone.now())
    return redirect("history:tell", telling.token)


@public(REASON)
@require_POST
@by_link
def finish(request: HttpRequest, telling: told.Telling) -> HttpResponse:
    """End the link and thank the person."""
    if telling.is_open:
        told.finish(telling=telling, now=timezone.now())
    return redirect("history:tell", telling.token)


def _ended(request: HttpRequest, *, too_much: bool = False) -> HttpResponse:
    if too_much:
        found = _page(
            request,
            "questionnaires/link_too_much.html",
            {},
            status=HTTPStatus.TOO_MANY_REQUESTS,
        )
        found.headers["Retry-After"] = str(throttle.WINDOW_SECONDS)
        return found
    return _page(request, "questionnaires/link_unknown.html", {}, status=HTTPStatus.NOT_FOUND)


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = HTTPStatus.OK
) -> HttpResponse:
    country = settings.KETACARE["KETACARE_COUNTRY"]
    context |= {"crisis": load_crisis_help().get(country)}
    return render(request, template, context, status=status)
