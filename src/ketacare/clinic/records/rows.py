"""Rows as events of a record: every stored field of every row that belongs to a session.

Nothing is chosen and nothing is worded here, so nothing can be left out; how it reads is for
``presenting``. Times are ISO 8601 in UTC to the microsecond.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model

from ketacare.clinic.infusions.models import Session
from ketacare.clinic.records.holding import LATER, Holder, holders, options_of
from ketacare.core.sealing import KEY

Event = dict[str, Any]
# Read in another way: see ``monitor``. A message is told by its digest there.
_OTHERWISE = frozenset({"vitals.value", "vitals.message"})
# When something happened, in the order in which a row is asked.
_TIMES = ("at", "raised_at", "opened_at", "started_at", "received_at", "since", "created_at")


def stamp(at: datetime) -> str:
    """Return a time as it is sealed."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def plain(value: Any) -> Any:
    """Return a stored value as JSON can say it, without losing anything."""
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, uuid.UUID | Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return {"sha256": hashlib.sha256(bytes(value)).hexdigest()}
    return value


def content_of(row: Model, *, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return every stored field of a row by its name."""
    return {
        field.attname: plain(getattr(row, field.attname))
        for field in options_of(row).concrete_fields
        if field.column not in leave_out
    }


def event_of(label: str, row: Model, *, leave_out: tuple[str, ...] = ()) -> Event:
    """Return one row as an event."""
    content = content_of(row, leave_out=leave_out)
    return {KEY: f"{label}:{row.pk}", "at": _time_of(content), "row": content}


def rows_of(session: Session) -> Iterator[Event]:
    """Yield every row of every table that holds something of the session, but for the measured."""
    for holder in holders():
        if holder.label in _OTHERWISE:
            continue
        for row in _rows(holder, session):
            yield event_of(holder.label, row, leave_out=holder.free)


def rows_again(session: Session, sealed: Mapping[str, Event]) -> Iterator[Event]:
    """Yield the same as the tables hold it now, less what was rightly filled after the seal."""
    for event in rows_of(session):
        before = sealed.get(event[KEY])
        for name in LATER.get(event[KEY].partition(":")[0], ()):
            if before is not None and before["row"].get(name) is None:
                event["row"][name] = None
        yield event


def _rows(holder: Holder, session: Session) -> Iterator[Model]:
    manager = options_of(holder.model).base_manager
    yield from manager.filter(**{holder.column: session.pk}).order_by("pk")


def _time_of(content: Mapping[str, Any]) -> str:
    return next(str(content[name]) for name in _TIMES if content.get(name))
