"""Reading the log, for those who may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.audit.models import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events to show; empty means all."""

    actor: str = ""
    subject: str = ""
    patient_id: str = ""
    first: date | None = None
    last: date | None = None


def events_for(user: User, wanted: Wanted) -> QuerySet[Event]:
    """Return the events asked for, newest first."""
    if not may(user, Permission.AUDIT_VIEW):
        raise PermissionDenied(_("The audit log is read by the clinic's manager."))
    events = Event.objects.all()
    if wanted.actor:
        events = events.filter(Q(actor_id=wanted.actor) | Q(actor_name__icontains=wanted.actor))
    if wanted.subject:
        events = events.filter(tag__startswith=f"{wanted.subject}:")
    if wanted.patient_id:
        events = events.filter(patient_id=wanted.patient_id)
    if wanted.first:
        events = events.filter(at__gte=_midnight(wanted.first))
    if wanted.last:
        events = events.filter(at__lt=_midnight(wanted.last + timedelta(days=1)))
    return events


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
