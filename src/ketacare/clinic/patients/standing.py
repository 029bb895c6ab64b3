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
    """One person's phase, how much it matters now, and the next step with its page."""

    patient: Patient
    phase: str
    level: str
    next_step: str
    address: str
    appointment: datetime | None


def with_standing(patients: QuerySet[Patient]) -> QuerySet[Patient]:
    """Return the patients with everything :func:`standing_of` looks at."""
    return patients.order_by("family_name", "given_name").annotate(
        trial_count=Count("trial_entries", distinct=True),
        diagnosis_count=Count("diagnosis_entries", distinct=True),
    ).prefetch_related(
        Prefetch("reviews", queryset=Review.objects.defer("findings").order_by("-at")),
        Prefetch("plans", queryset=Plan.objects.order_by("-signed_at")),
        Prefetch("infusion_sessions", queryset=Session.objects.order_by("scheduled_at")),
    )


def standing_of(patient: Patient, *, now: datetime, waiting: Mapping[uuid.UUID, str]) -> Standing:
    """Return where one person stands; ``waiting`` are the open decisions with their reason."""
    sessions = list(patient.infusion_sessions.all())
    coming = next(
        (s for s in sessions if s.phase == Phase.SCHEDULED and s.scheduled_at >= now), None
    )
    phase, level, step, address = _where(patient, sessions, coming, waiting, now=now)
    return Standing(
        patient=patient,
        phase=phase,
        level=level,
        next_step=step,
        address=address,
        appointment=None if coming is None else coming.scheduled_at,
    )


def _where(
    patient: Patient,
    sessions: list[Session],
    coming: Session | None,
    waiting: Mapping[uuid.UUID, str],
    *,
    now: datetime,
) -> tuple[str, str, str, str]:
    def page(route: str) -> str:
        return reverse(route, args=[patient.pk])

    if patient.closed_at is not None:
        return _("Care closed"), "none", patient.closed_reason, page("patients:chart")
    here = next((s for s in sessions if s.phase in OPEN_PHASES), None)
    if here is not None:
        text = _("In the clinic: {phase}").format(phase=here.get_phase_display().lower())
        return text, "info", _("Open the infusion"), reverse("infusions:session", args=[here.pk])
    if patient.pk in waiting:
        return _("Plan needs a decision"), "watch", waiting[patient.pk], page("plans:overview")
    review = next(iter(patient.reviews.all()), None)
    plan = next((p for p in patient.plans.all() if p.is_active), None)
    if review is None and plan is None:
        if not getattr(patient, "trial_count", 0) or not getattr(patient, "diagnosis_count", 0):
            return _("Referred"), "watch", _("Take the history"), page("history:overview")
        return _("History"), "watch", _("Review eligibility"), page("eligibility:review")
    if plan is not None:
        return _in_course(patient, plan, sessions, coming)
    if review is not None and review.decision != Review.Decision.ELIGIBLE:
        return (
            str(review.get_decision_display()),
            "none",
            review.note[:120],
            page("eligibility:review"),
        )
    if any(s.started_at for s in sessions):
        return _("Follow-up"), "good", _("Look at the scores"), page("patients:chart")
    return _("Eligible"), "watch", _("Make a plan"), page("plans:overview")


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
