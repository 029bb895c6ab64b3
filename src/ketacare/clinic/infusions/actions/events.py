"""Adverse events: told and graded by a clinician; a serious one starts its clocks and holds the next dose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.eligibility import actions as eligibility
from ketacare.clinic.infusions.actions.stepping import allow, begin, finish
from ketacare.clinic.infusions.models import OPEN_PHASES, AdverseEvent, Phase, Session, Step
from ketacare.clinic.records import access as records
from ketacare.clinic.work import actions as work
from ketacare.clinic.work.models import TaskKind
from ketacare.core.errors import ErrorCode, InputError
from ketacare.knowledge.load import load_adverse_events, load_policy

OPEN_FACT = "serious_event_open"


@transaction.atomic
def record_event(
    *,
    session: Session,
    term: str,
    said: str,
    began_at: datetime,
    grade: int,
    proposed: tuple[int, str] | None,
    criteria: Sequence[str],
    is_expected: bool,
    related: str,
    outcome: str,
    action_taken: str,
    narrative: str,
    by: User,
    now: datetime,
) -> AdverseEvent:
    """Record one event; a serious one opens its duties and holds the next dose until it is reviewed."""
    current = begin(
        session,
        by=by,
        permission=Permission.INFUSION_RUN,
        expected_version=None,
        phases=(*OPEN_PHASES, Phase.DISCHARGED),
        act=Step.Act.EVENT,
    )
    known = load_adverse_events()
    if began_at > now:
        raise InputError(
            ErrorCode.OUT_OF_RANGE, _("This time is still to come: correct it."), where="began_at"
        )
    if term == "other" and not said.strip():
        raise InputError(ErrorCode.MISSING_KEY, _("Say what it is."), where="said")
    event = AdverseEvent(
        session=current, term=term, said=said.strip(), began_at=began_at, grade=grade,
        criteria=list(criteria), is_serious=known.is_serious(term, grade, tuple(criteria)),
        is_expected=is_expected, related=related, outcome=outcome,
        action_taken=action_taken.strip(), narrative=narrative.strip(), by=by, at=now,
    )  # fmt: skip
    if proposed is not None:
        event.proposed_grade, event.proposed_because = proposed[0], proposed[1][:300]
    if event.is_serious:
        _start_clocks(event, now)
    event.save()
    label = known.terms[term].label
    text = _("{term}, grade {grade}").format(term=said.strip() or label, grade=grade)
    finish(current, act=Step.Act.EVENT, by=by, now=now, text=text, subject=term)
    audit.record(
        tag=audit.Tag.EVENT_RECORDED,
        by=by,
        patient_id=current.patient_id,
        object_id=event.pk,
        details={"term": term, "grade": grade, "serious": event.is_serious},
    )
    if event.is_serious:
        eligibility.record_answers(current.patient, {OPEN_FACT: True}, by=by, now=now)
        _open_duties(event, by)
    return event


@transaction.atomic
def review_event(
    *, event: AdverseEvent, text: str, grade: int, by: User, now: datetime
) -> AdverseEvent:
    """Record the psychiatrist's review; with the last one the next dose is no longer held by events."""
    allow(by, Permission.ELIGIBILITY_SIGN)
    current = _locked(event)
    records.refuse_if_sealed(current.session)
    if current.reviewed_at is not None:
        raise InputError(ErrorCode.CONTRADICTION, _("Somebody has reviewed it already."))
    if not text.strip():
        raise InputError(ErrorCode.MISSING_KEY, _("Say what follows from it."), where="text")
    current.reviewed_by, current.reviewed_at = by, now
    current.review, current.reviewed_grade = text.strip(), grade
    current.save()
    patient = current.session.patient
    waits = AdverseEvent.objects.filter(
        session__patient=patient, is_serious=True, reviewed_at__isnull=True
    )
    if not waits.exists():
        eligibility.record_answers(patient, {OPEN_FACT: False}, by=by, now=now)
    _close_duty(current, "review", by)
    audit.record(
        tag=audit.Tag.EVENT_REVIEWED,
        by=by,
        patient_id=patient.pk,
        object_id=current.pk,
        details={"grade": grade},
    )
    return current


@transaction.atomic
def report_event(*, event: AdverseEvent, outside: bool, by: User, now: datetime) -> AdverseEvent:
    """Record that a serious event was reported, within the clinic or outside."""
    allow(by, Permission.INFUSION_RUN)
    current = _locked(event)
    name = "outside_reported_at" if outside else "reported_at"
    if getattr(current, name) is None:
        setattr(current, name, now)
        current.save(update_fields=[name])  # the record may be sealed: only this stays open
        _close_duty(current, "outside" if outside else "report", by)
        audit.record(
            tag=audit.Tag.EVENT_REPORTED,
            by=by,
            patient_id=current.session.patient_id,
            object_id=current.pk,
            details={"outside": outside},
        )
    return current


def _locked(event: AdverseEvent) -> AdverseEvent:
    return (
        AdverseEvent.objects.select_for_update(of=("self",))
        .select_related("session__patient")
        .get(pk=event.pk)
    )


def _start_clocks(event: AdverseEvent, now: datetime) -> None:
    def within(name: str) -> timedelta:
        limit = load_policy().limit("event.serious", name, on=timezone.localdate(now))
        return timedelta(hours=limit.to("h"))

    event.report_by = now + within("report")
    if not event.is_expected:
        event.outside_by = now + within("serious_report")


def _open_duties(event: AdverseEvent, by: User) -> None:
    duties = [
        ("review", _("Review the serious event; nothing is given before."), event.at, "psychiatrist"),
        ("report", _("Report the serious event within the clinic."), event.report_by, "nurse"),
        ("outside", _("Report the serious, unexpected event outside."), event.outside_by, "psychiatrist"),
    ]  # fmt: skip
    for name, sentence, due_at, role in duties:
        if due_at is None:
            continue
        work.open_task(
            by=by,
            patient_id=event.session.patient_id,
            kind=TaskKind.FOLLOW_UP,
            sentence=sentence,
            role=Role(role),
            due_at=due_at,
            object_id=f"event:{event.pk}:{name}",
        )


def _close_duty(event: AdverseEvent, name: str, by: User) -> None:
    work.complete_tasks(
        by=by,
        patient_id=event.session.patient_id,
        kind=TaskKind.FOLLOW_UP,
        object_id=f"event:{event.pk}:{name}",
    )
