"""A session's whole record as lines to be sealed, and the same read again for comparing.

The first line says of whom, of what and by whom; then come the judgements of the policy, then every
event that was recorded, in order of time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

import ketacare
from ketacare.clinic.accounts.models import User
from ketacare.clinic.cabinet import access as cabinet
from ketacare.clinic.infusions.models import Session
from ketacare.clinic.records.judging import JUDGED, judged
from ketacare.clinic.records.monitor import measured
from ketacare.clinic.records.rows import Event, rows_again, rows_of, stamp
from ketacare.clinic.records.visit import decided, decided_again
from ketacare.core.sealing import KEY, canonical

FORM = "ketacare.session/1"
ADDENDUM_FORM = "ketacare.addendum/1"
HEAD = "record"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def recorded(session: Session, *, as_of: datetime) -> tuple[Event, ...]:
    """Return every event recorded about the session, as JSON gives it back, in order of time."""
    return _in_order((*rows_of(session), *measured(session), *decided(session, as_of=as_of)))


def recorded_again(session: Session, sealed: Iterable[Event]) -> tuple[Event, ...]:
    """Return the same as the tables hold it now, to be compared with what was sealed."""
    by_key = {event[KEY]: event for event in sealed}
    return _in_order(
        (*rows_again(session, by_key), *measured(session), *decided_again(session, by_key))
    )


def _in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    ordered = sorted(events, key=lambda event: (event["at"], event[KEY]))
    return tuple(json.loads(canonical(event)) for event in ordered)


def head_of(session: Session, events: Iterable[Event], *, as_of: datetime) -> Event:
    """Return the first line of a record that is not sealed: of whom it is and who is named in it."""
    patient = session.patient
    return {
        KEY: HEAD,
        "form": FORM,
        "software": ketacare.__version__,
        "zone": settings.TIME_ZONE,
        "as_of": stamp(as_of),
        "session": str(session.pk),
        "chair": session.chair.name if session.chair else None,
        "patient": {
            "id": str(patient.pk),
            "name": patient.name,
            "born": patient.birth_date.isoformat() if patient.birth_date else None,
            "sex": patient.sex,
        },
        "people": _people(events),
        "lots": _lots(events),
    }


def record_of(session: Session, *, as_of: datetime, **more: Any) -> tuple[Event, ...]:
    """Return the whole record; ``more`` goes into its first line."""
    events = recorded(session, as_of=as_of)
    head = {**head_of(session, events, as_of=as_of), **more}
    return (head, *judged(session), *events)


def lines_of(events: Sequence[Event]) -> tuple[str, ...]:
    """Return the events as lines to be sealed."""
    return tuple(canonical(event) for event in events)


def parsed(lines: Iterable[str]) -> tuple[Event, ...]:
    """Return sealed lines as events."""
    return tuple(json.loads(line) for line in lines)


def only_recorded(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return the events that can be read again from the tables: not the head, not the judgements."""
    return tuple(
        event
        for event in events
        if event[KEY] != HEAD and not str(event[KEY]).startswith(f"{JUDGED}.")
    )


def _people(events: Iterable[Event]) -> dict[str, list[str]]:
    """Return name and role of everybody the events name, as they are now."""
    named = {
        value
        for event in events
        for name, value in event.get("row", {}).items()
        if name.endswith("_id") and isinstance(value, str) and _UUID.fullmatch(value)
    }
    found = User.objects.filter(pk__in=named).order_by("pk")
    return {str(user.pk): [user.display_name, str(user.role_label)] for user in found}


def _lots(events: Iterable[Event]) -> dict[str, str]:
    """Return the number of every lot that is named."""
    named = {event["row"]["lot_id"] for event in events if event.get("row", {}).get("lot_id")}
    return {str(pk): number for pk, number in cabinet.lot_numbers(named).items()}
