"""Reading a history: as rows for its page, as records for the core, and what it adds up to."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.history import mapping
from ketacare.clinic.history.models import Diagnosis, Entry, Medicine, Trial
from ketacare.core import record
from ketacare.core.history import PointsStage, Stage, TrialJudgement, points_of, stage
from ketacare.core.measures import rate_all
from ketacare.knowledge.load import (
    load_instruments,
    load_staging,
    load_staging_points,
    load_treatments,
    staging_ids,
    staging_points_ids,
)

AnyEntry = TypeVar("AnyEntry", bound=Entry)

KINDS: Mapping[str, type[Diagnosis | Trial | Medicine]] = {
    "diagnosis": Diagnosis,
    "trial": Trial,
    "medicine": Medicine,
}


def diagnoses_of(patient_id: uuid.UUID) -> tuple[record.Diagnosis, ...]:
    """Return the diagnoses that stand."""
    return tuple(mapping.diagnosis_of(row) for row in _standing(Diagnosis, patient_id))


def trials_of(patient_id: uuid.UUID) -> tuple[record.TreatmentTrial, ...]:
    """Return the trials of treatment that stand."""
    return tuple(mapping.trial_of(row) for row in _standing(Trial, patient_id))


def medicines_of(patient_id: uuid.UUID) -> tuple[record.Medicine, ...]:
    """Return the medicines that stand, ended ones too."""
    return tuple(mapping.medicine_of(row) for row in _standing(Medicine, patient_id))


def rows_of(kind: type[AnyEntry], patient_id: uuid.UUID) -> QuerySet[AnyEntry]:
    """Return all rows of a kind, corrected and struck out ones too, with who said what."""
    told = () if kind is Diagnosis else ("told",)
    return kind.objects.filter(patient_id=patient_id).select_related(
        "entered_by", "struck_by", "superseded_by__entered_by", "patient", *told
    )


def entry_for(user: User, kind: type[AnyEntry], entry_id: uuid.UUID) -> AnyEntry:
    """Return one row this person may change: unknown 404, not allowed 403."""
    found = kind.objects.select_related("patient", "entered_by").filter(pk=entry_id).first()
    if found is None:
        raise Http404(_("There is no such entry in a history."))
    if not may(user, Permission.HISTORY_EDIT):
        raise PermissionDenied(_("Your role does not change histories."))
    return found


def stage_of(
    person: record.Person, *, now: datetime, definition: str = "ketacare_anxiety"
) -> Stage:
    """Return the stage of resistance by one definition, as far as it is known at ``now``."""
    severity = rate_all(person, load_instruments(), now=now)
    return stage(person, load_treatments(), load_staging(definition), now=now, severity=severity)


def stages_of(person: record.Person, *, now: datetime) -> tuple[Stage, ...]:
    """Return the stage by every definition the clinic has, its own first."""
    own = "ketacare_anxiety"
    others = tuple(name for name in staging_ids() if name != own)
    return tuple(stage_of(person, now=now, definition=name) for name in (own, *others))


def points_of_all(
    person: record.Person, trials: Sequence[TrialJudgement], *, now: datetime
) -> tuple[PointsStage, ...]:
    """Return the published staging scores, from the same trials."""
    severity = rate_all(person, load_instruments(), now=now)
    return tuple(
        points_of(person, trials, load_staging_points(name), now=now, severity=severity)
        for name in staging_points_ids()
    )


def _standing(kind: type[AnyEntry], patient_id: uuid.UUID) -> QuerySet[AnyEntry]:
    return rows_of(kind, patient_id).filter(superseded_by__isnull=True, struck_at__isnull=True)
