"""What was measured in a session, as events: each entry of a person, each minute of a monitor.

A monitor's minute holds every value of that minute in order, as milliseconds into the minute and
the value, and what was wrong where something was: a gap is an entry without a value. The messages
they came in are sealed as one digest over their bytes for each minute.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from ketacare.clinic.infusions.models import Session
from ketacare.clinic.records.rows import Event, event_of, stamp
from ketacare.clinic.vitals.models import Message, Value
from ketacare.core.record import Measurement, Origin, Vital
from ketacare.core.sealing import KEY

_SERIES = ("kind", "raw_code", "raw_name", "unit", "raw_unit", "sub_id")
_FIELDS = ("at", "device_id", "value", "problem", "clock_problem", "device_at", *_SERIES)


def measured(session: Session) -> Iterator[Event]:
    """Yield what people entered, corrected or not, and what monitors sent, minute by minute."""
    entered = Value.objects.filter(session=session, origin=Value.Origin.PERSON).order_by("pk")
    for row in entered:
        yield event_of("vitals.value", row)
    yield from _minutes(session)
    yield from _messages(session)


def device_measurements(session: Session) -> tuple[Measurement, ...]:
    """Return every value the monitors gave, for the core."""
    rows = (
        Value.objects.filter(session=session, origin=Value.Origin.DEVICE, value__isnull=False)
        .exclude(kind="")
        .order_by("at")
        .values_list("kind", "value", "at", "device_id")
    )
    return tuple(
        Measurement(kind=Vital(kind), value=value, at=at, origin=Origin.DEVICE, by=device)
        for kind, value, at, device in rows
        if value is not None
    )


def _minutes(session: Session) -> Iterator[Event]:
    rows = (
        Value.objects.filter(session=session, origin=Value.Origin.DEVICE)
        .order_by("device_id", "at", "pk")
        .values_list(*_FIELDS)
    )
    block: Event | None = None
    series: dict[tuple[str, ...], list[list[Any]]] = {}
    here: tuple[str, datetime] | None = None
    for at, device, value, problem, clock, device_at, *names in rows.iterator(chunk_size=5000):
        minute = at.replace(second=0, microsecond=0)
        if here != (device, minute):
            if block is not None:
                yield _closed(block, series)
            here, series = (device, minute), {}
            block = {
                KEY: f"monitor:{device}:{stamp(minute)}",
                "at": stamp(minute),
                "device": device,
            }
        said: list[Any] = [(at - minute) // timedelta(milliseconds=1), value]
        if problem or clock:
            # A device's time is told apart only where it is not the one that was taken.
            said += [problem, clock, None if device_at is None else stamp(device_at)]
        series.setdefault(tuple(names), []).append(said)
    if block is not None:
        yield _closed(block, series)


def _closed(block: Event, series: dict[tuple[str, ...], list[list[Any]]]) -> Event:
    told = [
        {**dict(zip(_SERIES, names, strict=True)), "values": values}
        for names, values in sorted(series.items())
    ]
    return {**block, "series": told}


def _messages(session: Session) -> Iterator[Event]:
    """Yield, for each minute of arrival and device, how many messages came and a digest of them."""
    rows = (
        Message.objects.filter(session=session)
        .order_by("device_id", "received_at", "pk")
        .values_list("device_id", "received_at", "raw")
    )
    here: tuple[str, datetime] | None = None
    count, digest = 0, hashlib.sha256()
    for device, received_at, raw in rows.iterator(chunk_size=2000):
        minute = received_at.replace(second=0, microsecond=0)
        if here is not None and here != (device, minute):
            yield _told(here, count, digest.hexdigest())
            count, digest = 0, hashlib.sha256()
        here = (device, minute)
        count += 1
        digest.update(hashlib.sha256(bytes(raw)).digest())
    if here is not None:
        yield _told(here, count, digest.hexdigest())


def _told(here: tuple[str, datetime], count: int, digest: str) -> Event:
    device, minute = here
    return {
        KEY: f"messages:{device}:{stamp(minute)}",
        "at": stamp(minute),
        "device": device,
        "messages": count,
        "sha256": digest,
    }
