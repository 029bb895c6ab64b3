"""The page of one session and what is done on it.

A view fetches, asks for the context, renders; acts go through the table in :mod:`.acts`.
"""

from __future__ import annotations

import re
import uuid
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.eligibility import actions as eligibility
from ketacare.clinic.infusions import (
    access,
    actions,
    alerting,
    checks,
    entering,
    forms,
    grading,
    logbook,
    rescuing,
    showing,
)
from ketacare.clinic.infusions.actions import StaleVersion
from ketacare.clinic.infusions.acts import ACTS
from ketacare.clinic.infusions.alarming import alarms_of
from ketacare.clinic.infusions.marks import marks_of
from ketacare.clinic.infusions.models import Phase, Session
from ketacare.clinic.infusions.watching import SYMPTOMS, read, watch
from ketacare.clinic.work.drafts import discard, form_with_draft
from ketacare.core.errors import InputError
from ketacare.core.safety import Station
from ketacare.knowledge.load import load_policy

P = Permission
_SMALL_NUMBER = re.compile(r"[0-9]{1,9}\Z")


@requires(P.INFUSION_VIEW)
@require_GET
def session(request: HttpRequest, infusion_id: uuid.UUID) -> HttpResponse:
    """Show one session: what is due, the vital signs, the pump, what can be done, the log."""
    user = cast("User", request.user)
    found = _open(user, infusion_id)
    now = timezone.now()
    readings = read(found, now=now)
    page = showing.page_of(found, user, readings, now=now)
    context = {
        "page": page,
        "watch": page.watch,
        "session": found,
        "patient": found.patient,
        "figures": showing.figures_of(found, readings, now=now),
        "outlook": showing.outlook_shown(found, readings, now=now),
        "log": logbook.log_of(found, readings),
        "marks": marks_of([found]).get(found.pk, ()),
        "held": alerting.held(found),
        "events": grading.events_of(found) if found.started_at else (),
        "prompts": rescuing.prompts_of(found, readings, now=now),
        "alarms": alarms_of(found.pk) if found.is_open else (),
        "problems": rescuing.problems() if found.phase in rescuing.PHASES else (),
        "user_may_act": may(user, P.INFUSION_RUN),
        "keeping": _keeping(found, user),
        "now": now,
    }
    return render(request, "infusions/session.html", context)


@requires(P.INFUSION_VIEW)
@require_GET
def live(request: HttpRequest, infusion_id: uuid.UUID, part: str) -> HttpResponse:
    """Return one live part of the page: ``now``, ``charts`` or ``log``. Never a form being typed in."""
    user = cast("User", request.user)
    found = _open(user, infusion_id)
    now = timezone.now()
    readings = read(found, now=now)
    context: dict[str, Any] = {"session": found, "patient": found.patient, "now": now}
    if part == "now":
        seen = request.GET.get("seen", "")
        context["watch"] = watch(
            found, readings, now=now, seen=int(seen) if _SMALL_NUMBER.match(seen) else None
        )
        context["user_may_act"] = may(user, P.INFUSION_RUN)
        context["held"] = alerting.held(found)
        context["prompts"] = rescuing.prompts_of(found, readings, now=now)
        context["alarms"] = alarms_of(found.pk) if found.is_open else ()
    elif part == "charts":
        context["figures"] = showing.figures_of(found, readings, now=now)
        context["outlook"] = showing.outlook_shown(found, readings, now=now)
    elif part == "log":
        context["log"] = logbook.log_of(found, readings)
    else:
        raise Http404(_("There is no such part of the page."))
    return render(request, f"infusions/_live_{part}.html", context)


