"""Booking, recording and missing sessions, notes with their corrections, and chasing what is missing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.infusions import access as infusions
from ketacare.clinic.infusions.models import Phase
from ketacare.clinic.infusions.models import Session as Infusion
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.therapy import access, mapping
from ketacare.clinic.therapy.models import Kind, Note, Session
from ketacare.clinic.work import actions as work
from ketacare.clinic.work.models import Task, TaskKind
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.therapy import Standing

NOTE_FIELDS = ("brought", "worked_on", "homework_review", "homework", "next_plan", "other")
LONGEST_MINUTES = 480
# How the clinic works: an infusion older than this is not chased any more, only shown.
CHASE_BACK = timedelta(days=14)
PREPARE_AHEAD = timedelta(days=7)
CLOCK_SLACK = timedelta(minutes=2)


@transaction.atomic
def plan(
    *,
    patient: Patient,
    kind: str,
    scheduled_at: datetime,
    by: User | None,
    now: datetime,
    infusion: Infusion | None = None,
) -> Session:
    """Book a session; ``infusion`` is the one it prepares for or integrates."""
    if scheduled_at < now - CLOCK_SLACK:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("This time has passed: record the session as held, or choose another time."),
            where="scheduled_at",
        )
    _same_patient(patient, infusion)
    row = Session(
        patient=patient,
        kind=Kind(kind),
        infusion=infusion,
        scheduled_at=scheduled_at,
        by=by if by is not None and by.role == Role.THERAPIST else None,
        booked_by=by,
    )
    row.save()
    _audit(audit.Tag.THERAPY_BOOKED, by, row)
    return row


@transaction.atomic
def record(
    *,
    patient: Patient,
    kind: str,
    at: datetime,
    by: User | None,
    now: datetime,
    minutes: float | None = None,
    structured: bool | None = None,
    infusion: Infusion | None = None,
    session: Session | None = None,
    note: Mapping[str, str] | None = None,
) -> Session:
    """Record a session that took place: a booked one (``session``) or one that was not booked.

    ``note`` has the fields of :class:`Note`. Closes the task that asked for the session.
    """
    if at > now + CLOCK_SLACK:
        raise InputError(
            ErrorCode.OUT_OF_RANGE, _("This time is still to come: correct it."), where="at"
        )
    if minutes is not None and not 0 < minutes <= LONGEST_MINUTES:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("A session of {minutes:g} minutes is not possible: give 1 to {longest}.").format(
                minutes=minutes, longest=LONGEST_MINUTES
            ),
            where="minutes",
        )
    _same_patient(patient, infusion)
    row = Session(patient=patient, booked_by=by) if session is None else _open(session)
    row.kind, row.at, row.minutes, row.structured = Kind(kind), at, minutes, structured
    row.infusion = infusion or row.infusion
    row.attended, row.by, row.recorded_at = True, by, now
    mapping.session_record(row)
    row.save()
    texts = {name: (note or {}).get(name, "").strip() for name in NOTE_FIELDS}
    if any(texts.values()):
        Note.objects.create(session=row, by=by, at=now, **texts)
    _audit(audit.Tag.THERAPY_RECORDED, by, row)
    _close_tasks(row, by, now)
    return row


@transaction.atomic
def missed(*, session: Session, by: User, now: datetime, reason: str = "") -> Session:
    """Say that a booked session did not take place: the person did not come."""
    row = _open(session)
    if row.scheduled_at is not None and row.scheduled_at > now:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("This session is still to come: call it off, or wait for its time."),
        )
    row.attended, row.missed_reason = False, reason.strip()
    row.by, row.recorded_at = row.by or by, now
    row.save()
    _audit(audit.Tag.THERAPY_CHANGED, by, row, reason=reason)
    chase(now=now, patient_id=row.patient_id, by=by)
    return row


@transaction.atomic
def cancel(*, session: Session, by: User, now: datetime, reason: str) -> Session:
    """Call a booked session off, or strike out one that was recorded by mistake. Nothing is lost."""
    if not reason.strip():
        raise InputError(ErrorCode.MISSING_KEY, _("Say why."), where="reason")
    row = Session.objects.select_for_update().get(pk=session.pk)
    if row.cancelled_at is None:
        row.cancelled_at, row.cancelled_by, row.cancelled_reason = now, by, reason.strip()
        row.save()
        _audit(audit.Tag.THERAPY_CANCELLED, by, row, reason=reason)
    return row


@transaction.atomic
def correct_note(
    *, session: Session, by: User, now: datetime, note: Mapping[str, str], reason: str = ""
) -> Note:
    """Write the note of a session, or put a new version in the place of the one that stands."""
    old = session.notes.select_for_update().filter(superseded_by__isnull=True).first()
    texts = {name: note.get(name, "").strip() for name in NOTE_FIELDS}
    if old is None and not any(texts.values()):
        raise InputError(ErrorCode.MISSING_KEY, _("The note is empty: write something first."))
    if old is not None and all(getattr(old, name) == text for name, text in texts.items()):
        return old
    new = Note(session=session, by=by, at=now, **texts)
    if old is not None:
        old.superseded_by_id, old.superseded_reason = new.pk, reason.strip()
        old.save(update_fields=["superseded_by", "superseded_reason"])
    new.save()
    _audit(audit.Tag.THERAPY_CHANGED, by, session, reason=reason)
    return new


@transaction.atomic
def chase(
    *, now: datetime, patient_id: uuid.UUID | None = None, by: User | audit.Actor = audit.SYSTEM
) -> int:
    """Open a task for every infusion that waits for integration, and for a missing preparation.

    Can run as often as one likes: a task that was opened before, even if somebody has ticked it
    off since, is not opened again. Returns how many were opened.
    """
    opened = 0
    booked = infusions.sessions_between(now - CHASE_BACK, now + PREPARE_AHEAD)
    if patient_id is not None:
        booked = booked.filter(patient_id=patient_id)
    rows = list(booked)
    for person in dict.fromkeys(row.patient_id for row in rows):
        own = [row for row in rows if row.patient_id == person]
        opened += _chase_integration(person, by=by, now=now)
        opened += _chase_preparation(person, own, by=by, now=now)
    return opened


def _chase_integration(person: uuid.UUID, *, by: User | audit.Actor, now: datetime) -> int:
    opened = 0
    for found in access.integrations_of(person, now=now):
        judged = found.integration
        kind, infusion = TaskKind.INTEGRATION, found.infusion.pk
        if found.standing in {Standing.DONE, Standing.OUTSIDE}:
            work.complete_tasks(by=by, patient_id=person, kind=kind, object_id=infusion)
        elif judged.closes_at >= now - CHASE_BACK and not _asked(person, kind, infusion):
            work.open_task(
                by=by,
                patient_id=person,
                kind=kind,
                object_id=infusion,
                sentence=_("Integration of infusion {number}: from {opens} until {closes}.").format(
                    number=found.number,
                    opens=_short(judged.opens_at),
                    closes=_short(judged.closes_at),
                ),
                role=Role.THERAPIST,
                due_at=judged.closes_at,
            )
            opened += 1
    return opened


def _chase_preparation(
    person: uuid.UUID, own: list[Infusion], *, by: User | audit.Actor, now: datetime
) -> int:
    ahead = [row for row in own if row.phase == Phase.SCHEDULED and row.scheduled_at > now]
    if not ahead or not access.needs_preparation(person):
        return 0
    first = ahead[0]
    if _asked(person, TaskKind.PREPARATION, first.pk):
        return 0
    work.open_task(
        by=by,
        patient_id=person,
        kind=TaskKind.PREPARATION,
        object_id=first.pk,
        sentence=_("No preparation session before the infusion of {when}.").format(
            when=_short(first.scheduled_at)
        ),
        role=Role.THERAPIST,
        due_at=first.scheduled_at,
    )
    return 1


def _asked(person: uuid.UUID, kind: TaskKind, infusion: uuid.UUID) -> bool:
    return Task.objects.filter(patient_id=person, kind=kind, object_id=str(infusion)).exists()


def _close_tasks(row: Session, by: User | None, now: datetime) -> None:
    actor = by or audit.SYSTEM
    if row.kind == Kind.PREPARATION:
        work.complete_tasks(by=actor, patient_id=row.patient_id, kind=TaskKind.PREPARATION)
    elif row.kind == Kind.INTEGRATION:
        chase(now=now, patient_id=row.patient_id, by=actor)


def _open(session: Session) -> Session:
    row = Session.objects.select_for_update().get(pk=session.pk)
    if not row.is_open:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("Somebody has recorded or cancelled this session already: look at it first."),
        )
    return row


def _same_patient(patient: Patient, infusion: Infusion | None) -> None:
    if infusion is not None and infusion.patient_id != patient.pk:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("This infusion belongs to another person: choose one of this person."),
            where="infusion",
        )


def _short(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j M H:i")


def _audit(tag: audit.Tag, by: User | None, row: Session, *, reason: str = "") -> None:
    audit.record(
        tag=tag,
        by=by or audit.SYSTEM,
        patient_id=row.patient_id,
        object_id=row.pk,
        details={
            "kind": str(row.kind),
            "attended": row.attended,
            "infusion": None if row.infusion_id is None else str(row.infusion_id),
        },
        reason=reason,
    )
