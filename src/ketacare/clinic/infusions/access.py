"""Reading sessions: fetch and authorise in one call, and the records other rooms ask for."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.infusions import mapping
from ketacare.clinic.infusions.models import OPEN_PHASES, Chair, PumpEvent, Session, Step
from ketacare.core.record import Infusion


class Counters(NamedTuple):
    """What counts up in a session: acts, everything that arrived, words about crossed limits."""

    version: int
    changes: int
    limits: int


def get_session(user: User, session_id: uuid.UUID, permission: Permission) -> Session:
    """Return one session this person may use in this way."""
    found = _sessions().filter(pk=session_id).first()
    if found is None:
        raise Http404(_("There is no infusion with this address."))
    if not may(user, permission):
        raise PermissionDenied(_("Your role does not include this part of an infusion."))
    return found


def sessions_between(start: datetime, end: datetime) -> QuerySet[Session]:
    """Return the sessions booked from ``start`` until before ``end``, in order of time."""
    return _sessions().filter(scheduled_at__gte=start, scheduled_at__lt=end)


def open_sessions() -> QuerySet[Session]:
    """Return the sessions whose person is in the clinic."""
    return _sessions().filter(phase__in=OPEN_PHASES)


def sessions_of(patient_id: uuid.UUID) -> QuerySet[Session]:
    """Return all sessions of a patient, oldest first."""
    return _sessions().filter(patient_id=patient_id)


def sessions_for_list(user: User, *, start: datetime, end: datetime) -> list[Session]:
    """Return what a person sees on the list: open sessions, and those booked in the given time."""
    if not may(user, Permission.INFUSION_VIEW):
        raise PermissionDenied(_("Your role does not see infusions."))
    wanted = Q(phase__in=OPEN_PHASES) | Q(scheduled_at__gte=start, scheduled_at__lt=end)
    return list(_sessions().filter(wanted))


def chairs() -> QuerySet[Chair]:
    """Return the chairs in use."""
    return Chair.objects.filter(is_active=True)


def infusions_of(patient_id: uuid.UUID) -> tuple[Infusion, ...]:
    """Return the infusions a patient has received or is receiving, for the core."""
    sessions = (
        Session.objects.filter(patient_id=patient_id, started_at__isnull=False)
        .order_by("started_at")
        .prefetch_related(_events())
    )
    return tuple(mapping.infusion_record(session) for session in sessions)


def session_number(session: Session) -> int:
    """Return which infusion of this person it is, counting from 1 those that were started."""
    earlier = Session.objects.filter(patient_id=session.patient_id, started_at__isnull=False)
    if session.started_at is not None:
        earlier = earlier.filter(started_at__lt=session.started_at)
    return earlier.exclude(pk=session.pk).count() + 1


def events_of(session: Session) -> list[PumpEvent]:
    """Return the acts at the pump, in order."""
    return list(session.pump_events.select_related("by").order_by("number"))


def steps_of(session: Session) -> list[Step]:
    """Return who did what, in order."""
    return list(session.steps.select_related("by").order_by("version"))


def steps_since(session: Session, version: int) -> list[Step]:
    """Return what was done after the session had ``version``."""
    return list(session.steps.select_related("by").filter(version__gt=version).order_by("version"))


def open_counters() -> dict[uuid.UUID, Counters]:
    """Return what counts up when something happens, of every open session, asked in one question."""
    found = (
        Session.objects.filter(phase__in=OPEN_PHASES)
        .order_by()
        .annotate(
            seen=Count("alerts__acknowledged_at"),
            told=Count("alerts__escalated_at"),
        )
        .values_list("pk", "version", "changes", "seen", "told")
    )
    return {
        pk: Counters(version=version, changes=changes, limits=seen + told)
        for pk, version, changes, seen, told in found
    }


def session_by_id(session_id: uuid.UUID) -> Session | None:
    """Return one session for the server's own work, which asks for nobody."""
    return _sessions().filter(pk=session_id).first()


def _sessions() -> QuerySet[Session]:
    return Session.objects.select_related(
        "patient", "chair", "plan", "prepared_by", "second_by"
    ).order_by("scheduled_at")


def _events() -> Prefetch[str, QuerySet[PumpEvent], str]:
    return Prefetch(
        "pump_events", queryset=PumpEvent.objects.select_related("by").order_by("number")
    )
