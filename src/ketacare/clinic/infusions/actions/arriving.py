"""The steps of the check-in: answers recorded by whoever may give them, or the reason for leaving one out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.eligibility import actions as eligibility
from ketacare.clinic.infusions import arriving, checks
from ketacare.clinic.infusions.actions.stepping import allow, begin, finish, reasoned
from ketacare.clinic.infusions.models import OPEN_PHASES, Phase, Session, Step
from ketacare.core.errors import ErrorCode, InputError
from ketacare.knowledge.load import load_check_in
from ketacare.knowledge.loading.visit import CheckInStep

_BEFORE = (Phase.CHECKED_IN, Phase.READY)


@transaction.atomic
def answer_step(
    *,
    session: Session,
    step: str,
    answers: Mapping[str, bool | float | str],
    by: User,
    now: datetime,
) -> None:
    """Record the answers of one step; refused for a role that does not do it."""
    _may_do(_step(step), by)
    answer(session=session, answers=answers, by=by, now=now)


@transaction.atomic
def answer(
    *, session: Session, answers: Mapping[str, bool | float | str], by: User, now: datetime
) -> None:
    """Record answers about a person who is here, and tell every page that shows the session."""
    allow(by, Permission.ELIGIBILITY_EDIT)
    eligibility.record_answers(session.patient, answers, by=by, now=now)
    Session.objects.filter(pk=session.pk, phase__in=OPEN_PHASES).update(changes=F("changes") + 1)


@transaction.atomic
def skip_step(*, session: Session, step: str, reason: str, by: User, now: datetime) -> Session:
    """Leave a step out with a reason, which stays as a mark; refused where a rule holds it up."""
    known = _step(step)
    _may_do(known, by)
    current = begin(
        session,
        by=by,
        permission=Permission.INFUSION_RUN,
        expected_version=None,
        phases=_BEFORE,
        act=Step.Act.SKIP,
    )
    person = checks.person_of(current, now=now)
    steps = arriving.arrival_of(
        current, checks.before_dose(current, now=now, person=person), person
    )
    [found] = [each for each in steps if each.step.id == known.id]
    if not found.may_be_skipped:
        raise InputError(ErrorCode.NOT_ALLOWED, _why_not(found), where="words")
    text = reasoned(reason, _("Say why this step is left out."))
    finish(current, act=Step.Act.SKIP, by=by, now=now, text=text, override=True, subject=known.id)
    audit.record(
        tag=audit.Tag.INFUSION_STEP_SKIPPED,
        by=by,
        patient_id=current.patient_id,
        object_id=current.pk,
        details={"step": known.id},
        reason=text,
    )
    return current


def _step(name: str) -> CheckInStep:
    known = load_check_in().step(name)
    if known is None:
        raise InputError(ErrorCode.UNKNOWN_NAME, _("There is no such step of the check-in."))
    return known


def _may_do(step: CheckInStep, by: User) -> None:
    if by.role not in step.roles:
        names = " / ".join(str(Role(role).label) for role in step.roles)
        raise PermissionDenied(
            _("“{title}” is done by: {names}.").format(title=step.title, names=names)
        )


def _why_not(found: arriving.Arrival) -> str:
    if found.is_settled:
        return _("This step is settled already; nothing is left to skip.")
    if found.overridable:
        names = " / ".join(
            dict.fromkeys(
                str(role.label) for each in found.overridable for role in arriving.signers_of(each)
            )
        )
        return _(
            "A rule holds this step up: it can be overridden with a reason by {names}."
        ).format(names=names)
    return _("A hard stop rests on this step: nobody can leave it out.")
