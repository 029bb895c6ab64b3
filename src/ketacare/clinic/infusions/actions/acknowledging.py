"""Saying that one saw a crossed limit, and what one does: the only thing that takes the alert away."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.infusions.actions.stepping import allow
from ketacare.clinic.infusions.models import LimitAlert, Session
from ketacare.clinic.work import actions as work
from ketacare.clinic.work.models import TaskKind
from ketacare.core.errors import ErrorCode, InputError


@transaction.atomic
def acknowledge(*, alert: LimitAlert, words: str, by: User, now: datetime) -> LimitAlert:
    """Record who saw it and what they do; somebody else's word that came first stands."""
    allow(by, Permission.INFUSION_RUN)
    current = (
        LimitAlert.objects.select_for_update(of=("self",))
        .select_related("session", "acknowledged_by")
        .get(pk=alert.pk)
    )
    if current.acknowledged_at is not None:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("{who} has acknowledged it already.").format(who=current.acknowledged_by),
        )
    current.acknowledged_by, current.acknowledged_at = by, now
    current.words = words.strip()[:400]
    current.save(update_fields=["acknowledged_by", "acknowledged_at", "words"])
    session = current.session
    if not session.alerts.filter(acknowledged_at__isnull=True).exists():
        work.complete_tasks(
            by=by,
            patient_id=session.patient_id,
            kind=TaskKind.OBSERVATION,
            object_id=session.pk,
        )
    Session.objects.filter(pk=session.pk).update(changes=F("changes") + 1)
    audit.record(
        tag=audit.Tag.LIMIT_ACKNOWLEDGED,
        by=by,
        patient_id=session.patient_id,
        object_id=current.pk,
        details={"kind": current.kind, "level": current.level},
    )
    return current
