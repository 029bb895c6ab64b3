"""Reading measured values: for the record, for the live page, for corrections."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Min, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.vitals.connection import NO_CONNECTION, Connection, connection_of
from ketacare.clinic.vitals.lately import (
    COLUMNS,
    Span,
    as_measured,
    device_spans,
    device_values_before,
    recent_device_values,
)
from ketacare.clinic.vitals.models import Binding, DeviceEvent, Message, Value
from ketacare.core.record import Measurement, Origin, Vital

__all__ = [
    "COLUMNS",
    "NO_CONNECTION",
    "Connection",
    "Span",
    "Waiting",
    "as_measured",
    "binding_for",
    "connection_of",
    "current",
    "device_events",
    "device_spans",
    "device_values_before",
    "gaps_of_session",
    "measurements_of",
    "message_for",
    "persons_values",
    "recent_device_values",
    "settled_messages",
    "standing_devices",
    "unreadable_messages",
    "value_for",
    "values_of_session",
    "waiting_messages",
]


def values_of_session(session_id: uuid.UUID) -> QuerySet[Value]:
    """Return everything measured in a session, also what was corrected later, oldest first."""
    return Value.objects.filter(session_id=session_id).select_related("by", "superseded_by__by")


def persons_values(session_id: uuid.UUID) -> list[Value]:
    """Return what people entered in a session, corrected values included, oldest first."""
    return list(values_of_session(session_id).filter(origin=Value.Origin.PERSON).order_by("at"))


def current(values: Iterable[Value]) -> tuple[Measurement, ...]:
    """Return the values that stand (not corrected, not gaps) as the core's measurements."""
    return tuple(
        Measurement(
            kind=Vital(value.kind),
            value=value.value,
            at=value.at,
            origin=Origin(value.origin),
            by=value.by.display_name if value.by_id is not None and value.by else value.device_id,
        )
        for value in values
        if value.value is not None and value.kind and value.superseded_by_id is None
    )


def gaps_of_session(session_id: uuid.UUID, *, limit: int = 500) -> list[Value]:
    """Return the newest values the monitor could not give, each with its reason."""
    return list(
        Value.objects.filter(
            session_id=session_id, origin=Value.Origin.DEVICE, value__isnull=True
        ).order_by("-at")[:limit]
    )


def measurements_of(patient_id: uuid.UUID) -> tuple[Measurement, ...]:
    """Return a patient's measurements by people, oldest first; a monitor's values are not here."""
    return current(
        Value.objects.filter(
            patient_id=patient_id,
            origin=Value.Origin.PERSON,
            value__isnull=False,
            superseded_by__isnull=True,
        )
        .select_related("by")
        .only("kind", "value", "at", "origin", "device_id", "superseded_by_id", "by__display_name")
        .order_by("at")
    )


def value_for(user: User, value_id: uuid.UUID) -> Value:
    """Return one value this person may correct."""
    found = (
        Value.objects.select_related("session__patient", "patient", "by", "superseded_by")
        .filter(pk=value_id)
        .first()
    )
    if found is None:
        raise Http404(_("There is no such value."))
    if not may(user, Permission.VITALS_RECORD):
        raise PermissionDenied(_("Your role does not record observations."))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Waiting messages of one device, bed and reason: how many, since when, and the newest."""

    newest: Message
    count: int
    first_at: datetime
    last_at: datetime


def waiting_messages(user: User, *, limit: int = 100) -> list[Waiting]:
    """Return what waits in the inbox, grouped by device, bed and reason, the latest first."""
    _may_settle(user)
    groups = (
        Message.objects.filter(status=Message.Status.UNMATCHED)
        .order_by()
        .values("device_id", "bed", "problem")
        .annotate(n=Count("pk"), first=Min("received_at"), last=Max("received_at"))
        .order_by("-last")[:limit]
    )
    found = []
    for group in groups:
        newest = (
            Message.objects.filter(
                status=Message.Status.UNMATCHED,
                device_id=group["device_id"],
                bed=group["bed"],
                problem=group["problem"],
            )
            .order_by("-received_at")
            .first()
        )
        if newest is not None:
            found.append(
                Waiting(
                    newest=newest,
                    count=group["n"],
                    first_at=group["first"],
                    last_at=group["last"],
                )
            )
    return found


def unreadable_messages(user: User, *, limit: int = 50) -> list[Message]:
    """Return the newest messages that could not be read."""
    _may_settle(user)
    return list(
        Message.objects.filter(status=Message.Status.QUARANTINED).order_by("-received_at")[:limit]
    )


def settled_messages(user: User, *, limit: int = 50) -> list[Message]:
    """Return the messages people settled last."""
    _may_settle(user)
    return list(
        Message.objects.filter(settled_at__isnull=False)
        .select_related("settled_by", "session__patient")
        .order_by("-settled_at")[:limit]
    )


def standing_devices(user: User) -> list[Binding]:
    """Return where devices stand now, as far as somebody said from when on."""
    _may_settle(user)
    return list(Binding.objects.filter(until__isnull=True).select_related("chair", "by"))


def message_for(user: User, message_id: uuid.UUID) -> Message:
    """Return one kept message this person may look at and settle."""
    found = (
        Message.objects.select_related("settled_by", "session__patient", "session__chair")
        .filter(pk=message_id)
        .exclude(status=Message.Status.COMMITTED)
        .first()
    )
    if found is None:
        raise Http404(_("There is no such message."))
    _may_settle(user)
    return found


def binding_for(user: User, binding_id: uuid.UUID) -> Binding:
    """Return one binding this person may end."""
    found = Binding.objects.select_related("chair").filter(pk=binding_id).first()
    if found is None:
        raise Http404(_("There is no such device."))
    _may_settle(user)
    return found


def device_events(session_id: uuid.UUID) -> QuerySet[DeviceEvent]:
    """Return the alarms and pump readings devices told of in a session, oldest first."""
    return DeviceEvent.objects.filter(session_id=session_id)


def _may_settle(user: User) -> None:
    if not may(user, Permission.VITALS_RECORD):
        raise PermissionDenied(_("Your role does not see monitors' messages."))
