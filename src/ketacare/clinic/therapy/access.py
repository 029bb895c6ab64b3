"""Reading sessions: for the core, for the page of a patient, and what is still missing.

Notes are given only to those who may write them (therapist and psychiatrist); everybody else who
reads charts learns that a session took place. Functions that take a patient's id are for rooms
that have authorised already.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import F, Prefetch, QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.infusions import access as infusions
from ketacare.clinic.infusions.models import Session as Infusion
from ketacare.clinic.therapy import mapping
from ketacare.clinic.therapy.models import Kind, Note, Session
from ketacare.core.record import TherapySession
from ketacare.core.therapy import Integration, Standing, judge_integration
from ketacare.knowledge.load import load_integration_window


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationOf:
    """One infusion of a patient, how it stands with integration, and a session booked for it."""

    infusion: Infusion
    number: int
    integration: Integration
    booked: Session | None

    @property
    def standing(self) -> Standing:
        """How it stands."""
        return self.integration.standing


def therapy_of(patient_id: uuid.UUID) -> tuple[TherapySession, ...]:
    """Return the sessions booked and held, without notes, in order of time, for the core."""
    return tuple(mapping.session_record(row) for row in sessions_of(patient_id))


def sessions_of(patient_id: uuid.UUID) -> QuerySet[Session]:
    """Return the sessions of a patient that were not struck out, oldest first, without notes."""
    return (
        Session.objects.filter(patient_id=patient_id, cancelled_at__isnull=True)
        .select_related("by", "booked_by", "infusion")
        .order_by(Coalesce(F("at"), F("scheduled_at")))
    )


def struck_out_of(patient_id: uuid.UUID) -> QuerySet[Session]:
    """Return the sessions that were cancelled or struck out, newest first."""
    return (
        Session.objects.filter(patient_id=patient_id, cancelled_at__isnull=False)
        .select_related("cancelled_by")
        .order_by("-cancelled_at")
    )


def sees_notes(user: User) -> bool:
    """Return whether this person may read what was said: therapist and psychiatrist."""
    return may(user, Permission.THERAPY_EDIT)


def sessions_with_notes(user: User, patient_id: uuid.UUID) -> list[Session]:
    """Return the sessions, newest first; ``standing_notes`` is empty for those who see no notes."""
    notes = Note.objects.filter(superseded_by__isnull=True).select_related("by")
    if not sees_notes(user):
        notes = Note.objects.none()
    rows = sessions_of(patient_id).prefetch_related(
        Prefetch("notes", queryset=notes, to_attr="standing_notes")
    )
    return list(rows.reverse())


def notes_of(user: User, session: Session) -> QuerySet[Note]:
    """Return every version of a session's note, newest first, to those who may read it."""
    if not sees_notes(user):
        raise PermissionDenied(_("Only the therapist and the psychiatrist read therapy notes."))
    return session.notes.select_related("by", "corrects").order_by("-at")


def session_for(user: User, session_id: uuid.UUID) -> Session:
    """Return one session this person may write: unknown 404, not allowed 403."""
    found = (
        Session.objects.select_related("patient", "infusion", "by").filter(pk=session_id).first()
    )
    if found is None:
        raise Http404(_("There is no such session."))
    if not may(user, Permission.THERAPY_EDIT):
        raise PermissionDenied(_("Only the therapist and the psychiatrist write therapy sessions."))
    return found


def integrations_of(patient_id: uuid.UUID, *, now: datetime) -> tuple[IntegrationOf, ...]:
    """Return every finished infusion of a patient with its window, oldest first."""
    given = {record.at: record for record in infusions.infusions_of(patient_id)}
    rows = sorted(
        (row for row in infusions.sessions_of(patient_id) if row.started_at and row.ended_at),
        key=lambda row: row.started_at,  # type: ignore[arg-type,return-value] # filtered above
    )
    rows = [row for row in rows if row.started_at in given]
    sessions = list(sessions_of(patient_id))
    window = load_integration_window()
    found = []
    for number, row in enumerate(rows, start=1):
        following = rows[number].started_at if number < len(rows) else None
        own = [mapping.session_record(s) for s in sessions if s.infusion_id in {None, row.pk}]
        booked = [
            s
            for s in sessions
            if s.kind == Kind.INTEGRATION and s.is_open and s.infusion_id == row.pk
        ]
        assert row.started_at is not None  # noqa: S101 - filtered above
        found.append(
            IntegrationOf(
                infusion=row,
                number=number,
                integration=judge_integration(
                    given[row.started_at], own, window, now=now, before=following
                ),
                booked=booked[0] if booked else None,
            )
        )
    return tuple(found)


def missing_integration(patient_id: uuid.UUID, *, now: datetime) -> tuple[IntegrationOf, ...]:
    """Return the infusions without integration: the window is open, or has closed."""
    return tuple(
        found
        for found in integrations_of(patient_id, now=now)
        if found.standing in {Standing.OPEN, Standing.MISSING}
    )


def needs_preparation(patient_id: uuid.UUID) -> bool:
    """Return whether no preparation session was attended yet."""
    return not Session.objects.filter(
        patient_id=patient_id,
        kind=Kind.PREPARATION,
        attended=True,
        cancelled_at__isnull=True,
    ).exists()


def infusion_of(patient_id: uuid.UUID, infusion_id: uuid.UUID) -> Infusion | None:
    """Return an infusion of this very patient, or ``None``."""
    return infusions.sessions_of(patient_id).filter(pk=infusion_id).first()
