"""Reading answers, overrides and reviews; asking the policy's rules about one person."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.eligibility.mapping import digest_of, fact_of
from ketacare.clinic.eligibility.models import Answer, Override, Review
from ketacare.clinic.patients.models import Patient
from ketacare.core.history import Stage
from ketacare.core.record import Fact, Person
from ketacare.core.safety import RuleFinding, SessionContext, Station, screen
from ketacare.knowledge.load import load_policy, load_treatments

# An override at the bedside is for this visit; the answers of a visit last as long (facts.toml).
VISIT = timedelta(hours=12)
Finding = tuple[RuleFinding, Override | None]


def facts_of(patient_id: uuid.UUID) -> tuple[Fact, ...]:
    """Return the answers that stand, oldest first; codes the policy has dropped are left out."""
    known = load_policy().facts
    rows = (
        Answer.objects.filter(patient_id=patient_id, superseded_by__isnull=True, code__in=known)
        .select_related("by")
        .only("code", "value", "at", "unit", "note", "by__display_name")
    )
    return tuple(fact_of(row) for row in rows)


def answers_of(patient_id: uuid.UUID) -> QuerySet[Answer]:
    """Return every answer ever given, corrected ones too, oldest first."""
    return Answer.objects.filter(patient_id=patient_id).select_related("by", "superseded_by__by")


def newest_answers(patient_id: uuid.UUID) -> dict[str, Answer]:
    """Return the newest answer that stands to each question."""
    return {row.code: row for row in answers_of(patient_id).filter(superseded_by__isnull=True)}


def overrides_of(patient_id: uuid.UUID) -> QuerySet[Override]:
    """Return every override, newest first, withdrawn ones too."""
    return Override.objects.filter(patient_id=patient_id).select_related(
        "by", "cosigned_by", "withdrawn_by"
    )


def override_for(user: User, override_id: uuid.UUID) -> Override:
    """Return one override this person may sign or withdraw."""
    found = (
        Override.objects.select_related("patient", "by", "cosigned_by")
        .filter(pk=override_id)
        .first()
    )
    if found is None:
        raise Http404(_("There is no such override."))
    if not may(user, Permission.ELIGIBILITY_COSIGN):
        raise PermissionDenied(_("Your role does not sign overrides."))
    return found


def reviews_of(patient_id: uuid.UUID) -> QuerySet[Review]:
    """Return the signed reviews, newest first."""
    return Review.objects.filter(patient_id=patient_id).select_related("by")


def latest_review(patient_id: uuid.UUID) -> Review | None:
    """Return the newest signed review, or ``None``."""
    return reviews_of(patient_id).first()


def latest_reviews(patient_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Review]:
    """Return the newest review of each of several people, in one query."""
    rows = Review.objects.filter(patient_id__in=patient_ids).order_by("at")
    return {row.patient_id: row for row in rows}


def findings(
    patient: Patient,
    station: Station,
    *,
    now: datetime,
    context: SessionContext | None = None,
    person: Person | None = None,
    stage: Stage | None = None,
) -> list[Finding]:
    """Return what every rule of a station says about a patient now, each with its override.

    The override is the newest one that still stands for the same facts: complete or still waiting
    for a second signature (see ``Override.is_complete``). ``person`` and ``stage`` save work when
    they are at hand.
    """
    from ketacare.clinic.patients.mapping import person_record

    record = person or person_record(patient.pk, now=now, patient=patient)
    found = screen(
        record,
        load_policy(),
        load_treatments(),
        station=station,
        now=now,
        context=with_stage(record, context or SessionContext(), now=now, stage=stage),
    )
    signed = list(overrides_of(patient.pk).filter(station=station.value, at__lte=now))
    return [(finding, standing_override(finding, signed, now=now)) for finding in found]


def with_stage(
    person: Person, context: SessionContext, *, now: datetime, stage: Stage | None = None
) -> SessionContext:
    """Return the context with what the history says about resistance, unless it is given."""
    if context.stage_resistant is not None:
        return context
    if stage is None:
        from ketacare.clinic.history.access import stage_of

        stage = stage_of(person, now=now)
    open_criteria = [criterion.name for criterion in stage.criteria if criterion.met is not True]
    return replace(
        context,
        stage_resistant=stage.resistant,
        stage_lacks_only_therapy=open_criteria == ["therapies"],
    )


def standing_override(
    finding: RuleFinding, signed: Sequence[Override], *, now: datetime
) -> Override | None:
    """Return the newest override of this very finding that was not withdrawn and is not too old."""
    if not finding.needs_override:
        return None
    digest = digest_of(finding)
    for override in signed:
        at_bedside = finding.station not in {Station.ELIGIBILITY, Station.FOLLOW_UP}
        if (
            override.withdrawn_at is None
            and override.digest == digest
            and not (at_bedside and now - override.at > VISIT)
        ):
            return override
    return None


def is_held(finding: RuleFinding, override: Override | None) -> bool:
    """Return whether care is held up here: a stop, or an override that is lacking or half signed."""
    return finding.stops or (
        finding.needs_override and (override is None or not override.is_complete)
    )
