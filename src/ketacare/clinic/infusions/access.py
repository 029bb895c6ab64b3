"""Reading sessions: fetch and authorise in one call, and the records other rooms ask for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.infusions import mapping
from ketacare.clinic.infusions.models import OPEN_PHASES, Chair, Phase, PumpEvent, Session, Step
from ketacare.core.record import Infusion


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


def session_at_device(device_id: str, at: datetime) -> Session | None:
    """Return the session in the chair of a monitor at a moment, if there is one."""
    return session_of_monitor(device_id=device_id, bed="", at=at)[0]


def session_of_monitor(*, device_id: str, bed: str, at: datetime) -> tuple[Session | None, str]:
    """Return the session a monitor's message belongs to, or ``None`` and the reason.

    A device belongs to a chair, a chair to the person who is in it at that time. A device that is
    not the one of the chair it names is refused: it may have been moved to another person.
    """
    chair, problem = _chair_of(device_id, bed)
    if chair is None:
        return None, problem
    found = (
        Session.objects.filter(chair=chair, checked_in_at__lte=at)
        .filter(Q(discharged_at__isnull=True) | Q(discharged_at__gte=at))
        .filter(Q(cancelled_at__isnull=True) | Q(cancelled_at__gte=at))
        .exclude(phase=Phase.SCHEDULED)
        .order_by("-checked_in_at")
        .first()
    )
    if found is None:
        return None, f"nobody was checked in at {chair.name} at that time; check the person in"
    return found, ""


def change_counter(session_id: uuid.UUID) -> tuple[int, int] | None:
    """Return version and number of changes of a session; ``None`` when there is none."""
    return Session.objects.filter(pk=session_id).values_list("version", "changes").first()


def _chair_of(device_id: str, bed: str) -> tuple[Chair | None, str]:
    known: Iterable[Chair] = chairs()
    by_device = by_bed = None
    for chair in known:
        if device_id and chair.device_id.casefold() == device_id.casefold():
            by_device = chair
        if bed and bed.casefold() in {chair.name.casefold(), chair.device_id.casefold()}:
            by_bed = chair
    if by_device and by_bed and by_device != by_bed:
        return None, (
            f'device "{device_id}" belongs to {by_device.name} but names {by_bed.name}; '
            "assign it to the chair it stands at"
        )
    if by_device:
        return by_device, ""
    if by_bed is None:
        return None, f'neither bed "{bed}" nor device "{device_id}" is known; set up the chair'
    strange = by_bed.device_id and device_id and by_bed.device_id.casefold() != bed.casefold()
    if strange:
        return None, (
            f'device "{device_id}" is not the monitor of {by_bed.name} ("{by_bed.device_id}"); '
            "assign it to the chair it stands at"
        )
    return by_bed, ""


def _sessions() -> QuerySet[Session]:
    return Session.objects.select_related(
        "patient", "chair", "plan", "prepared_by", "second_by"
    ).order_by("scheduled_at")


def _events() -> Prefetch[str, QuerySet[PumpEvent], str]:
    return Prefetch(
        "pump_events", queryset=PumpEvent.objects.select_related("by").order_by("number")
    )
