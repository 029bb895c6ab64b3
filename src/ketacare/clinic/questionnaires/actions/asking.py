"""Asking by link: making, withdrawing and renewing links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.questionnaires import links
from ketacare.clinic.questionnaires.access import askable, draft_key, names_of, owner_of
from ketacare.clinic.questionnaires.models import AdaptiveTest, Request
from ketacare.clinic.work import access as work_access
from ketacare.clinic.work import actions as work
from ketacare.clinic.work.models import Task, TaskKind
from ketacare.core.errors import ErrorCode, InputError

# The clinic's own ways of working: nothing clinical is decided by these.
DUE_AFTER = timedelta(days=2)
WORKS_FOR = timedelta(days=7)
CARRY_OVER = timedelta(hours=48)  # kept answers older than this are about another two weeks


@transaction.atomic
def send_request(
    *,
    patient: Patient,
    instruments: Sequence[str],
    by: User | None,
    now: datetime,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> tuple[Request, str]:
    """Return a new request and its token; the address is ``/q/<token>/``.

    Nothing is sent to anybody: the team copies the link. Raises :class:`InputError` for a
    questionnaire that cannot be sent and for times that are not in order.
    """
    known = askable()
    wrong = [name for name in instruments if name not in known]
    if wrong or not instruments:
        raise InputError(
            ErrorCode.UNKNOWN_NAME,
            _("Choose at least one of {names}.").format(
                names=", ".join(i.name for i in known.values())
            ),
            where="instruments",
        )
    return make_request(
        patient=patient,
        instruments=instruments,
        by=by,
        now=now,
        due_at=due_at,
        expires_at=expires_at,
    )


def make_request(
    *,
    patient: Patient,
    instruments: Sequence[str],
    by: User | None,
    now: datetime,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> tuple[Request, str]:
    """Return a new request for what can be asked, and its token; within the caller's transaction."""
    due_at, expires_at = due_at or now + DUE_AFTER, expires_at or now + WORKS_FOR
    expires_at = expires_at.replace(microsecond=0)
    if not now < due_at <= expires_at:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("The answers are due after now and before the link ends: correct one of the two."),
            where="due_at",
        )
    request = Request(
        patient=patient,
        instruments=list(dict.fromkeys(instruments)),
        sent_at=now,
        due_at=due_at,
        expires_at=expires_at,
        created_by=by,
    )
    token = links.token_of(request.pk, expires_at)
    request.token_digest = links.digest_of(token)
    request.save()
    _audit(audit.Tag.QUESTIONNAIRE_SENT, by or audit.SYSTEM, request)
    work.open_task(
        by=by or audit.SYSTEM,
        patient_id=patient.pk,
        kind=TaskKind.QUESTIONNAIRE,
        sentence=_("{names} not answered yet: ask, or send a new link.").format(
            names=names_of(request)
        ),
        role=Role.NURSE,
        due_at=due_at,
        object_id=request.pk,
    )
    return request, token


@transaction.atomic
def revoke(*, request: Request, by: User, now: datetime, reason: str) -> Request:
    """Withdraw a link that was not used: it stops working at once."""
    if not reason.strip():
        raise InputError(ErrorCode.MISSING_KEY, _("Say why the link is withdrawn."), where="reason")
    current = Request.objects.select_for_update().get(pk=request.pk)
    if current.used_at is not None:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            _("The answers are here already: there is nothing to withdraw."),
        )
    if current.revoked_at is None:
        current.revoked_at, current.revoked_by = now, by
        current.revoked_reason = reason.strip()
        current.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
        _audit(audit.Tag.QUESTIONNAIRE_CANCELLED, by, current, reason=reason)
        for task in tasks_of(current):
            work.cancel_task(by=by, task=task, reason=reason)
    return current


@transaction.atomic
def renew(*, request: Request, by: User, now: datetime) -> tuple[Request, str]:
    """Return a new request in the place of one that was not answered; its old link ends.

    Answers kept less than 48 hours ago move to the new link, so that nobody answers twice; those
    of a link that was withdrawn do not: it may have been in the wrong hands.
    """
    old_token = links.token_of(request.pk, request.expires_at)
    kept = work_access.draft_of(owner_of(old_token), draft_key(request))
    withdrawn = request.revoked_at is not None
    if not withdrawn:
        revoke(request=request, by=by, now=now, reason=_("A new link was made."))
    test = AdaptiveTest.objects.filter(request=request).first()
    make = send_request if test is None else make_request
    new, token = make(patient=request.patient, instruments=request.instruments, by=by, now=now)
    if test is not None:
        fresh = request.started_at is not None and now - request.started_at <= CARRY_OVER
        AdaptiveTest.objects.create(
            request=new,
            bank=test.bank,
            bank_version=test.bank_version,
            wording=test.wording,
            answers=test.answers if fresh and not withdrawn else [],
        )
    if kept is not None:
        if not withdrawn and now - kept.updated_at <= CARRY_OVER:
            work.save_draft(by=owner_of(token), key=draft_key(new), data=kept.data)
        work.discard_draft(by=owner_of(old_token), key=draft_key(request))
    return new, token


@transaction.atomic
def open_link(*, request: Request, now: datetime) -> None:
    """Note the first time a link was opened."""
    if request.opened_at is None and request.state(now) is Request.State.OPEN:
        Request.objects.filter(pk=request.pk, opened_at__isnull=True).update(opened_at=now)
        _audit(audit.Tag.QUESTIONNAIRE_OPENED, audit.PATIENT_BY_LINK, request)


def tasks_of(request: Request) -> list[Task]:
    """Return the open tasks that ask for these answers."""
    return list(
        Task.objects.filter(
            patient_id=request.patient_id,
            kind=TaskKind.QUESTIONNAIRE,
            object_id=str(request.pk),
            done_at__isnull=True,
            cancelled_at__isnull=True,
        )
    )


def _audit(tag: audit.Tag, by: User | audit.Actor, request: Request, *, reason: str = "") -> None:
    audit.record(
        tag=tag,
        by=by,
        patient_id=request.patient_id,
        object_id=request.pk,
        details={"instruments": request.instruments},
        reason=reason,
    )