@requires(P.INFUSION_VIEW)
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, infusion_id: uuid.UUID, act: str) -> HttpResponse:
    """Do one thing with the session, or show its form on a page of its own."""
    user = cast("User", request.user)
    chosen = ACTS.get(act)
    if chosen is None:
        raise Http404(_("There is no such act."))
    found = access.get_session(user, infusion_id, chosen.permission)
    audit.record_read(
        tag=audit.Tag.INFUSION_READ, by=user, patient_id=found.patient_id, object_id=found.pk
    )
    now = timezone.now()
    person = checks.person_of(found, now=now) if chosen.form is forms.SheetForm else None
    form = form_with_draft(
        chosen.form,
        request,
        key=showing.draft_key(chosen, found),
        **showing.form_arguments(chosen, found, user, person=person, now=now),
    )
    status = HTTPStatus.OK
    if request.method == "GET":
        form.initial["version"] = found.version
    elif form.is_valid():
        try:
            chosen.run(found, form, user, now)
        except StaleVersion as stale:
            return _conflict(request, found, stale, form)
        except InputError as error:
            place = error.where if error.where in form.fields else None
            form.add_error(place, error.sentence)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            found = access.get_session(user, infusion_id, chosen.permission)
            # The mistake itself may be in the log now (a second check that differs).
            form.data = {**request.POST.dict(), "version": str(found.version)}
        else:
            discard(request, form)
            messages.success(request, str(chosen.done))
            return redirect("infusions:session", infusion_id)
    else:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {
        "form": form,
        "act": chosen,
        "session": found,
        "patient": found.patient,
        "watch": watch(found, read(found, now=now), now=now),
        "leaving": showing.leaving_now(found, now=now) if chosen.name == "discharge" else None,
        "may_override": may(user, P.ELIGIBILITY_OVERRIDE),
    }
    return render(request, "infusions/act.html", context, status=status)


@requires(P.INFUSION_VIEW, post=P.ELIGIBILITY_EDIT)
@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest, infusion_id: uuid.UUID, station: str) -> HttpResponse:
    """Ask the open questions before the dose, or those for leaving, all on one page."""
    user = cast("User", request.user)
    found = _open(user, infusion_id)
    stations = {"before": Station.BEFORE_DOSE, "leaving": Station.DISCHARGE}
    if station not in stations:
        raise Http404(_("There are no such questions."))
    settled = showing.settled_by_forms()
    asked = tuple(
        question
        for question in load_policy().questions_at(stations[station])
        if question.code not in settled
    )
    now = timezone.now()
    if request.method == "POST":
        asked = forms.questions_among(asked, request.POST.getlist("asked"))
    elif "all" not in request.GET:
        asked = showing.open_questions_of(found, now=now)
    form = form_with_draft(
        forms.QuestionsForm,
        request,
        key=f"infusion.questions.{station}:{found.pk}",
        questions=asked,
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(session=found, answers=form.answers, by=user, now=now)
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, error.sentence)
        else:
            discard(request, form)
            messages.success(request, _("{n} answers are recorded.").format(n=len(form.answers)))
            return redirect("infusions:session", infusion_id)
    context = {
        "form": form,
        "session": found,
        "patient": found.patient,
        "station": station,
        "asks_all": "all" in request.GET,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "infusions/questions.html", context, status=status)


@requires(P.ELIGIBILITY_EDIT)
@require_POST
def symptoms(request: HttpRequest, infusion_id: uuid.UUID) -> HttpResponse:
    """Record the answer to a prompt's question: symptoms of organ damage unless ``code`` says else."""
    user = cast("User", request.user)
    found = access.get_session(user, infusion_id, P.INFUSION_VIEW)
    answer, code = request.POST.get("answer"), request.POST.get("code", SYMPTOMS)
    if answer not in {"yes", "no"} or code not in rescuing.asked_codes():
        messages.error(request, _("Answer yes or no."))
        return redirect("infusions:session", infusion_id)
    actions.answer(session=found, answers={code: answer == "yes"}, by=user, now=timezone.now())
    if code != SYMPTOMS:
        messages.success(request, _("The answer is recorded."))
    elif answer == "yes":
        messages.error(
            request,
            _(
                "Symptoms are recorded. The clinic's policy then says: stop the infusion, call the "
                "physician and emergency services."
            ),
        )
    else:
        messages.success(request, _("No symptoms: recorded."))
    return redirect("infusions:session", infusion_id)


