"""The alarms the devices at a chair told of (PCD-04): theirs, in their words. Nothing here judges them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ketacare.clinic.vitals.access import device_events
from ketacare.clinic.vitals.models import DeviceEvent

_PRIORITIES = {
    "PH": gettext_lazy("high priority"),
    "PM": gettext_lazy("medium priority"),
    "PL": gettext_lazy("low priority"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm that the device has not said is over."""

    name: str
    detail: str
    device: str
    at: datetime
    priority: str | Promise
    status: str
    word: str
    problem: str


def alarms_of(session_id: uuid.UUID) -> tuple[Alarm, ...]:
    """Return what the devices alarm about and have not ended, the newest first."""
    newest: dict[tuple[str, str, str], DeviceEvent] = {}
    for event in device_events(session_id).filter(kind=DeviceEvent.Kind.ALARM):
        newest[(event.device_id, event.code, event.source)] = event
    going = [event for event in newest.values() if goes_on(event)]
    return tuple(_alarm(event) for event in sorted(going, key=lambda event: event.at, reverse=True))


def goes_on(event: DeviceEvent) -> bool:
    """Return whether the device has not said that its alarm is over."""
    return event.phase.lower() != "end" and event.state.lower() != "inactive"


def said_of(event: DeviceEvent) -> str:
    """Return what the device said beside the alarm's name: its words, the value, its limits."""
    value = f"{event.source_value or ''} {event.unit}".strip()
    limits = _("device limits {limits}").format(limits=event.limits) if event.limits else ""
    return ", ".join(part for part in (event.text, value, limits) if part)


def _alarm(event: DeviceEvent) -> Alarm:
    return Alarm(
        name=event.name or event.code,
        detail=said_of(event),
        device=event.device_id,
        at=event.at,
        priority=_PRIORITIES.get(event.priority, event.priority),
        status="stop" if event.priority == "PH" else "watch",
        word=_("Monitor's alarm") if not event.inactivation else _("Monitor's alarm, silenced"),
        problem=event.problem or event.clock_problem,
    )
