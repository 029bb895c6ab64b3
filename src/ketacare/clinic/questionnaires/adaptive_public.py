"""The pages of an adaptive test, by the same signed link: one question at a time until it is over.

Which question comes next follows from the answers, so there is no list to look over; the last
answer can be taken back. Nothing is sent before the person sends it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from ketacare.clinic.accounts.decorators import public
from ketacare.clinic.questionnaires import actions, adaptive
from ketacare.clinic.questionnaires.bank_texts import bank_text
from ketacare.clinic.questionnaires.models import AdaptiveTest
from ketacare.clinic.questionnaires.public import (
    LATER,
    REASON,
    by_link,
    ended,
    page,
    state_now,
    thank,
)
from ketacare.clinic.questionnaires.public import value_of as points_of
from ketacare.clinic.questionnaires.visit import Visit
from ketacare.core.errors import ErrorCode, InputError

BACK, SEND = "back", "send"


@public(REASON)
@require_http_methods(["GET", "POST"])
@by_link
def question(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Ask the next question, keep its answer, and send the test when it is over."""
    if not visit.is_open:
        return ended(request, visit.state)
    test = AdaptiveTest.objects.filter(request=visit.request).first()
    if test is None:
        return ended(request, "unknown")
    if request.method == "POST":
        return _act(request, visit, test)
    return _ask(request, visit, test)


def _act(request: HttpRequest, visit: Visit, test: AdaptiveTest) -> HttpResponse:
    now, then = timezone.now(), request.POST.get("then", "")
    chosen = request.POST.get("answer", "")
    try:
        if then == BACK:
            actions.take_back_adaptive(request=visit.request, now=now)
        elif then == SEND:
            actions.finish_adaptive(request=visit.request, now=now)
            return thank(visit)
        elif chosen or then != LATER:
            item = request.POST.get("item", "")
            value = points_of(chosen)
            actions.keep_adaptive(request=visit.request, item=item, value=value, now=now)
    except InputError as error:
        if error.code is ErrorCode.NOT_AVAILABLE:
            return state_now(request, visit)
        return _ask(request, visit, test, wrong=True)
    if then == LATER:
        return redirect(visit.start_address)
    return redirect("questionnaires:adaptive", visit.token)


def _ask(
    request: HttpRequest, visit: Visit, test: AdaptiveTest, *, wrong: bool = False
) -> HttpResponse:
    step, words = adaptive.step_of(test), bank_text(test.bank)
    if words is None:
        return ended(request, "unknown")  # the clinic has taken its words away meanwhile
    context: dict[str, Any] = {"visit": visit, "done": len(test.answers)}
    if step.item is None:
        return page(request, "questionnaires/adaptive_done.html", context)
    context |= {
        "words": words,
        "item": step.item,
        "text": words.items[step.item],
        "most": adaptive.calibration_of(test.bank).rules.most_items,
        "wrong": wrong,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return page(request, "questionnaires/adaptive_question.html", context, status=status)
