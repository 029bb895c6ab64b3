"""The list of infusions, the chairs with their monitors, and booking."""

from __future__ import annotations

import uuid
from datetime import timedelta
from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.infusions import access, actions, forms
from ketacare.clinic.patients.access import get_patient
from ketacare.clinic.plans.access import active_plan
from ketacare.clinic.work.drafts import discard, form_with_draft
from ketacare.core.errors import InputError

P = Permission
AHEAD = timedelta(days=14)


@requires(P.INFUSION_VIEW)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show who is in which chair now, and who comes in the next two weeks."""
    user = cast("User", request.user)
    now = timezone.now()
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    found = access.sessions_for_list(user, start=start, end=start + AHEAD)
    tomorrow = start + timedelta(days=1)
    context = {
        "here": [each for each in found if each.is_open],
        "today": [each for each in found if not each.is_open and each.scheduled_at < tomorrow],
        "later": [each for each in found if not each.is_open and each.scheduled_at >= tomorrow],
        "now": now,
    }
    return render(request, "infusions/list.html", context)


@requires(P.INFUSION_RUN)
@require_http_methods(["GET", "POST"])
def chairs(request: HttpRequest) -> HttpResponse:
    """Set up the chairs and say which monitor stands where."""
    user = cast("User", request.user)
    form = form_with_draft(forms.ChairSetUpForm, request, key="infusion.chair")
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_chair(by=user, now=timezone.now(), **form.cleaned_data)
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, error.sentence)
        else:
            discard(request, form)
            messages.success(request, _("The chair is set up."))
            return redirect("infusions:chairs")
    context = {"form": form, "chairs": access.chairs()}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "infusions/chairs.html", context, status=status)


@requires(P.INFUSION_RUN)
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Book an infusion for a patient, with the dose of the plan that is signed."""
    user = cast("User", request.user)
    patient = get_patient(user, patient_id, P.INFUSION_RUN)
    audit.record_read(tag=audit.Tag.INFUSION_READ, by=user, patient_id=patient.pk)
    plan = active_plan(patient.pk)
    now = timezone.now()
    form = form_with_draft(forms.BookForm, request, key=f"infusion.book:{patient.pk}", now=now)
    if request.method == "POST" and form.is_valid():
        made = actions.schedule(
            patient=patient,
            plan=plan,
            scheduled_at=form.cleaned_data["scheduled_at"],
            chair=form.cleaned_data["chair"],
            by=user,
            now=now,
        )
        discard(request, form)
        messages.success(request, _("The infusion is booked."))
        return redirect("infusions:session", made.pk)
    context = {
        "form": form,
        "patient": patient,
        "plan": plan,
        "sessions": access.sessions_of(patient.pk).order_by("-scheduled_at"),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "infusions/book.html", context, status=status)
