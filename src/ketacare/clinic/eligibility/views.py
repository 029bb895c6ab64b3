"""The eligibility review: what every rule says, and the questions it still has."""

from __future__ import annotations

import uuid
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.eligibility import access, actions, following, presenting
from ketacare.clinic.eligibility.forms import FOUND_ON, MeasureForm, QuestionsForm
from ketacare.clinic.eligibility.overridden import overridden
from ketacare.clinic.patients.access import patient_for
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.policy.access import standing
from ketacare.clinic.policy.lines import Part
from ketacare.clinic.work.drafts import discard, form_with_draft
from ketacare.core.errors import InputError
from ketacare.core.safety import FactDefinition, Station
from ketacare.knowledge.load import load_policy

STATIONS = (Station.ELIGIBILITY, Station.BEFORE_DOSE, Station.FOLLOW_UP)
OPEN = "open"  # the topic of everything that is missing


@requires(Permission.ELIGIBILITY_VIEW)
@require_GET
def review(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Show what every rule of a station says, what it rests on and what it still asks."""
    patient = patient_of(request, patient_id, Permission.ELIGIBILITY_VIEW)
    now = timezone.now()
    wanted = request.GET.get("station", Station.ELIGIBILITY.value)
    station = next((known for known in STATIONS if known.value == wanted), Station.ELIGIBILITY)
    found = access.findings(patient, station, now=now)
    reviews = list(access.reviews_of(patient.pk))
    context = {
        "patient": patient,
        "review": presenting.review_view(
            found, station=station, patient_id=patient.pk, user=user_of(request)
        ),
        "stations": STATIONS,
        "question_groups": presenting.groups_of(station),
        "reviews": reviews,
        "overridden": overridden(list(access.overrides_of(patient.pk)), found),
        "policy": load_policy(),
        "standing": standing(Part.RULES),
        "draft_key": f"eligibility.questions.{OPEN}:{patient.pk}",
        "open_topic": OPEN,
    }
    return render(request, "eligibility/review.html", context)


@requires(Permission.ELIGIBILITY_EDIT)
@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest, patient_id: uuid.UUID, topic: str) -> HttpResponse:
    """Ask the questions of one group or of one rule; what is left open stays as it was."""
    patient = patient_of(request, patient_id, Permission.ELIGIBILITY_EDIT)
    title, asked = _asked(topic, patient, request)
    form = form_with_draft(
        QuestionsForm,
        request,
        key=f"eligibility.questions.{topic}:{patient.pk}",
        questions=asked,
        known=access.newest_answers(patient.pk),
    )
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            recorded = actions.record_answers(
                patient, form.answers, by=user_of(request), now=now, at=form.found_at(now)
            )
        except InputError as error:
            field = FOUND_ON if error.where == "at" else error.where
            form.add_error(field if field in form.fields else None, error.sentence)
        else:
            discard(request, form)
            following.follow(patient, now=now, by=user_of(request))
            messages.success(
                request,
                ngettext(
                    "{n} answer is recorded; the findings below are computed with it.",
                    "{n} answers are recorded; the findings below are computed with them.",
                    len(recorded),
                ).format(n=len(recorded)),
            )
            return redirect("eligibility:review", patient.pk)
    context = {"patient": patient, "form": form, "title": title}
    return render(request, "eligibility/form.html", context)


@requires(Permission.VITALS_RECORD)
@require_http_methods(["GET", "POST"])
def measure(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Record weight, height and blood pressure of the work-up."""
    from ketacare.clinic.vitals.actions import record_observation

    patient = patient_of(request, patient_id, Permission.VITALS_RECORD)
    form = form_with_draft(MeasureForm, request, key=f"eligibility.measure:{patient.pk}")
    if request.method == "POST" and form.is_valid():
        try:
            record_observation(
                patient=patient, values=form.values, by=user_of(request), now=timezone.now()
            )
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, error.sentence)
        else:
            discard(request, form)
            messages.success(request, _("The measurements are recorded."))
            return redirect("eligibility:review", patient.pk)
    context = {"patient": patient, "form": form, "title": _("Measurements of the work-up")}
    return render(request, "eligibility/form.html", context)


def _asked(
    topic: str, patient: Patient, request: HttpRequest
) -> tuple[str, tuple[FactDefinition, ...]]:
    """Return the questions of a group, of a rule, or all that are open."""
    policy = load_policy()
    if topic == OPEN:
        now = timezone.now()
        missed = presenting.open_questions(access.findings(patient, Station.ELIGIBILITY, now=now))
        # Somebody else may have answered one meanwhile: what was typed here counts as well.
        typed = [q for code, q in policy.facts.items() if code in request.POST and q not in missed]
        return str(_("Open questions")), (*missed, *typed)
    for station in STATIONS:
        found = presenting.groups_of(station).get(topic)
        if found is not None:
            return found
    for rule in policy.rules:
        if rule.id == topic and rule.facts:
            return rule.provenance.title, tuple(policy.facts[code] for code in rule.facts)
    raise Http404(_("There are no questions with this address."))


def patient_of(request: HttpRequest, patient_id: uuid.UUID, permission: Permission) -> Patient:
    """Return the patient of the page, and note that the page was read."""
    patient = patient_for(user_of(request), patient_id, permission)
    audit.record_read(tag=audit.Tag.ELIGIBILITY_READ, by=user_of(request), patient_id=patient.pk)
    return patient


def user_of(request: HttpRequest) -> User:
    """Return who asks: the declaration of the view has let only people in."""
    return cast("User", request.user)


def back_to(patient: Patient) -> str:
    """Return the address of the review."""
    return reverse("eligibility:review", args=[patient.pk])
