"""The call on the day after: opened when somebody leaves, done with what was heard.

Who was not reached is called again; what the person reports goes to the psychiatrist.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.infusions.actions.stepping import begin, finish
from ketacare.clinic.infusions.models import Phase, Session, Step
from ketacare.clinic.work import actions as work
from ketacare.clinic.work.models import TaskKind
from ketacare.core.errors import ErrorCode, InputError

# The clinic's habit, not a limit of the policy: 24 h after leaving, and tries a few hours apart.
CALL_AFTER = timedelta(hours=24)
TRY_AGAIN_AFTER = timedelta(hours=3)
ANSWER_WITHIN = timedelta(hours=4)


def plan_call(session: Session, *, by: User, now: datetime) -> datetime:
    """Open the call that is due after this discharge; return when."""
    due_at = now + CALL_AFTER
    work.open_task(
        by=by,
        patient_id=session.patient_id,
        kind=TaskKind.CALL,
        sentence=_("Call the day after the infusion."),
        role=Role.NURSE,
        due_at=due_at,
        object_id=session.pk,
    )
    return due_at


@transaction.atomic
def record_call(
    *,
    session: Session,
    reached: bool,
    well: bool | None,
    words: str,
    by: User,
    now: datetime,
) -> Session:
    """Record one try of the call: not reached, well, or what the person reports."""
    current = begin(
        session,
        by=by,
        permission=Permission.INFUSION_RUN,
        expected_version=None,
        phases=(Phase.DISCHARGED,),
        act=Step.Act.CALL,
    )
    said = words.strip()
    if reached and well is None:
        raise InputError(
            ErrorCode.MISSING_KEY, _("Say whether the person is well."), where="outcome"
        )
    if reached and not well and not said:
        raise InputError(ErrorCode.MISSING_KEY, _("Say what the person reports."), where="words")
    if not reached:
        heard = _("Not reached.")
        work.open_task(
            by=by,
            patient_id=current.patient_id,
            kind=TaskKind.CALL,
            sentence=_("Call after the infusion again: not reached."),
            role=Role.NURSE,
            due_at=now + TRY_AGAIN_AFTER,
            object_id=current.pk,
        )
    else:
        heard = _("Well.") if well else _("Reports something.")
        work.complete_tasks(
            by=by, patient_id=current.patient_id, kind=TaskKind.CALL, object_id=current.pk
        )
    if reached and not well:
        work.open_task(
            by=by,
            patient_id=current.patient_id,
            kind=TaskKind.FOLLOW_UP,
            sentence=_("Something was reported in the call after the infusion: read its log."),
            role=Role.PSYCHIATRIST,
            due_at=now + ANSWER_WITHIN,
            object_id=current.pk,
        )
    finish(current, act=Step.Act.CALL, by=by, now=now, text=f"{heard} {said}".strip())
    audit.record(
        tag=audit.Tag.INFUSION_CALLED,
        by=by,
        patient_id=current.patient_id,
        object_id=current.pk,
        details={"reached": reached, "well": well},
    )
    return current
