"""Reading plans, advice and decisions: fetch and authorise in one call, and what other rooms ask.

Functions that take a person (``user``) authorise; those that take a patient's id are for rooms
that have authorised already.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.patients import access as patients
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.plans.models import AdviceSnapshot, Comparison, Decision, Plan
from ketacare.clinic.plans.watching import sentence_of


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsDecision:
    """One patient whose plan needs a decision, and why in one sentence."""

    patient: Patient
    sentence: str
    since: datetime

    @property
    def patient_id(self) -> uuid.UUID:
        """The patient's id."""
        return self.patient.pk


@dataclass(frozen=True, slots=True, kw_only=True)
class StandsOut:
    """One patient in whose course something stands out: what, since when, how often it is right."""

    patient: Patient
    sentence: str
    since: datetime | None
    accuracy: str


def active_plan(patient_id: uuid.UUID) -> Plan | None:
    """Return the plan in force, or ``None``."""
    return _plans().filter(patient_id=patient_id, status=Plan.Status.ACTIVE).first()


def plan_by_id(plan_id: uuid.UUID) -> Plan | None:
    """Return a plan that another room refers to."""
    return _plans().filter(pk=plan_id).first()


def plans_of(patient_id: uuid.UUID) -> QuerySet[Plan]:
    """Return every plan of a patient, newest first."""
    return _plans().filter(patient_id=patient_id)


def latest_advice(patient_id: uuid.UUID) -> AdviceSnapshot | None:
    """Return the newest snapshot, or ``None`` before the first was computed."""
    return (
        AdviceSnapshot.objects.filter(patient_id=patient_id, is_latest=True)
        .select_related("computed_by")
        .first()
    )


def decisions_of(patient_id: uuid.UUID) -> QuerySet[Decision]:
    """Return every decision about a patient, newest first."""
    return Decision.objects.filter(patient_id=patient_id).select_related("by", "plan", "snapshot")


def last_decision(patient_id: uuid.UUID) -> Decision | None:
    """Return the newest decision, or ``None``."""
    return decisions_of(patient_id).first()


def needs_decision(patient_id: uuid.UUID) -> bool:
    """Return whether the newest advice asks for a decision nobody has taken yet."""
    return _waiting().filter(patient_id=patient_id).exists()


def decision_needed(patient_id: uuid.UUID) -> NeedsDecision | None:
    """Return what has to be decided about one patient, or ``None``."""
    found = _waiting().filter(patient_id=patient_id).first()
    return None if found is None else _needed(found)


def patients_needing_decision() -> tuple[NeedsDecision, ...]:
    """Return everybody under care whose plan needs a decision, the longest waiting first."""
    waiting = _waiting().filter(patient__closed_at__isnull=True).order_by("asked_at")
    return tuple(_needed(snapshot) for snapshot in waiting)


def patients_standing_out(*, now: datetime) -> tuple[StandsOut, ...]:
    """Return everybody under care in whose course the watch sees something, longest first.

    A decision on the newest advice answers what the scores say, until the next one; silence is
    answered by a score.
    """
    seen = Q(watch_raised=True, decisions__isnull=True) | Q(silent_from__lt=now)
    rows = (
        AdviceSnapshot.objects.filter(seen, is_latest=True, patient__closed_at__isnull=True)
        .select_related("patient")
        .defer("inputs", "data", "beside")
        .distinct()
    )
    found = []
    for snapshot in rows:
        sentence, since, sure = sentence_of(snapshot, now=now)
        found.append(
            StandsOut(patient=snapshot.patient, sentence=sentence, since=since, accuracy=sure)
        )
    return tuple(sorted(found, key=lambda row: row.since or now))


def patient_for(user: User, patient_id: uuid.UUID) -> Patient:
    """Return a patient whose plan this person may see."""
    return patients.get_patient(user, patient_id, Permission.PLAN_VIEW)


def patient_to_sign_for(user: User, patient_id: uuid.UUID) -> Patient:
    """Return a patient whose plan this person may sign."""
    patient = patient_for(user, patient_id)
    if not may(user, Permission.PLAN_SIGN):
        raise PermissionDenied(_("Only a psychiatrist signs plans."))
    return patient


def snapshot_for(user: User, patient_id: uuid.UUID, number: int) -> AdviceSnapshot:
    """Return one snapshot of a patient whose plan this person may see."""
    patient_for(user, patient_id)
    found = (
        AdviceSnapshot.objects.filter(patient_id=patient_id, number=number)
        .select_related("computed_by")
        .first()
    )
    if found is None:
        raise Http404(_("No options with this number were computed for this patient."))
    return found


def decision_for(user: User, patient_id: uuid.UUID, number: int) -> Decision:
    """Return one decision about a patient whose plan this person may see."""
    patient_for(user, patient_id)
    found = decisions_of(patient_id).filter(number=number).first()
    if found is None:
        raise Http404(_("There is no decision with this number about this patient."))
    return found


def all_decisions() -> QuerySet[Decision]:
    """Return every decision of the clinic, for counting."""
    return Decision.objects.order_by("at")


def all_plans() -> QuerySet[Plan]:
    """Return every plan of the clinic, for counting."""
    return Plan.objects.order_by("signed_at")


def all_comparisons() -> QuerySet[Comparison]:
    """Return every score that was held against the forecast stored before it."""
    return Comparison.objects.order_by("at")


def comparisons_of(patient_id: uuid.UUID) -> QuerySet[Comparison]:
    """Return a patient's scores that were held against a forecast, with when it was made."""
    return (
        Comparison.objects.filter(patient_id=patient_id)
        .select_related("snapshot")
        .defer("snapshot__inputs", "snapshot__data", "snapshot__beside", "snapshot__watch")
        .order_by("at")
    )


def snapshot_before(patient_id: uuid.UUID, at: datetime) -> AdviceSnapshot | None:
    """Return the newest snapshot computed before ``at``, without its inputs."""
    return (
        AdviceSnapshot.objects.filter(patient_id=patient_id, computed_at__lt=at)
        .defer("inputs", "beside")
        .order_by("-computed_at", "-number")
        .first()
    )


def _plans() -> QuerySet[Plan]:
    return Plan.objects.select_related("signed_by", "ended_by")


def _waiting() -> QuerySet[AdviceSnapshot]:
    """Return the newest advice of each patient that asks for a decision nobody has taken."""
    return (
        AdviceSnapshot.objects.filter(is_latest=True, asks=True, decisions__isnull=True)
        .select_related("patient")
        .defer("inputs", "data", "beside")
    )


def _needed(snapshot: AdviceSnapshot) -> NeedsDecision:
    return NeedsDecision(
        patient=snapshot.patient,
        sentence=snapshot.question,
        since=snapshot.asked_at or snapshot.computed_at,
    )
