"""Answers about risk: put on a person, taken on, told to the next, and done."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.questionnaires.models import RiskAnswer
from ketacare.clinic.questionnaires.risk import standing_of
from ketacare.clinic.work import actions as work
from ketacare.clinic.work.models import TaskKind
from ketacare.core.errors import ErrorCode, InputError


@transaction.atomic
def name_risk(*, risk: RiskAnswer, person: User, by: User) -> RiskAnswer:
    """Put an obligation on another psychiatrist; who took it on before has not any more."""
    if person.role != Role.PSYCHIATRIST or not person.is_active:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("{person} is not a psychiatrist of this clinic: choose one who is.").format(
                person=person
            ),
            where="person",
        )
    current = RiskAnswer.objects.select_for_update().get(pk=risk.pk)
    if current.acknowledged_at is not None or current.named_id == person.pk:
        return current
    current.named, current.taken_at, current.taken_by = person, None, None
    current.save()
    _audit(audit.Tag.RISK_NAMED, by, current, person=str(person))
    return current


@transaction.atomic
def take_risk(*, risk: RiskAnswer, by: User, now: datetime) -> RiskAnswer:
    """Acknowledge an obligation: ``by`` has it from now on. Doing it twice changes nothing."""
    current = RiskAnswer.objects.select_for_update().get(pk=risk.pk)
    if current.taken_at is None and current.acknowledged_at is None:
        current.taken_at, current.taken_by = now, by
        current.save()
        _audit(audit.Tag.RISK_TAKEN, by, current)
    return current


@transaction.atomic
def acknowledge_risk(*, risk: RiskAnswer, by: User, now: datetime, note: str) -> RiskAnswer:
    """Say what was done about an answer about risk, which ends it; twice changes nothing."""
    if not note.strip():
        raise InputError(
            ErrorCode.MISSING_KEY, _("Say what you did, in one sentence."), where="note"
        )
    current = RiskAnswer.objects.select_for_update().get(pk=risk.pk)
    if current.acknowledged_at is None:
        if current.taken_at is None:
            current.taken_at, current.taken_by = now, by
        current.acknowledged_at, current.acknowledged_by = now, by
        current.acknowledged_note = note.strip()
        current.save()
        _audit(audit.Tag.RISK_ACKNOWLEDGED, by, current)
        for step in range(current.escalated + 1):
            work.complete_tasks(
                by=by,
                patient_id=current.patient_id,
                kind=TaskKind.RISK,
                object_id=_task_of(current, step),
            )
    return current


def escalate(*, now: datetime) -> int:
    """Tell the next role of every obligation nobody took on, or did, in time; return how many.

    What was told is stored: running it again, or after a long stop, tells each role once.
    """
    waiting = RiskAnswer.objects.filter(acknowledged_at__isnull=True).values_list("pk", flat=True)
    return sum(_escalate(pk, now) for pk in waiting)


@transaction.atomic
def _escalate(pk: uuid.UUID, now: datetime) -> int:
    risk = (
        RiskAnswer.objects.select_for_update(of=("self",))
        .select_related("named", "taken_by", "response")
        .get(pk=pk)
    )
    if risk.acknowledged_at is not None:
        return 0
    found = standing_of(risk, now=now)
    told = found.told[1:]  # the first is whom it was on from the beginning
    fresh = told[risk.escalated :]
    for step, role in enumerate(fresh, start=risk.escalated + 1):
        work.open_task(
            by=audit.SYSTEM,
            patient_id=risk.patient_id,
            kind=TaskKind.RISK,
            sentence=found.sentence[:200],
            role=Role(role),
            due_at=now,
            object_id=_task_of(risk, step),
        )
        _audit(audit.Tag.RISK_ESCALATED, audit.SYSTEM, risk, role=role)
    if fresh:
        risk.escalated = len(told)
        risk.save(update_fields=["escalated"])
    return len(fresh)


def _task_of(risk: RiskAnswer, step: int) -> str:
    return str(risk.pk) if step == 0 else f"{risk.pk}:{step}"


def _audit(tag: audit.Tag, by: User | audit.Actor, risk: RiskAnswer, **details: str) -> None:
    audit.record(
        tag=tag,
        by=by,
        patient_id=risk.patient_id,
        object_id=risk.pk,
        details={"code": risk.code, **details},
    )
