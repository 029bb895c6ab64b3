"""The team's pages about questionnaires: scores, requests, ratings, corrections, answers about risk."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.patients.access import patient_for
from ketacare.clinic.patients.charts import ratings_of, score_picture
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.questionnaires import access, actions, forms, links, presenting
from ketacare.clinic.questionnaires.models import Request, Response
from ketacare.clinic.questionnaires.risk import obligation_of, standing_of
from ketacare.clinic.work.drafts import discard, form_with_draft
from ketacare.core.errors import InputError
from ketacare.core.record import Rater
from ketacare.knowledge.load import load_crisis_help

P = Permission


@requires(P.QUESTIONNAIRE_VIEW)
@require_GET
def overview(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Show every score with what it means, what was asked for, and answers about risk."""
    patient = _patient(request, patient_id, P.QUESTIONNAIRE_VIEW)
    now = timezone.now()
    found = presenting.measures_of(patient, now=now)
    picture = score_picture(found.person, ratings_of(found.person, now=now), None, now=now)
    context = {"patient": patient, "found": found, "picture": picture}
    return render(request, "questionnaires/overview.html", context)


@requires(P.QUESTIONNAIRE_SEND)
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Make a link for the patient to answer by."""
    patient = _patient(request, patient_id, P.QUESTIONNAIRE_SEND)
    form = form_with_draft(forms.SendForm, request, key=f"questionnaires.send:{patient.pk}")
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            made, _token = actions.send_request(
                patient=patient,
                instruments=form.cleaned_data["instruments"],
                by=_user(request),
                now=now,
                **form.times(now),
            )
        except InputError as error:
            form.add_error(None, error.sentence)
        else:
            discard(request, form)
            return redirect("questionnaires:request", made.pk)
    return render(request, "questionnaires/send.html", {"form": form, "patient": patient})


@requires(P.QUESTIONNAIRE_SEND)
@require_GET
def request_page(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """Show a link to copy, and where the request stands."""
    asked = _request(request, request_id)
    row = presenting.request_row(asked, now=timezone.now())
    token = links.token_of(asked.pk, asked.expires_at)
    works = row.state in {Request.State.OPEN, Request.State.STARTED}
    address = request.build_absolute_uri(reverse("questionnaires:link", args=[token]))
    context = {
        "patient": asked.patient,
        "row": row,
        "address": address if works else "",
        "kept": sum(len(items) for items in access.kept_answers(asked, token).values()),
        "form": forms.ReasonForm(),
    }
    return render(request, "questionnaires/request.html", context)


@requires(P.QUESTIONNAIRE_SEND)
@require_POST
def renew(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """Put a new link in the place of one that was not answered."""
    asked = _request(request, request_id)
    try:
        made, _token = actions.renew(request=asked, by=_user(request), now=timezone.now())
    except InputError as error:
        messages.error(request, error.sentence)
        return redirect("questionnaires:request", asked.pk)
    messages.success(request, _("This is the new link. The old one does not work any more."))
    return redirect("questionnaires:request", made.pk)


@requires(P.QUESTIONNAIRE_SEND)
@require_POST
def revoke(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """Withdraw a link, with a reason."""
    asked = _request(request, request_id)
    try:
        actions.revoke(
            request=asked,
            by=_user(request),
            now=timezone.now(),
            reason=request.POST.get("reason", ""),
        )
    except InputError as error:
        messages.error(request, error.sentence)
        return redirect("questionnaires:request", asked.pk)
    messages.success(request, _("The link is withdrawn and does not work any more."))
    return redirect("questionnaires:overview", asked.patient_id)


@requires(P.QUESTIONNAIRE_RECORD)
@require_GET
def scales(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """List every scale that can be entered, by what it is about."""
    patient = _patient(request, patient_id, P.QUESTIONNAIRE_RECORD)
    context = {"patient": patient, "groups": presenting.scale_groups()}
    return render(request, "questionnaires/scales.html", context)


@requires(P.QUESTIONNAIRE_RECORD)
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, patient_id: uuid.UUID, instrument: str) -> HttpResponse:
    """Enter a rating, or a form the patient answered on paper."""
    patient = _patient(request, patient_id, P.QUESTIONNAIRE_RECORD)
    known = access.enterable().get(instrument)
    if known is None:
        raise Http404(_("There is no such questionnaire."))
    form = form_with_draft(
        forms.ScoreForm,
        request,
        key=f"questionnaires.enter.{known.id}:{patient.pk}",
        instrument=known,
    )
    if request.method == "POST" and form.is_valid():
        rated = known.rater is Rater.CLINICIAN
        record = actions.record_clinician_score if rated else actions.record_paper_score
        try:
            row = record(
                patient=patient,
                instrument=known.id,
                by=_user(request),
                now=timezone.now(),
                **_values(form),
            )
        except InputError as error:
            _add(form, error)
        else:
            discard(request, form)
            return _recorded(request, row)
    context = {
        "form": form,
        "patient": patient,
        "instrument": known,
        "correcting": None,
        "has_gates": any(item.gate for item in known.items),
    }
    return render(request, "questionnaires/enter.html", context)


@requires(P.QUESTIONNAIRE_RECORD)
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, response_id: uuid.UUID) -> HttpResponse:
    """Correct answers in the record; what stood before stays visible."""
    row = access.response_for(_user(request), response_id, P.QUESTIONNAIRE_RECORD)
    patient = _patient(request, row.patient_id, P.QUESTIONNAIRE_RECORD)
    known = access.known()[row.instrument]
    form = form_with_draft(
        forms.ScoreForm,
        request,
        key=f"questionnaires.correct:{row.pk}",
        instrument=known,
        correcting=True,
        initial=_initial(row),
    )
    if request.method == "POST" and form.is_valid():
        try:
            new = actions.correct(
                response=row,
                by=_user(request),
                now=timezone.now(),
                reason=form.cleaned_data["reason"],
                **_values(form),
            )
        except InputError as error:
            _add(form, error)
        else:
            discard(request, form)
            return _recorded(request, new)
    context = {"form": form, "patient": patient, "instrument": known, "correcting": row}
    return render(request, "questionnaires/enter.html", context)


@requires(P.QUESTIONNAIRE_RECORD)
@require_http_methods(["GET", "POST"])
def risk(request: HttpRequest, risk_id: uuid.UUID) -> HttpResponse:
    """Show an answer about risk with the others of that day, and take charge of it."""
    found = access.risk_for(_user(request), risk_id)
    patient = _patient(request, found.patient_id, P.QUESTIONNAIRE_RECORD)
    form = form_with_draft(forms.RiskForm, request, key=f"questionnaires.risk:{found.pk}")
    if request.method == "POST" and form.is_valid():
        actions.acknowledge_risk(
            risk=found,
            by=_user(request),
            now=timezone.now(),
            note=form.cleaned_data["note"],
        )
        discard(request, form)
        messages.success(request, _("It is recorded what you did. The task is done."))
        return redirect("questionnaires:overview", patient.pk)
    known = access.known()[found.response.instrument]
    context = {
        "form": form,
        "patient": patient,
        "risk": found,
        "items": presenting.answered(known, found.response),
        "standing": standing_of(found, now=timezone.now()),
        "obligation": obligation_of(found),
        "name_form": forms.NameForm(initial={"person": found.named_id}),
        "crisis": load_crisis_help().get(settings.KETACARE["KETACARE_COUNTRY"]),
    }
    return render(request, "questionnaires/risk.html", context)


@requires(P.QUESTIONNAIRE_RECORD)
@require_POST
def take_risk(request: HttpRequest, risk_id: uuid.UUID) -> HttpResponse:
    """Take an answer about risk on: from now on it is this person's."""
    user = _user(request)
    found = access.risk_for(user, risk_id)
    actions.take_risk(risk=found, by=user, now=timezone.now())
    messages.success(request, _("You have it now. Say here what you did once it is done."))
    return redirect("questionnaires:risk", found.pk)


