"""The call on the day after: opened when somebody leaves, done with what was heard.

Who was not reached is called again; what the person reports goes to the psychiatrist.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.infusions.actions.stepping import begin, finish
from ketacare.clinic.infusions.models import Phase, Session, Step
from ketacare.clinic.work import actions as work
from ketacare.clinic.work.models import TaskKind
from ketacare.core.errors import ErrorCode, InputError
from ketacare.knowledge.load import load_calls

_NEXT_DAY = gettext_lazy("Call the day after the infusion.")


def plan_call(session: Session, *, by: User, now: datetime, early: bool = False) -> datetime:
    """Open the call that is due after this discharge, sooner for who left ``early``; return when."""
    calls = load_calls()
    due_at = now + (calls.after_leaving_early if early else calls.after)
    said = _("Call: left before the criteria were met.") if early else _NEXT_DAY
    _open_call(session, str(said), by=by, due_at=due_at)
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
    calls = load_calls()
    if reached and well is None:
        raise InputError(
            ErrorCode.MISSING_KEY, _("Say whether the person is well."), where="outcome"
        )
    if reached and not well and not said:
        raise InputError(ErrorCode.MISSING_KEY, _("Say what the person reports."), where="words")
    if not reached:
        heard = _("Not reached.")
        again = _("Call after the infusion again: not reached.")
        _open_call(current, again, by=by, due_at=now + calls.try_again)
    else:
        heard = _("Well.") if well else _("Reports something.")
        work.complete_tasks(
            by=by, patient_id=current.patient_id, kind=TaskKind.CALL, object_id=current.pk
        )
        left_at = current.discharged_at
        if left_at is not None and now - left_at < calls.after / 2:  # the early call was this one
            _open_call(current, str(_NEXT_DAY), by=by, due_at=left_at + calls.after)
    if reached and not well:
        work.open_task(
            by=by,
            patient_id=current.patient_id,
            kind=TaskKind.FOLLOW_UP,
            sentence=_("Something was reported in the call after the infusion: read its log."),
            role=Role.PSYCHIATRIST,
            due_at=now + calls.answer_within,
            object_id=current.pk,
        )
    finish(
        current,
        act=Step.Act.CALL,
        by=by,
        now=now,
        text=f"{heard} {said}".strip(),
        subject=Step.Call.REACHED if reached else Step.Call.NOT_REACHED,
    )
    audit.record(
        tag=audit.Tag.INFUSION_CALLED,
        by=by,
        patient_id=current.patient_id,
        object_id=current.pk,
        details={"reached": reached, "well": well},
    )
    return current


def _open_call(session: Session, sentence: str, *, by: User, due_at: datetime) -> None:
    work.open_task(
        by=by,
        patient_id=session.patient_id,
        kind=TaskKind.CALL,
        sentence=sentence,
        role=Role.NURSE,
        due_at=due_at,
        object_id=session.pk,
    )
