"""The four signed acts on a plan: accept an option, write another plan, decline, end.

Each has a page of its own that names the person and what is signed, and carries the number of the
last decision its reader saw: whoever comes second is told so (409).
"""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.config.views import conflict
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.plans import access, actions, computing
from ketacare.clinic.plans.forms import ChangeForm, DeclineForm, EndForm, SignForm
from ketacare.clinic.plans.models import AdviceSnapshot, Decision
from ketacare.clinic.plans.ordering import Wanted
from ketacare.clinic.plans.presenting import option_view
from ketacare.clinic.work.drafts import discard, form_with_draft
from ketacare.core.errors import InputError
from ketacare.core.record import Person

_SMALL_NUMBER = re.compile(r"[0-9]{1,9}\Z")


@requires(Permission.PLAN_SIGN)
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, patient_id: uuid.UUID, number: int, rank: int) -> HttpResponse:
    """Confirm and sign one option as it is offered."""
    user = cast("User", request.user)
    patient = access.patient_to_sign_for(user, patient_id)
    _read(user, patient)
    snapshot = access.snapshot_for(user, patient_id, number)
    if not 1 <= rank <= len(snapshot.options):
        raise Http404(_("There is no option with this number."))
    option = snapshot.options[rank - 1]
    form = form_with_draft(
        SignForm,
        request,
        key=f"plans.sign:{patient.pk}:{number}:{rank}",
        reason_needed=actions.needs_reason(option),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.sign_plan(
                patient,
                by=user,
                now=timezone.now(),
                snapshot=snapshot,
                option_index=rank - 1,
                expected=_expected(request),
                **form.cleaned_data,
            )
        except actions.OvertakenError as error:
            return _overtaken(request, patient, error)
        except InputError as error:
            _put(form, error)
        else:
            discard(request, form)
            messages.success(
                request,
                _("Signed for {name}: {what}.").format(name=patient.name, what=option["label"]),
            )
            return redirect("plans:overview", patient.pk)
    warnings, refusal = _foreseen(patient, option)
    context = {
        "option": option_view(option),
        "wanted": actions.wanted_of(option) if option["dose_days"] else None,
        "snapshot": snapshot,
        "weights": snapshot.data["weights"],
        "plan": access.active_plan(patient.pk),
        "warnings": warnings,
        "refusal": refusal,
        "ends": not option["dose_days"],
    }
    return _form_page(request, "plans/sign.html", patient, form, context)


@requires(Permission.PLAN_SIGN)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Write a plan in one's own figures, see it on a page of its own, sign it."""
    user = cast("User", request.user)
    patient = access.patient_to_sign_for(user, patient_id)
    _read(user, patient)
    snapshot = access.latest_advice(patient.pk)
    rank = _rank(request, snapshot)
    form = form_with_draft(
        ChangeForm, request, key=f"plans.change:{patient.pk}", initial=_start(snapshot, rank)
    )
    context: dict[str, Any] = {
        "snapshot": snapshot,
        "rank": rank,
        "limits": computing.knowledge().protocol.limits,
        "plan": access.active_plan(patient.pk),
    }
    template = "plans/change.html"
    if request.method == "POST" and form.is_valid() and "again" not in request.POST:
        try:
            if "signed" in request.POST:
                _modify(request, user, patient, form, snapshot=snapshot, rank=rank)
                discard(request, form)
                messages.success(
                    request,
                    _("Signed for {name}: {what}.").format(
                        name=patient.name, what=form.wanted.label
                    ),
                )
                return redirect("plans:overview", patient.pk)
            context["warnings"] = actions.warnings_of(
                patient,
                form.wanted,
                now=timezone.now(),
                starts_at=actions.morning(form.cleaned_data["starts_on"]),
            )
            context["wanted"] = form.wanted
            template = "plans/change_confirm.html"
        except actions.OvertakenError as error:
            return _overtaken(request, patient, error)
        except InputError as error:
            _put(form, error)
    return _form_page(request, template, patient, form, context)


@requires(Permission.PLAN_SIGN)
@require_http_methods(["GET", "POST"])
def decline(request: HttpRequest, patient_id: uuid.UUID, number: int) -> HttpResponse:
    """Decline every option of one snapshot, with a reason."""
    user = cast("User", request.user)
    patient = access.patient_to_sign_for(user, patient_id)
    _read(user, patient)
    snapshot = access.snapshot_for(user, patient_id, number)
    form = form_with_draft(DeclineForm, request, key=f"plans.decline:{patient.pk}:{number}")
    if request.method == "POST" and form.is_valid():
        try:
            actions.decline(
                patient,
                by=user,
                now=timezone.now(),
                snapshot=snapshot,
                expected=_expected(request),
                **form.cleaned_data,
            )
        except actions.OvertakenError as error:
            return _overtaken(request, patient, error)
        except InputError as error:
            _put(form, error)
        else:
            discard(request, form)
            messages.success(
                request, _("The options for {name} are declined.").format(name=patient.name)
            )
            return redirect("plans:overview", patient.pk)
    context = {"snapshot": snapshot, "plan": access.active_plan(patient.pk)}
    return _form_page(request, "plans/decline.html", patient, form, context)


@requires(Permission.PLAN_SIGN)
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """End the plan in force, with a reason."""
    user = cast("User", request.user)
    patient = access.patient_to_sign_for(user, patient_id)
    _read(user, patient)
    plan = access.active_plan(patient.pk)
    if plan is None and request.method == "GET":
        messages.info(request, _("There is no plan in force."))
        return redirect("plans:overview", patient.pk)
    form = form_with_draft(EndForm, request, key=f"plans.end:{patient.pk}")
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_plan(
                patient,
                by=user,
                now=timezone.now(),
                expected=_expected(request),
                **form.cleaned_data,
            )
        except actions.OvertakenError as error:
            return _overtaken(request, patient, error)
        except InputError as error:
            _put(form, error)
        else:
            discard(request, form)
            messages.success(request, _("The plan of {name} is ended.").format(name=patient.name))
            return redirect("plans:overview", patient.pk)
    return _form_page(request, "plans/end.html", patient, form, {"plan": plan})


def _form_page(
    request: HttpRequest, template: str, patient: Patient, form: Form, context: dict[str, Any]
) -> HttpResponse:
    """Return an act's page; a form sent back keeps the number its reader saw at first."""
    decided = access.last_decision(patient.pk)
    seen = _expected(request) if request.method == "POST" else None
    number = 0 if decided is None else decided.number
    here = {
        "patient": patient,
        "form": form,
        "expected": number if seen is None else seen,
        "age": _age(patient),
        **context,
    }
    return render(request, template, here)


def _age(patient: Patient) -> float | None:
    return Person(id="", label="", birth_date=patient.birth_date).age_at(timezone.now())


def _modify(
    request: HttpRequest,
    user: User,
    patient: Patient,
    form: ChangeForm,
    *,
    snapshot: AdviceSnapshot | None,
    rank: int | None,
) -> Decision:
    seen = request.POST.get("snapshot", "")
    shown = snapshot
    if seen.isdecimal() and (snapshot is None or int(seen) != snapshot.number):
        shown = access.snapshot_for(user, patient.pk, int(seen))
    return actions.modify(
        patient,
        by=user,
        now=timezone.now(),
        snapshot=shown,
        option_index=None if rank is None else rank - 1,
        expected=_expected(request),
        **form.cleaned_data,
    )


def _foreseen(patient: Patient, option: dict[str, Any]) -> tuple[tuple[str, ...], str]:
    """Return what has to be signed all the same, and why it cannot be signed at all."""
    if not option["dose_days"]:
        return (), ""
    now = timezone.now()
    starts_at = now + timedelta(days=option["dose_days"][0])
    try:
        found = actions.warnings_of(
            patient, actions.wanted_of(option), now=now, starts_at=starts_at
        )
    except InputError as error:
        return (), _sentence(error.sentence)
    return found, ""


def _start(snapshot: AdviceSnapshot | None, rank: int | None) -> dict[str, Any]:
    """Return what the form begins with: the option chosen, or else the protocol."""
    if snapshot is not None and rank is not None and snapshot.options[rank - 1]["dose_days"]:
        wanted = actions.wanted_of(snapshot.options[rank - 1])
    else:
        protocol = computing.knowledge().protocol
        wanted = Wanted(
            dose_mg_per_kg=protocol.dose_mg_per_kg,
            minutes=protocol.minutes,
            number=protocol.number,
            days_between=protocol.days_between,
            therapy=True,
        )
    return {
        "dose_mg_per_kg": wanted.dose_mg_per_kg,
        "minutes": f"{wanted.minutes:g}",
        "number": wanted.number,
        "days_between": f"{wanted.days_between:g}",
        "therapy": wanted.therapy,
        "starts_on": timezone.localdate(),
    }


def _rank(request: HttpRequest, snapshot: AdviceSnapshot | None) -> int | None:
    text = request.POST.get("option") or request.GET.get("option") or ""
    if snapshot is None or not _SMALL_NUMBER.match(text):
        return None
    return int(text) if 1 <= int(text) <= len(snapshot.options) else None


def _expected(request: HttpRequest) -> int | None:
    text = request.POST.get("expected", "")
    return int(text) if _SMALL_NUMBER.match(text) else None


def _put(form: Form, error: InputError) -> None:
    """Put a refusal at its field, or above the form."""
    form.add_error(error.where if error.where in form.fields else None, _sentence(error.sentence))


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _overtaken(request: HttpRequest, patient: Patient, error: InputError) -> HttpResponse:
    return conflict(request, error.sentence, back=reverse("plans:overview", args=[patient.pk]))


def _read(user: User, patient: Patient) -> None:
    audit.record_read(tag=audit.Tag.PLAN_READ, by=user, patient_id=patient.pk)
