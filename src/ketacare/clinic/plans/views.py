"""The plan's page: what needs deciding, the options beside the guideline, the forecast.

A page never computes advice; "Compute now" is a POST. The signed acts are in :mod:`.signing`.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.plans import access, actions
from ketacare.clinic.plans.inputs import freshness, inputs_of
from ketacare.clinic.plans.models import AdviceSnapshot
from ketacare.clinic.plans.outlooks import instruments_ahead
from ketacare.clinic.plans.presenting import advice_view
from ketacare.clinic.plans.presenting_ahead import chances_view
from ketacare.clinic.plans.watching import watch_view


@requires(Permission.PLAN_VIEW)
@require_GET
def overview(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Show what needs deciding, the options beside the guideline, the forecast, the decisions."""
    user = cast("User", request.user)
    patient = access.patient_for(user, patient_id)
    snapshot = access.latest_advice(patient.pk)
    return _overview(request, patient, snapshot)


@requires(Permission.PLAN_VIEW)
@require_GET
def earlier(request: HttpRequest, patient_id: uuid.UUID, number: int) -> HttpResponse:
    """Show advice as it was computed then, with the decisions taken on it."""
    user = cast("User", request.user)
    patient = access.patient_for(user, patient_id)
    return _overview(request, patient, access.snapshot_for(user, patient_id, number))


@requires(Permission.PLAN_PROPOSE)
@require_POST
def compute(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Compute options from what is recorded now."""
    user = cast("User", request.user)
    patient = access.patient_for(user, patient_id)
    before = access.latest_advice(patient.pk)
    snapshot = actions.refresh_advice(patient, now=timezone.now(), by=user)
    if before is not None and before.pk == snapshot.pk:
        messages.info(request, _("Nothing has changed since: these are still the options."))
    else:
        messages.success(request, _("The options are computed from what is recorded now."))
    return redirect("plans:overview", patient.pk)


def _overview(
    request: HttpRequest, patient: Patient, snapshot: AdviceSnapshot | None
) -> HttpResponse:
    user = cast("User", request.user)
    audit.record_read(tag=audit.Tag.PLAN_READ, by=user, patient_id=patient.pk)
    now = timezone.now()
    inputs = inputs_of(patient, now=now)
    decisions = list(access.decisions_of(patient.pk))
    decided = [d for d in decisions if snapshot is not None and d.snapshot_id == snapshot.pk]
    context = {
        "patient": patient,
        "snapshot": snapshot,
        "advice": None if snapshot is None else advice_view(snapshot),
        "fresh": None if snapshot is None else freshness(snapshot, inputs, now=now),
        "plan": inputs.plan,
        "given": inputs.given,
        "left": None if inputs.plan is None else max(inputs.plan.number - inputs.given, 0),
        "decisions": decisions,
        "decided": decided[0] if decided else None,
        "asks": snapshot is not None and snapshot.asks and not decided and snapshot.is_latest,
        "eligible": inputs.eligible,
        "chances": None if snapshot is None else chances_view(snapshot.data),
        "instruments": instruments_ahead(),
        "watch": watch_view(snapshot, now=_as_of(snapshot, now)),
    }
    return render(request, "plans/overview.html", context)


def _as_of(snapshot: AdviceSnapshot | None, now: datetime) -> datetime:
    """Return the moment silence is judged at: now, for an earlier snapshot when it was computed."""
    return now if snapshot is None or snapshot.is_latest else snapshot.computed_at
