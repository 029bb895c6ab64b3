"""The pages a patient answers on, by signed link and without an account.

The link is the only authority: there is no session, so there is nothing a forged request could
borrow, and the pages work where cookies are refused. Every answer is kept when it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from ketacare.clinic.accounts.decorators import public
from ketacare.clinic.questionnaires import access, actions, links, throttle
from ketacare.clinic.questionnaires.adaptive import calibration_of
from ketacare.clinic.questionnaires.models import AdaptiveTest, Request
from ketacare.clinic.questionnaires.progress import progress_of
from ketacare.clinic.questionnaires.visit import Question, Visit, visit_of
from ketacare.core.errors import ErrorCode, InputError
from ketacare.knowledge.load import load_crisis_help

THANKS_COOKIE = "ketacare_sent"
THANKS_FOR = timedelta(minutes=30)
SEAL_FOR = timedelta(hours=12)
LATER, CHECK = "later", "check"
REASON = "Patients answer by signed link and have no account."

ENDED: dict[str, tuple[str, HTTPStatus]] = {
    "unknown": ("questionnaires/link_unknown.html", HTTPStatus.NOT_FOUND),
    "too_much": ("questionnaires/link_too_much.html", HTTPStatus.TOO_MANY_REQUESTS),
    Request.State.EXPIRED: ("questionnaires/link_expired.html", HTTPStatus.GONE),
    Request.State.REVOKED: ("questionnaires/link_revoked.html", HTTPStatus.GONE),
    Request.State.ANSWERED: ("questionnaires/link_answered.html", HTTPStatus.GONE),
}

PublicView = Callable[..., HttpResponse]


def by_link(view: PublicView) -> PublicView:
    """Find the visit of the link, count requests, and keep the page out of every cache and log."""

    @csrf_exempt  # the link in the address is the authority, no cookie is: see the module's text
    @wraps(view)
    def answer(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        visit = visit_of(token, now=timezone.now())
        if visit is None:
            wrong = throttle.is_too_much(
                "wrong", throttle.address_of(request), throttle.WRONG_LINKS
            )
            found = ended(request, "too_much" if wrong else "unknown")
        elif throttle.is_too_much("link", str(visit.request.pk), throttle.REQUESTS_OF_A_LINK):
            found = ended(request, "too_much")
        else:
            with timezone.override(visit.zone):
                found = view(request, visit, *args, **kwargs)
        found.headers["Referrer-Policy"] = "no-referrer"
        found.headers["Cache-Control"] = "no-store"
        found.headers["X-Robots-Tag"] = "noindex, nofollow"
        return found

    return answer


def ended(request: HttpRequest, why: str) -> HttpResponse:
    """Say what is the matter with a link, and how to reach a person. Names nobody."""
    template, status = ENDED[why]
    found = page(request, template, {}, status=status)
    if status is HTTPStatus.TOO_MANY_REQUESTS:
        found.headers["Retry-After"] = str(throttle.WINDOW_SECONDS)
    return found


@public(REASON)
@require_GET
@by_link
def start(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Say what is asked and how long it takes; or go on where the person stopped."""
    if not visit.is_open:
        return ended(request, visit.state)
    actions.open_link(request=visit.request, now=timezone.now())
    test = AdaptiveTest.objects.filter(request=visit.request).first()
    context: dict[str, Any] = {"visit": visit, "test": test}
    if test is not None:
        context |= {"rules": calibration_of(test.bank).rules}
        return page(request, "questionnaires/adaptive_start.html", context)
    return page(request, "questionnaires/start.html", context)


@public(REASON)
@require_http_methods(["GET", "POST"])
@by_link
def question(request: HttpRequest, visit: Visit, instrument: str, item: int) -> HttpResponse:
    """Ask one question and keep the answer."""
    if not visit.is_open:
        return ended(request, visit.state)
    asked = visit.question(instrument, item)
    if asked is None:
        return ended(request, "unknown")
    if request.method == "POST":
        return _keep(request, visit, asked)
    return _ask(request, visit, asked, request.GET.get("then", ""))


