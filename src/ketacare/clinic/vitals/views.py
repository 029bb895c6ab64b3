"""Entering observations and correcting them."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any, cast

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
from ketacare.clinic.infusions import access as infusions
from ketacare.clinic.infusions import actions as infusion_actions
from ketacare.clinic.vitals import access, actions
from ketacare.clinic.vitals.forms import (
    ALL,
    PRESSURE,
    CorrectionForm,
    ObservationForm,
    kinds_of,
    steps_of,
)
from ketacare.clinic.work.drafts import discard, form_with_draft
from ketacare.core.errors import InputError
from ketacare.core.record import Vital
from ketacare.knowledge.load import load_observations
from ketacare.knowledge.loading.bedside import spoken_unit


@requires(Permission.VITALS_RECORD)
@require_http_methods(["GET", "POST"])
def observe(request: HttpRequest, infusion_id: uuid.UUID, name: str) -> HttpResponse:
    """Record one observation; also the page it is entered on without JavaScript."""
    user = cast("User", request.user)
    session = infusions.get_session(user, infusion_id, Permission.VITALS_RECORD)
    kinds = kinds_of(name)
    if not kinds:
        raise Http404(_("There is no such observation."))
    audit.record_read(
        tag=audit.Tag.INFUSION_READ, by=user, patient_id=session.patient_id, object_id=session.pk
    )
    now = timezone.now()
    initial: dict[str, Any] = {}
    if "monitor" in request.GET:
        newest = {m.kind: m.value for m in access.recent_device_values(session.pk, now=now)}
        initial = {kind.value: f"{newest[kind]:g}" for kind in kinds if kind in newest}
    form = form_with_draft(
        ObservationForm,
        request,
        key=f"vitals.observe.{name}:{session.pk}",
        name=name,
        now=now,
        required=name != ALL,
        initial=initial,
        auto_id=f"id_{name}_%s",
    )
    if request.method == "GET" and initial:
        form.initial.update(initial)
    if request.method == "POST" and form.is_valid():
        try:
            stored = infusion_actions.record_observation(
                session=session, values=form.values, by=user, now=now, at=form.at
            )
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, error.sentence)
        else:
            discard(request, form)
            said = ", ".join(_said(value.kind, value.value) for value in stored)
            messages.success(request, _("Recorded: {what}.").format(what=said))
            return redirect("infusions:session", infusion_id)
    steps = steps_of(kinds[0]) if len(kinds) == 1 else ()
    context = {
        "form": form,
        "session": session,
        "patient": session.patient,
        "name": name,
        "title": _title(name, kinds),
        "steps": steps,
        "field": kinds[0].value,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "vitals/observe.html", context, status=status)


@requires(Permission.VITALS_RECORD)
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, value_id: uuid.UUID) -> HttpResponse:
    """Correct a value a person entered; both stay."""
    user = cast("User", request.user)
    value = access.value_for(user, value_id)
    session = value.session
    audit.record_read(
        tag=audit.Tag.INFUSION_READ,
        by=user,
        patient_id=value.patient_id or "",
        object_id=session.pk if session else None,
    )
    form = form_with_draft(CorrectionForm, request, key=f"vitals.correct:{value.pk}")
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_value(
                value=value,
                new_value=form.cleaned_data["value"],
                reason=form.cleaned_data["words"],
                by=user,
                now=timezone.now(),
            )
        except InputError as error:
            place = "value" if error.where == value.kind else None
            form.add_error(place, error.sentence)
        else:
            discard(request, form)
            messages.success(request, _("The value is corrected; both stay in the log."))
            if session is not None:
                return redirect("infusions:session", session.pk)
            return redirect("patients:chart", value.patient_id)
    context = {
        "form": form,
        "value": value,
        "session": session,
        "patient": value.patient,
        "label": load_observations()[Vital(value.kind)].label if value.kind else "",
        "unit": spoken_unit(Vital(value.kind)) if value.kind else "",
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "vitals/correct.html", context, status=status)


def _title(name: str, kinds: tuple[Vital, ...]) -> str:
    if name == PRESSURE:
        return _("Blood pressure")
    if name == ALL:
        return _("All observations")
    return load_observations()[kinds[0]].label


def _said(kind: str, value: float | None) -> str:
    known = load_observations()[Vital(kind)]
    return f"{known.short} {value:g} {spoken_unit(known.kind)}" if value is not None else ""
