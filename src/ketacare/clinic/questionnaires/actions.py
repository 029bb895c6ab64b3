"""Asking by link, keeping answers as they are given, and taking them into the record.

Answers are scored by the core before they are stored, so that what cannot be scored or is out of
range is never kept. An answer about risk opens a task for the psychiatrist in the same
transaction. Options for the next step are computed after the commit; should that fail, the score
is in the record all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.questionnaires import links
from ketacare.clinic.questionnaires.models import Request, Response, RiskAnswer
from ketacare.clinic.questionnaires.risk import raise_risks
from ketacare.clinic.work import access as work_access
from ketacare.clinic.work import actions as work
from ketacare.clinic.work.models import Task, TaskKind
from ketacare.clinic.work.owners import Owner
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.measures import Instrument, Scored, score
from ketacare.core.record import Rater, Score
from ketacare.knowledge.load import load_instruments

log = logging.getLogger(__name__)

# The clinic's own ways of working: nothing clinical is decided by these.
DUE_AFTER = timedelta(days=2)
WORKS_FOR = timedelta(days=7)
CARRY_OVER = timedelta(hours=48)  # kept answers older than this are about another two weeks
SKIPPED = "skip"
CLOCK_SLACK = timedelta(minutes=2)


def askable() -> dict[str, Instrument]:
    """Return the questionnaires that can be sent: answered by the patient, free to show."""
    return {
        name: instrument
        for name, instrument in load_instruments().items()
        if instrument.rater is Rater.PATIENT and instrument.wording.may_be_shown
    }


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
    due_at, expires_at = due_at or now + DUE_AFTER, expires_at or now + WORKS_FOR
    expires_at = expires_at.replace(microsecond=0)
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
        for task in _tasks(current):
            work.cancel_task(by=by, task=task, reason=reason)
    return current


@transaction.atomic
def renew(*, request: Request, by: User, now: datetime) -> tuple[Request, str]:
    """Return a new request in the place of one that was not answered; its old link ends.

    Answers kept less than 48 hours ago move to the new link, so that nobody answers twice.
    """
    old_token = links.token_of(request.pk, request.expires_at)
    kept = work_access.draft_of(owner_of(old_token), draft_key(request))
    if request.revoked_at is None:
        revoke(request=request, by=by, now=now, reason=_("A new link was made."))
    new, token = send_request(
        patient=request.patient, instruments=request.instruments, by=by, now=now
    )
    if kept is not None:
        if now - kept.updated_at <= CARRY_OVER:
            work.save_draft(by=owner_of(token), key=draft_key(new), data=kept.data)
        work.discard_draft(by=owner_of(old_token), key=draft_key(request))
    return new, token


@transaction.atomic
def open_link(*, request: Request, now: datetime) -> None:
    """Note the first time a link was opened."""
    if request.opened_at is None and request.state(now) is Request.State.OPEN:
        Request.objects.filter(pk=request.pk, opened_at__isnull=True).update(opened_at=now)
        _audit(audit.Tag.QUESTIONNAIRE_OPENED, audit.PATIENT_BY_LINK, request)


@transaction.atomic
def keep_answer(
    *, request: Request, token: str, instrument: str, item: int, value: int | None, now: datetime
) -> None:
    """Keep one answer until all are sent; ``None`` is "I would rather not answer".

    Two windows of one link add to the same answers; the last one given to a question counts.
    """
    current = _usable(request, now)
    chosen = askable()[instrument].item(item)
    if value is not None and value not in chosen.values:
        raise InputError(
            ErrorCode.OUT_OF_RANGE, _("Choose one of the answers on the page."), where="answer"
        )
    owner, key = owner_of(token), draft_key(current)
    draft = work_access.draft_of(owner, key)
    data = {} if draft is None else dict(draft.data)
    data[f"{instrument}.{item}"] = [SKIPPED if value is None else str(value)]
    work.save_draft(by=owner, key=key, data=data)
    if current.started_at is None:
        current.started_at = now
        current.save(update_fields=["started_at"])


def kept_answers(request: Request, token: str) -> dict[str, dict[int, int | None]]:
    """Return what was answered so far by questionnaire and item; skipped items are ``None``."""
    draft = work_access.draft_of(owner_of(token), draft_key(request))
    found: dict[str, dict[int, int | None]] = {name: {} for name in request.instruments}
    for name, (value, *_more) in ({} if draft is None else draft.data).items():
        instrument, _dot, item = name.rpartition(".")
        if instrument in found:
            found[instrument][int(item)] = None if value == SKIPPED else int(value)
    return found


@transaction.atomic
def answer(
    *,
    request: Request,
    answers: Mapping[str, Sequence[int | None]],
    now: datetime,
    token: str = "",
    refresh: bool = True,
) -> tuple[Response, ...]:
    """Take the answers into the record and end the link; return one response per questionnaire.

    ``answers`` has the items of every questionnaire asked, in order, ``None`` where one was left
    out. Raises :class:`InputError` for a link that ended, and for items that are out of range.
    """
    current = _usable(request, now)
    if set(answers) != set(current.instruments):
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("The answers are not those that were asked for: {names}.").format(
                names=names_of(current)
            ),
        )
    rows = []
    for name in current.instruments:
        reported = Score(
            instrument=name, at=now, items=tuple(answers[name]), wording=_wording(name)
        )
        row = _store(current.patient, reported, by=None, now=now, source="link", request=current)
        _audit_response(audit.Tag.QUESTIONNAIRE_ANSWERED, audit.PATIENT_BY_LINK, row)
        rows.append(row)
    current.used_at = now
    current.started_at = current.started_at or now
    current.save(update_fields=["used_at", "started_at"])
    for task in _tasks(current):
        work.complete_task(by=audit.PATIENT_BY_LINK, task=task)
    if token:
        work.discard_draft(by=owner_of(token), key=draft_key(current))
    _afterwards(current.patient, now=now, by=None, refresh=refresh)
    return tuple(rows)


@transaction.atomic
def record_clinician_score(
    *,
    patient: Patient,
    instrument: str,
    items: Sequence[int | None] | None,
    by: User | None,
    now: datetime,
    at: datetime | None = None,
    total: float | None = None,
    refresh: bool = True,
) -> Response:
    """Record a scale a clinician rated, such as the HAM-A; ``at`` is when, now by default."""
    reported = _reported(
        instrument, items, total=total, at=at or now, rater=Rater.CLINICIAN, now=now
    )
    row = _enter(reported, patient=patient, by=by, now=now)
    _afterwards(patient, now=now, by=by, refresh=refresh)
    return row


@transaction.atomic
def record_paper_score(
    *,
    patient: Patient,
    instrument: str,
    items: Sequence[int | None] | None,
    by: User | None,
    now: datetime,
    at: datetime | None = None,
    total: float | None = None,
    refresh: bool = True,
) -> Response:
    """Record a questionnaire the patient answered on paper; ``total`` when only that is known."""
    reported = _reported(instrument, items, total=total, at=at or now, rater=Rater.PATIENT, now=now)
    row = _enter(reported, patient=patient, by=by, now=now)
    _afterwards(patient, now=now, by=by, refresh=refresh)
    return row


@transaction.atomic
def correct(
    *,
    response: Response,
    items: Sequence[int | None] | None,
    by: User,
    now: datetime,
    reason: str,
    at: datetime | None = None,
    total: float | None = None,
    refresh: bool = True,
) -> Response:
    """Put the right answers in the place of wrong ones; both are kept, with the reason."""
    if not reason.strip():
        raise InputError(ErrorCode.MISSING_KEY, _("Say what was wrong."), where="reason")
    old = Response.objects.select_for_update().get(pk=response.pk)
    if not old.stands:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("Somebody has corrected this already: look at the newest answers first."),
        )
    reported = _reported(
        old.instrument, items, total=total, at=at or old.at, rater=Rater(old.rater), now=now
    )
    row = Response(patient=old.patient)
    old.superseded_by_id = row.pk  # before the new one: one answer to a request stands at a time
    old.corrected_at, old.corrected_by, old.corrected_reason = now, by, reason.strip()
    old.save()
    row = _store(
        old.patient, reported, by=by, now=now, source=old.source, request=old.request, row=row
    )
    _audit_response(audit.Tag.QUESTIONNAIRE_RATED, by, row, reason=reason)
    _afterwards(old.patient, now=now, by=by, refresh=refresh)
    return row


@transaction.atomic
def acknowledge_risk(*, risk: RiskAnswer, by: User, now: datetime, note: str) -> RiskAnswer:
    """Take charge of an answer about risk: say what was done. Doing it twice changes nothing."""
    if not note.strip():
        raise InputError(
            ErrorCode.MISSING_KEY, _("Say what you did, in one sentence."), where="note"
        )
    current = RiskAnswer.objects.select_for_update().get(pk=risk.pk)
    if current.acknowledged_at is None:
        current.acknowledged_at, current.acknowledged_by = now, by
        current.acknowledged_note = note.strip()
        current.save()
        audit.record(
            tag=audit.Tag.RISK_ACKNOWLEDGED,
            by=by,
            patient_id=current.patient_id,
            object_id=current.pk,
            details={"code": current.code},
        )
        work.complete_tasks(
            by=by, patient_id=current.patient_id, kind=TaskKind.RISK, object_id=current.pk
        )
    return current


def owner_of(token: str) -> Owner:
    """Return the holder of a link as the owner of what is kept."""
    return Owner(link=links.digest_of(token))


def draft_key(request: Request) -> str:
    """Return the name under which answers to a request are kept."""
    return f"questionnaires.answers:{request.pk}"


def names_of(request: Request) -> str:
    """Return the questionnaires of a request as a team says them: ``"GAD-7 and PHQ-9"``."""
    known = load_instruments()
    return _(" and ").join(known[name].name for name in request.instruments)


def _enter(reported: Score, *, patient: Patient, by: User | None, now: datetime) -> Response:
    same = Response.objects.filter(
        patient=patient,
        instrument=reported.instrument,
        at=reported.at,
        superseded_by__isnull=True,
    )
    if same.exists():
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("{name} of that time is in the record already: correct it there.").format(
                name=load_instruments()[reported.instrument].name
            ),
            where="at",
        )
    source = "clinician" if reported.rater is Rater.CLINICIAN else "paper"
    row = _store(patient, reported, by=by, now=now, source=source)
    _audit_response(audit.Tag.QUESTIONNAIRE_RATED, by or audit.SYSTEM, row)
    return row


def _reported(
    instrument: str,
    items: Sequence[int | None] | None,
    *,
    total: float | None,
    at: datetime,
    rater: Rater,
    now: datetime,
) -> Score:
    known = load_instruments()
    if instrument not in known or known[instrument].rater is not rater:
        raise InputError(
            ErrorCode.UNKNOWN_NAME,
            _("{name} is not a scale that is entered here.").format(name=instrument),
            where="instrument",
        )
    if at > now + CLOCK_SLACK:
        raise InputError(
            ErrorCode.OUT_OF_RANGE, _("This time is still to come: correct it."), where="at"
        )
    return Score(
        instrument=instrument,
        at=at,
        total=total,
        items=None if items is None else tuple(items),
        rater=rater,
        wording=_wording(instrument),
    )


def _store(
    patient: Patient,
    reported: Score,
    *,
    by: User | None,
    now: datetime,
    source: str,
    request: Request | None = None,
    row: Response | None = None,
) -> Response:
    instrument = load_instruments()[reported.instrument]
    scored: Scored = score(instrument, reported)
    row = row or Response(patient=patient)
    row.request, row.source, row.by, row.entered_at = request, source, by, now
    row.instrument, row.wording = instrument.id, reported.wording
    row.instrument_version = instrument.provenance.version
    row.items = None if reported.items is None else list(reported.items)
    row.total, row.prorated = scored.total, scored.prorated
    row.at, row.rater = reported.at, reported.rater.value
    row.save()
    raise_risks(row, scored, by=by, now=now)
    return row


def _wording(instrument: str) -> str:
    wording = load_instruments()[instrument].wording
    return f"{wording.version} ({wording.language})"


def _usable(request: Request, now: datetime) -> Request:
    """Return the request locked and fresh, or refuse when its link has ended."""
    current = Request.objects.select_for_update().select_related("patient").get(pk=request.pk)
    if current.state(now) not in {Request.State.OPEN, Request.State.STARTED}:
        raise InputError(ErrorCode.NOT_AVAILABLE, _("This link does not take answers any more."))
    return current


def _tasks(request: Request) -> list[Task]:
    return list(
        Task.objects.filter(
            patient_id=request.patient_id,
            kind=TaskKind.QUESTIONNAIRE,
            object_id=str(request.pk),
            done_at__isnull=True,
            cancelled_at__isnull=True,
        )
    )


def _afterwards(patient: Patient, *, now: datetime, by: User | None, refresh: bool) -> None:
    if refresh:
        transaction.on_commit(lambda: _refresh_advice(patient, now=now, by=by))


def _refresh_advice(patient: Patient, *, now: datetime, by: User | None) -> None:
    try:
        from ketacare.clinic.plans.actions import refresh_advice

        refresh_advice(patient, now=now, by=by)
    except Exception:
        # Whatever is wrong with the options, the answers are committed and must not seem lost.
        log.exception("The options were not computed after a new score.")


def _audit(tag: audit.Tag, by: User | audit.Actor, request: Request, *, reason: str = "") -> None:
    audit.record(
        tag=tag,
        by=by,
        patient_id=request.patient_id,
        object_id=request.pk,
        details={"instruments": request.instruments},
        reason=reason,
    )


def _audit_response(
    tag: audit.Tag, by: User | audit.Actor, row: Response, *, reason: str = ""
) -> None:
    left_out = None if row.items is None else sum(value is None for value in row.items)
    audit.record(
        tag=tag,
        by=by,
        patient_id=row.patient_id,
        object_id=row.pk,
        details={"instrument": row.instrument, "left_out": left_out, "source": row.source},
        reason=reason,
    )