@requires(P.INFUSION_RUN)
@require_POST
def acknowledge(request: HttpRequest, infusion_id: uuid.UUID, alert_id: uuid.UUID) -> HttpResponse:
    """Record that somebody saw a crossed limit, and what they do."""
    user = cast("User", request.user)
    found = access.get_session(user, infusion_id, P.INFUSION_RUN)
    alert = found.alerts.filter(pk=alert_id).first()
    if alert is None:
        raise Http404(_("There is no such limit in this session."))
    try:
        actions.acknowledge(
            alert=alert, words=request.POST.get("words", ""), by=user, now=timezone.now()
        )
    except InputError as error:
        messages.info(request, error.sentence)
    else:
        messages.success(request, _("Recorded that you have seen it."))
    return redirect("infusions:session", infusion_id)


@requires(P.INFUSION_VIEW)
@require_GET
def problem(request: HttpRequest, infusion_id: uuid.UUID, name: str) -> HttpResponse:
    """Show what the policy says about a problem somebody calls by its name."""
    user = cast("User", request.user)
    found = _open(user, infusion_id)
    known = next((each for each in rescuing.problems() if each.id == name), None)
    if known is None:
        raise Http404(_("There is no such problem on the clinic's list."))
    now = timezone.now()
    prompts = rescuing.prompts_of(found, read(found, now=now), now=now, called=(name,))
    context = {
        "problem": known,
        "prompts": [each for each in prompts if each.core.problem.id == name],
        "session": found,
        "patient": found.patient,
        "user_may_act": may(user, P.ELIGIBILITY_EDIT),
    }
    return render(request, "infusions/problem.html", context)


@requires(P.ELIGIBILITY_OVERRIDE)
@require_http_methods(["GET", "POST"])
def override(request: HttpRequest, infusion_id: uuid.UUID, rule: str) -> HttpResponse:
    """Go past one check before the dose, on one's own name and with a reason."""
    user = cast("User", request.user)
    found = _open(user, infusion_id)
    now = timezone.now()
    standing = {
        each.finding.rule: each for each in checks.before_dose(found, now=now) if each.stands
    }
    if rule not in standing:
        raise Http404(_("This check does not stand in the way any more."))
    finding = standing[rule].finding
    form = form_with_draft(forms.OverrideForm, request, key=f"infusion.override.{rule}:{found.pk}")
    if request.method == "POST" and form.is_valid():
        try:
            eligibility.override(
                patient=found.patient,
                finding=finding,
                reason=form.cleaned_data["words"],
                by=user,
                now=now,
            )
        except InputError as error:
            form.add_error(None, error.sentence)
        else:
            discard(request, form)
            messages.success(request, _("The override is recorded with your name."))
            return redirect("infusions:session", infusion_id)
    context = {"form": form, "finding": finding, "session": found, "patient": found.patient}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "infusions/override.html", context, status=status)


def _open(user: User, infusion_id: uuid.UUID) -> Session:
    found = access.get_session(user, infusion_id, P.INFUSION_VIEW)
    if not may(user, P.VITALS_VIEW):
        raise PermissionDenied(_("Your role does not see vital signs."))
    audit.record_read(
        tag=audit.Tag.INFUSION_READ, by=user, patient_id=found.patient_id, object_id=found.pk
    )
    return found


def _keeping(session: Session, user: User) -> dict[str, str] | None:
    """Return what the page needs to keep entries on its device, for those who enter any here."""
    enters = may(user, P.INFUSION_RUN) or may(user, P.VITALS_RECORD)
    if not enters or session.phase == Phase.CANCELLED:
        return None
    return {"secret": entering.page_key(user), "zone": timezone.get_current_timezone_name()}


def _conflict(
    request: HttpRequest, session: Session, stale: StaleVersion, form: Any
) -> HttpResponse:
    """409: say who did what, keep what was typed, and offer the page as it stands."""
    typed = [
        (form.fields[name].label, _in_words(form.fields[name], value))
        for name, value in form.cleaned_data.items()
        if name != "version" and value not in {None, ""}
    ]
    context = {"stale": stale, "session": session, "patient": session.patient, "typed": typed}
    return render(request, "infusions/conflict.html", context, status=HTTPStatus.CONFLICT)


def _in_words(field: Any, value: Any) -> Any:
    """Return a chosen value as the person read it."""
    return dict(getattr(field, "choices", ())).get(value, value)