@public(REASON)
@require_http_methods(["GET", "POST"])
@by_link
def check(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show everything that was answered; sending it ends the link."""
    now = timezone.now()
    if request.method == "POST":
        # A second tap on "Send" comes after the first has ended the link: it is told the same.
        if visit.is_open and not visit.reached:
            return redirect(visit.start_address)
        sealed = links.is_sealed(request.POST.get("seal", ""), visit.request.pk, now=now)
        if visit.is_open:
            try:
                actions.answer(
                    request=visit.request, answers=visit.answers(), now=now, token=visit.token
                )
            except InputError:
                if not sealed:
                    return state_now(request, visit)
        if visit.is_open or (sealed and visit.state is Request.State.ANSWERED):
            return thank(visit)
    if not visit.is_open:
        return ended(request, visit.state)
    if not visit.questions:
        return redirect(visit.start_address)  # an adaptive test has no list to look over
    seal = links.seal_of(visit.request.pk, now + SEAL_FOR)
    return page(request, "questionnaires/check.html", {"visit": visit, "seal": seal})


@public(REASON)
@require_GET
@by_link
def thanks(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Thank the person, once and on the device that sent the answers."""
    seal = request.COOKIES.get(THANKS_COOKIE, "")
    if visit.state is not Request.State.ANSWERED or not links.is_sealed(
        seal, visit.request.pk, now=timezone.now()
    ):
        return ended(request, visit.state) if not visit.is_open else redirect(visit.start_address)
    rows = list(visit.request.responses.filter(superseded_by__isnull=True))
    answered_at = visit.request.used_at or timezone.now()
    risks = [risk for row in rows for risk in row.risk_answers.all() if risk.value is not None]
    context = {
        "visit": visit,
        # The score of an adaptive test is no sum, and says nothing to who does not know its scale.
        "progress": progress_of(visit.request.patient_id, visit.request.instruments, at=answered_at)
        if visit.questions
        else (),
    }
    template = "questionnaires/thanks_help.html" if risks else "questionnaires/thanks.html"
    return page(request, template, context)


def _keep(request: HttpRequest, visit: Visit, asked: Question) -> HttpResponse:
    """Keep an answer and go on; stopping without one keeps nothing and is no mistake."""
    given, then = request.POST.get("answer", ""), request.POST.get("then", "")
    if given or then != LATER:
        try:
            actions.keep_answer(
                request=visit.request,
                token=visit.token,
                instrument=asked.instrument.id,
                item=asked.item.number,
                value=value_of(given),
                now=timezone.now(),
            )
        except InputError as error:
            if error.code is ErrorCode.NOT_AVAILABLE:
                return state_now(request, visit)
            return _ask(request, visit, asked, then, wrong=True)
    ways = {LATER: visit.start_address, CHECK: visit.check_address}
    return redirect(ways[then] if then in ways else _next(visit, asked))


def _next(visit: Visit, asked: Question) -> str:
    """Return where to go on: the answer just kept may have made later questions void."""
    fresh = visit_of(visit.token, now=timezone.now()) or visit
    return fresh.after(fresh.question(asked.instrument.id, asked.item.number) or asked)


def _ask(
    request: HttpRequest, visit: Visit, asked: Question, then: str, *, wrong: bool = False
) -> HttpResponse:
    context = {
        "visit": visit,
        "question": asked,
        "back": visit.check_address if then == CHECK else visit.before(asked),
        "then": then if then == CHECK else "",
        "wrong": wrong,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return page(request, "questionnaires/question.html", context, status=status)


def value_of(given: str) -> int | None:
    """Return the points of a choice, ``None`` for "I would rather not answer"."""
    if given == access.SKIPPED:
        return None
    return int(given) if given.isascii() and given.isdigit() and len(given) < 4 else -1


def state_now(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Say what became of the link while this page was open."""
    fresh = visit_of(visit.token, now=timezone.now())
    return ended(request, "unknown" if fresh is None else fresh.state)


def thank(visit: Visit) -> HttpResponse:
    """Lead to the page that thanks, which only the device that sent the answers can open."""
    path = f"{visit.start_address}thanks/"
    answer = redirect(path)
    answer.set_cookie(
        THANKS_COOKIE,
        links.seal_of(visit.request.pk, timezone.now() + THANKS_FOR),
        max_age=int(THANKS_FOR.total_seconds()),
        path=path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """Return a page of a link, with whom to call in a crisis."""
    country = settings.KETACARE["KETACARE_COUNTRY"]
    helps = {"crisis": load_crisis_help().get(country)}
    return render(request, template, {**context, **helps}, status=status)
