"""What was measured and done in a session, fetched once for everything that is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ketacare.clinic.infusions import access, mapping
from ketacare.clinic.infusions.models import PumpEvent, Session
from ketacare.clinic.vitals import access as vitals
from ketacare.clinic.vitals.access import Connection
from ketacare.clinic.vitals.models import Value
from ketacare.clinic.vitals.trace import Trace
from ketacare.core.record import InfusionEvent, Measurement, Person, Vital
from ketacare.core.safety import session_baseline as core_baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What was measured in a session, fetched once for everything the page shows."""

    rows: Sequence[Value]
    persons: tuple[Measurement, ...]
    device: tuple[Measurement, ...]
    events: tuple[PumpEvent, ...]
    history: tuple[InfusionEvent, ...]
    baseline: Mapping[Vital, float]
    connection: Connection


def read(session: Session, *, now: datetime) -> Readings:
    """Fetch the values and acts of a session."""
    rows = vitals.persons_values(session.pk)
    persons = vitals.current(rows)
    events = tuple(access.events_of(session))
    return Readings(
        rows=rows,
        persons=persons,
        device=vitals.recent_device_values(session.pk, now=now) if session.is_open else (),
        events=events,
        history=mapping.event_records(events),
        baseline=baseline_of(session, persons, now=now),
        connection=vitals.connection_of(session.pk, now=now),
    )


def read_again(
    session: Session, trace: Trace, before: Readings | None, *, now: datetime
) -> Readings:
    """Return the same from a trace; acts and baseline are fetched only when ``before`` is ``None``."""
    if before is None:
        events = tuple(access.events_of(session))
        history = mapping.event_records(events)
        baseline = baseline_of(session, trace.persons, now=now)
    else:
        events, history, baseline = before.events, before.history, before.baseline
    return Readings(
        rows=trace.rows,
        persons=trace.persons,
        device=tuple(trace.device),
        events=events,
        history=history,
        baseline=baseline,
        connection=trace.connection(now=now),
    )


def baseline_of(
    session: Session, persons: Sequence[Measurement], *, now: datetime
) -> Mapping[Vital, float]:
    """Return the values before the start (before now, while it has not started)."""
    before = session.started_at or now
    seen = vitals.device_values_before(session.pk, before)
    return core_baseline(Person(id="", label="", measurements=(*seen, *persons)), before)
