"""One step of the check-in on a page of its own: what is asked, what was found, and leaving it out."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.infusions import access, actions, arriving, checks, forms, showing_arrival
from ketacare.clinic.infusions.models import Phase, Session
from ketacare.clinic.work.drafts import discard, form_with_draft
from ketacare.core.errors import InputError
from ketacare.knowledge.load import load_check_in

P = Permission
_BEFORE = {Phase.CHECKED_IN, Phase.READY}


@requires(P.INFUSION_VIEW, post=P.ELIGIBILITY_EDIT)
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, infusion_id: uuid.UUID, step: str) -> HttpResponse:
    """Show one step of the check-in and record its answers."""
    user = cast("User", request.user)
    session, found = _step_of(user, infusion_id, step)
    asked = arriving.questions_of(found, everything="all" in request.GET)
    if request.method == "POST":
        known = arriving.questions_of(found, everything=True)
        asked = forms.questions_among(known, request.POST.getlist("asked"))
    form = form_with_draft(
        forms.QuestionsForm,
        request,
        key=showing_arrival.step_key(session, step),
        **showing_arrival.form_arguments(step, asked),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_step(
                session=session, step=step, answers=form.answers, by=user, now=timezone.now()
            )
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, error.sentence)
        else:
            discard(request, form)
            said = _("{title}: recorded.").format(title=found.step.title)
            messages.success(request, said if form.answers else _("Nothing was answered."))
            return redirect("infusions:session", infusion_id)
    row = showing_arrival.row_of(session, found, user, form=form if form.fields else None)
    context = {"row": row, "session": session, "patient": session.patient, "form": form}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "infusions/step.html", context, status=status)


@requires(P.INFUSION_RUN)
@require_http_methods(["GET", "POST"])
def skip(request: HttpRequest, infusion_id: uuid.UUID, step: str) -> HttpResponse:
    """Leave a step out, with the reason that stays as a mark."""
    user = cast("User", request.user)
    session, found = _step_of(user, infusion_id, step)
    form = form_with_draft(
        forms.OverrideForm, request, key=f"infusion.skip.{found.step.id}:{session.pk}"
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.skip_step(
                session=session,
                step=step,
                reason=form.cleaned_data["words"],
                by=user,
                now=timezone.now(),
            )
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, error.sentence)
        else:
            discard(request, form)
            messages.success(request, _("The step is skipped, and your reason stands as a mark."))
            return redirect("infusions:session", infusion_id)
    row = showing_arrival.row_of(session, found, user, form=None)
    context = {"row": row, "session": session, "patient": session.patient, "form": form}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "infusions/skip.html", context, status=status)


def _step_of(user: User, infusion_id: uuid.UUID, name: str) -> tuple[Session, arriving.Arrival]:
    session = access.get_session(user, infusion_id, P.INFUSION_VIEW)
    audit.record_read(
        tag=audit.Tag.INFUSION_READ, by=user, patient_id=session.patient_id, object_id=session.pk
    )
    if load_check_in().step(name) is None:
        raise Http404(_("There is no such step of the check-in."))
    if session.phase not in _BEFORE:
        raise Http404(_("The check-in of this session is over."))
    now = timezone.now()
    person = checks.person_of(session, now=now)
    checked = checks.before_dose(session, now=now, person=person)
    steps = arriving.arrival_of(session, checked, person)
    return session, next(each for each in steps if each.step.id == name)
