"""Answers that ask for a person the same day: who is told, and by when.

Which answers these are is content (``[[alert]]`` in the instrument's file). The task goes to the
psychiatrist and stays on the board until somebody says what was done.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.questionnaires.models import Response, RiskAnswer
from ketacare.clinic.work import actions as work
from ketacare.clinic.work.models import TaskKind
from ketacare.core.measures import Scored

# The clinic's own aim, at any hour: an answer is late on the board from then on.
ACT_WITHIN = timedelta(hours=2)
ASK_WITHIN = timedelta(hours=24)


def raise_risks(row: Response, scored: Scored, *, by: User | None, now: datetime) -> None:
    """Open one task per answer about risk; part of the transaction that stores the answers.

    Old answers that are entered later are told as well: nobody may have seen the paper.
    """
    if row.items is None:
        return  # only a total was reported: there is no item to act on
    for alert in scored.alerts:
        late = ACT_WITHIN if alert.raised else ASK_WITHIN
        risk = RiskAnswer.objects.create(
            patient=row.patient,
            response=row,
            item=alert.rule.item,
            value=alert.value,
            code=alert.rule.code,
            sentence=alert.sentence[:300],
            raised_at=now,
            due_at=now + late,
        )
        actor = by or audit.PATIENT_BY_LINK
        audit.record(
            tag=audit.Tag.RISK_RAISED,
            by=actor,
            patient_id=row.patient_id,
            object_id=risk.pk,
            details={"code": risk.code, "answered": alert.value is not None},
        )
        work.open_task(
            by=actor,
            patient_id=row.patient_id,
            kind=TaskKind.RISK,
            sentence=_task_sentence(scored, alert.rule.item, raised=bool(alert.raised)),
            role=Role.PSYCHIATRIST,
            due_at=risk.due_at,
            object_id=risk.pk,
        )


def _task_sentence(scored: Scored, item: int, *, raised: bool) -> str:
    name = scored.instrument.name
    if raised:
        return _(
            "{name} item {item} (thoughts of death or self-harm): speak to them today."
        ).format(name=name, item=item)
    return _("{name} item {item} (thoughts of death or self-harm) was left out: ask it.").format(
        name=name, item=item
    )
