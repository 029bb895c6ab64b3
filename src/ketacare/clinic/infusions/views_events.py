"""Adverse events: choosing the term, grading it, reviewing it, saying that it was reported."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.infusions import access, actions, grading
from ketacare.clinic.infusions.forms_events import EventForm, ReviewForm
from ketacare.clinic.infusions.models import AdverseEvent
from ketacare.clinic.work.drafts import discard, form_with_draft
from ketacare.core.errors import InputError
from ketacare.knowledge.load import load_adverse_events

P = Permission


@requires(P.INFUSION_RUN)
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, infusion_id: uuid.UUID, term: str) -> HttpResponse:
    """Record one event: ``new`` asks for the term first."""
    user = cast("User", request.user)
    session = access.get_session(user, infusion_id, P.INFUSION_RUN)
    audit.record_read(
        tag=audit.Tag.INFUSION_READ, by=user, patient_id=session.patient_id, object_id=session.pk
    )
    known = load_adverse_events()
    context = {"session": session, "patient": session.patient, "known": known}
    if term == "new":
        return render(request, "infusions/event_term.html", context)
    if term not in known.terms:
        raise Http404(_("There is no such term."))
    proposed = grading.propose(session, term)
    now = timezone.now()
    form = form_with_draft(
        EventForm, request, key=f"infusion.event.{term}:{session.pk}", term=term, now=now
    )
    if request.method == "POST" and form.is_valid():
        try:
            event = actions.record_event(
                session=session, term=term, proposed=proposed, by=user, now=now, **form.values
            )
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, error.sentence)
        else:
            discard(request, form)
            messages.success(request, _("The event is recorded."))
            if event.is_serious:
                return redirect("infusions:event", event.pk)
            return redirect("infusions:session", infusion_id)
    context |= {"form": form, "term": known.terms[term], "proposed": proposed}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "infusions/event_form.html", context, status=status)


@requires(P.INFUSION_VIEW, post=P.ELIGIBILITY_SIGN)
@require_http_methods(["GET", "POST"])
def event(request: HttpRequest, event_id: uuid.UUID) -> HttpResponse:
    """Show one event with its duties, and take the psychiatrist's review."""
    user = cast("User", request.user)
    found = _event_of(user, event_id)
    form = form_with_draft(
        ReviewForm, request, key=f"infusion.event_review:{found.pk}", grade=found.grade
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.review_event(
                event=found, text=form.cleaned_data["text"], grade=form.cleaned_data["grade"],
                by=user, now=timezone.now(),
            )  # fmt: skip
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, error.sentence)
        else:
            discard(request, form)
            messages.success(request, _("The review is recorded."))
            return redirect("infusions:event", event_id)
    known = load_adverse_events()
    context = {
        "event": found,
        "label": found.said or known.terms[found.term].label,
        "criteria": [known.criteria[name] for name in found.criteria],
        "session": found.session,
        "patient": found.session.patient,
        "form": form,
        "now": timezone.now(),
        "may_review": may(user, P.ELIGIBILITY_SIGN) and found.awaits_review,
        "user_may_act": may(user, P.INFUSION_RUN),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "infusions/event.html", context, status=status)


@requires(P.INFUSION_RUN)
@require_POST
def report(request: HttpRequest, event_id: uuid.UUID) -> HttpResponse:
    """Record that it was reported within the clinic, or outside."""
    user = cast("User", request.user)
    found = _event_of(user, event_id)
    outside = request.POST.get("where") == "outside"
    actions.report_event(event=found, outside=outside, by=user, now=timezone.now())
    messages.success(request, _("The report is recorded."))
    return redirect("infusions:event", event_id)


def _event_of(user: User, event_id: uuid.UUID) -> AdverseEvent:
    found = (
        AdverseEvent.objects.select_related("session__patient", "by", "reviewed_by")
        .filter(pk=event_id)
        .first()
    )
    if found is None:
        raise Http404(_("There is no such event."))
    access.get_session(user, found.session_id, P.INFUSION_VIEW)
    audit.record_read(
        tag=audit.Tag.INFUSION_READ,
        by=user,
        patient_id=found.session.patient_id,
        object_id=found.session_id,
    )
    return found