@requires(P.QUESTIONNAIRE_RECORD)
@require_POST
def name_risk(request: HttpRequest, risk_id: uuid.UUID) -> HttpResponse:
    """Put an answer about risk on another psychiatrist."""
    user = _user(request)
    found = access.risk_for(user, risk_id)
    form = forms.NameForm(request.POST)
    if form.is_valid():
        person = form.cleaned_data["person"]
        actions.name_risk(risk=found, person=person, by=user)
        messages.success(request, _("It is on {person} now.").format(person=person))
    else:
        messages.error(request, _("Choose a psychiatrist of this clinic."))
    return redirect("questionnaires:risk", found.pk)


def _patient(request: HttpRequest, patient_id: uuid.UUID, permission: Permission) -> Patient:
    user = _user(request)
    patient = patient_for(user, patient_id, permission)
    audit.record_read(tag=audit.Tag.QUESTIONNAIRE_READ, by=user, patient_id=patient.pk)
    return patient


def _request(request: HttpRequest, request_id: uuid.UUID) -> Request:
    user = _user(request)
    asked = access.request_for(user, request_id, P.QUESTIONNAIRE_SEND)
    audit.record_read(tag=audit.Tag.QUESTIONNAIRE_READ, by=user, patient_id=asked.patient_id)
    return asked


def _recorded(request: HttpRequest, row: Response) -> HttpResponse:
    known = access.known()[row.instrument]
    messages.success(request, _("{name} is in the record.").format(name=known.name))
    back = request.GET.get("back", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return redirect(back)
    return redirect("questionnaires:overview", row.patient_id)


def _values(form: forms.ScoreForm) -> dict[str, Any]:
    data = form.cleaned_data
    return {"at": data["at"], "items": data.get("items"), "total": data.get("total")}


def _initial(row: Response) -> dict[str, Any]:
    values: dict[str, Any] = {"at": timezone.localtime(row.at)}
    if row.items is None:
        return {**values, "total": row.total}
    for number, value in enumerate(row.items, start=1):
        values[f"item_{number}"] = forms.LEFT_OUT if value is None else str(value)
    return values


def _add(form: forms.ScoreForm, error: InputError) -> None:
    form.add_error(error.where if error.where in form.fields else None, error.sentence)


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
