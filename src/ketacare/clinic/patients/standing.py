"""Where people stand in the loop and what comes next, for lists: a few queries for everybody.

The relations are prefetched by :func:`with_standing`; nothing clinical is judged here.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ketacare.clinic.eligibility.models import Review
from ketacare.clinic.infusions.models import OPEN_PHASES, Phase, Session
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.plans.models import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One person's phase, how much it matters now, the next step with its page, and why."""

    patient: Patient
    phase: str
    level: str
    next_step: str
    address: str
    why: str
    appointment: datetime | None


def with_standing(patients: QuerySet[Patient]) -> QuerySet[Patient]:
    """Return the patients with everything :func:`standing_of` looks at."""
    return (
        patients.order_by("family_name", "given_name")
        .annotate(
            trial_count=Count("trial_entries", distinct=True),
            diagnosis_count=Count("diagnosis_entries", distinct=True),
        )
        .prefetch_related(
            Prefetch("reviews", queryset=Review.objects.defer("findings").order_by("-at")),
            Prefetch("plans", queryset=Plan.objects.order_by("-signed_at")),
            Prefetch("infusion_sessions", queryset=Session.objects.order_by("scheduled_at")),
        )
    )


def standing_of(
    patient: Patient, *, now: datetime, waiting: Mapping[uuid.UUID, str], books: bool = True
) -> Standing:
    """Return where one person stands; ``waiting`` are the open decisions with their reason.

    Who does not book infusions (``books`` is false) is led to the chart instead.
    """
    sessions = list(patient.infusion_sessions.all())
    coming = next(
        (s for s in sessions if s.phase == Phase.SCHEDULED and s.scheduled_at >= now), None
    )
    phase, level, step, address = _where(patient, sessions, coming, waiting)
    latest = next(iter(patient.reviews.all()), None)
    if not books and address == reverse("infusions:book", args=[patient.pk]):
        address = reverse("patients:chart", args=[patient.pk])
    declined = latest is not None and latest.decision != Review.Decision.ELIGIBLE
    return Standing(
        patient=patient,
        phase=phase,
        level=level,
        next_step=step,
        address=address,
        why=waiting.get(patient.pk, latest.note if latest is not None and declined else ""),
        appointment=None if coming is None else coming.scheduled_at,
    )


def _where(
    patient: Patient,
    sessions: list[Session],
    coming: Session | None,
    waiting: Mapping[uuid.UUID, str],
) -> tuple[str, str, str, str]:
    def page(route: str) -> str:
        return reverse(route, args=[patient.pk])

    here = next((s for s in sessions if s.phase in OPEN_PHASES), None)
    plan = next((p for p in patient.plans.all() if p.is_active), None)
    if patient.closed_at is not None:
        found = _("Care closed"), "none", patient.closed_reason, page("patients:chart")
    elif here is not None:
        text = _("In the clinic: {phase}").format(phase=here.get_phase_display().lower())
        found = text, "info", _("Open the infusion"), reverse("infusions:session", args=[here.pk])
    elif patient.pk in waiting:
        found = (
            _("Plan needs a decision"),
            "watch",
            _("See options, decide"),
            page("plans:overview"),
        )
    elif plan is not None:
        found = _in_course(patient, plan, sessions, coming)
    else:
        found = _before_plan(patient, given=any(s.started_at for s in sessions))
    return found


def _before_plan(patient: Patient, *, given: bool) -> tuple[str, str, str, str]:
    review = next(iter(patient.reviews.all()), None)
    told = getattr(patient, "trial_count", 0) and getattr(patient, "diagnosis_count", 0)
    if review is None and not told:
        phase, level, step, route = (
            _("Referred"),
            "watch",
            _("Take the history"),
            "history:overview",
        )
    elif review is None:
        phase, level, step = _("Work-up"), "watch", _("Review eligibility")
        route = "eligibility:review"
    elif review.decision != Review.Decision.ELIGIBLE:
        phase, level, step = (
            str(review.get_decision_display()),
            "none",
            _("Look at the review again"),
        )
        route = "eligibility:review"
    elif given:
        phase, level, step, route = (
            _("Follow-up"),
            "good",
            _("Look at the scores"),
            "patients:chart",
        )
    else:
        phase, level, step, route = _("Eligible"), "watch", _("Make a plan"), "plans:overview"
    return phase, level, step, reverse(route, args=[patient.pk])


def _in_course(
    patient: Patient, plan: Plan, sessions: list[Session], coming: Session | None
) -> tuple[str, str, str, str]:
    given = sum(1 for s in sessions if s.plan_id == plan.pk and s.started_at is not None)
    phase = _("In course: {given} of {number} given").format(given=given, number=plan.number)
    if coming is not None:
        when = date_format(timezone.localtime(coming.scheduled_at), "j M, H:i")
        step = _("Infusion on {when}").format(when=when)
        return phase, "good", step, reverse("infusions:session", args=[coming.pk])
    if given < plan.number:
        book = reverse("infusions:book", args=[patient.pk])
        return phase, "watch", _("Book the next infusion"), book
    return phase, "good", _("Look at the scores"), reverse("patients:chart", args=[patient.pk])
