"""Finding people, taking in referrals, and the chart of one person."""

from __future__ import annotations

import uuid
from datetime import datetime, time
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may, sees_clinical
from ketacare.clinic.patients import access, actions, presenting, standing
from ketacare.clinic.patients.forms import CloseForm, PatientForm, ReferralForm, SearchForm
from ketacare.clinic.work.drafts import discard, form_with_draft
from ketacare.core.errors import InputError

PAGE = 25


@requires(Permission.PATIENT_VIEW)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """List people with where they stand; the front desk sees names, contact and appointments."""
    user = _user(request)
    form = SearchForm(request.GET or None)
    values = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = access.search(user, values.get("q", ""))
    if values.get("care", "") == "":
        found = found.filter(closed_at__isnull=True)
    elif values["care"] == "closed":
        found = found.filter(closed_at__isnull=False)
    now, clinical = timezone.now(), sees_clinical(user)
    page = Paginator(standing.with_standing(found), PAGE).get_page(request.GET.get("page"))
    waiting: dict[uuid.UUID, str] = {}
    if clinical:
        from ketacare.clinic.plans.access import patients_needing_decision

        waiting = {row.patient_id: row.sentence for row in patients_needing_decision()}
    books = may(user, Permission.INFUSION_RUN)
    rows = [
        standing.standing_of(patient, now=now, waiting=waiting, books=books) for patient in page
    ]
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form if form.is_bound else SearchForm(),
        "searching": bool(values.get("q") or values.get("care")),
        "page": page,
        "rows": rows,
        "clinical": clinical,
        "query": query.urlencode(),
    }
    return render(request, "patients/list.html", context)


@requires(Permission.PATIENT_CREATE)
@require_http_methods(["GET", "POST"])
def refer(request: HttpRequest) -> HttpResponse:
    """Take in a new referral."""
    user = _user(request)
    form = form_with_draft(
        ReferralForm,
        request,
        key="patients.new",
        clinical=sees_clinical(user),
        initial={"referred_on": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        values, now = dict(form.cleaned_data), timezone.now()
        try:
            patient = actions.add_patient(
                by=user, now=now, referred_at=_moment(values.pop("referred_on"), now), **values
            )
        except InputError as error:
            _note_error(form, error, {"referred_at": "referred_on"})
        else:
            discard(request, form)
            messages.success(
                request, _("{name} is on the list of patients.").format(name=patient.name)
            )
            return redirect("patients:chart", patient.pk)
    return render(request, "patients/new.html", {"form": form})


@requires(Permission.PATIENT_VIEW)
@require_GET
def chart(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Show the loop at a glance; to the front desk name, contact and appointments only."""
    user = _user(request)
    patient = access.patient_for(user, patient_id)
    if not sees_clinical(user):
        return _contact(request, patient)
    audit.record_read(tag=audit.Tag.CHART_READ, by=user, patient_id=patient.pk)
    view = presenting.chart_view(patient, user=user, now=timezone.now())
    return render(request, "patients/chart.html", {"patient": patient, "chart": view})


@requires(Permission.PATIENT_EDIT)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Correct name, dates or contact; what stood before is kept and shown."""
    user = _user(request)
    patient = access.patient_for(user, patient_id, Permission.PATIENT_EDIT)
    audit.record_read(tag=audit.Tag.PATIENT_READ, by=user, patient_id=patient.pk)
    form = form_with_draft(
        PatientForm,
        request,
        key=f"patients.edit:{patient.pk}",
        clinical=sees_clinical(user),
        initial={name: getattr(patient, name) for name in actions.FIELDS},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_patient(
                by=user, patient=patient, now=timezone.now(), **form.cleaned_data
            )
        except InputError as error:
            _note_error(form, error, {})
        else:
            discard(request, form)
            messages.success(request, _("The changes are recorded."))
            return redirect("patients:chart", patient.pk)
    corrections = access.corrections_of(patient.pk)
    if not sees_clinical(user):
        corrections = corrections.exclude(field="referral_note")
    context = {"form": form, "patient": patient, "corrections": corrections}
    return render(request, "patients/edit.html", context)


@requires(Permission.PATIENT_EDIT)
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """End somebody's care with a reason; nothing is deleted."""
    user = _user(request)
    patient = access.patient_for(user, patient_id, Permission.PATIENT_EDIT)
    audit.record_read(tag=audit.Tag.PATIENT_READ, by=user, patient_id=patient.pk)
    form = form_with_draft(CloseForm, request, key=f"patients.close:{patient.pk}")
    if request.method == "POST" and form.is_valid():
        try:
            actions.close_care(
                by=user, patient=patient, now=timezone.now(), reason=form.cleaned_data["reason"]
            )
        except InputError as error:
            _note_error(form, error, {})
        else:
            discard(request, form)
            messages.success(request, _("Care is closed. The record stays as it is."))
            return redirect("patients:chart", patient.pk)
    return render(request, "patients/close.html", {"form": form, "patient": patient})


@requires(Permission.PATIENT_EDIT)
@require_POST
def reopen(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Take somebody back into care."""
    user = _user(request)
    patient = access.patient_for(user, patient_id, Permission.PATIENT_EDIT)
    actions.reopen_care(by=user, patient=patient, now=timezone.now())
    messages.success(request, _("Care is open again."))
    return redirect("patients:chart", patient.pk)


def _contact(request: HttpRequest, patient: Any) -> HttpResponse:
    from ketacare.clinic.infusions.access import sessions_of

    audit.record_read(tag=audit.Tag.PATIENT_READ, by=_user(request), patient_id=patient.pk)
    now = timezone.now()
    coming = sessions_of(patient.pk).filter(scheduled_at__gte=now).exclude(phase="cancelled")
    context = {"patient": patient, "coming": list(coming)}
    return render(request, "patients/contact.html", context)


def _moment(day: Any, now: datetime) -> datetime:
    """Return the time of a referral: now when it came today, else noon of its day."""
    if day == timezone.localdate(now):
        return now
    return datetime.combine(day, time(12), tzinfo=timezone.get_current_timezone())


def _note_error(form: Any, error: InputError, names: dict[str, str]) -> None:
    field = names.get(error.where, error.where)
    form.add_error(field if field in form.fields else None, error.sentence)


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
