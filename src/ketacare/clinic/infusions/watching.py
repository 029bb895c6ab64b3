"""What whoever watches a session sees now: phase, what is due, limits, the monitor, the pump.

Limits and sentences come from the safety policy; nothing here decides. This is not an alarm: the
bedside monitor's own alarms come first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ketacare.clinic.eligibility import access as eligibility
from ketacare.clinic.history.access import medicines_of
from ketacare.clinic.infusions import access, checks, mapping
from ketacare.clinic.infusions.models import FLOWING_PHASES, Phase, PumpEvent, Session, Step
from ketacare.clinic.vitals import access as vitals
from ketacare.clinic.vitals.access import Connection
from ketacare.clinic.vitals.forms import PRESSURE
from ketacare.clinic.vitals.models import Value
from ketacare.core.planning import Delivered
from ketacare.core.record import Fact, InfusionEvent, Measurement, Origin, Person, Vital
from ketacare.core.safety import (
    DueItem,
    Level,
    Outcome,
    RuleFinding,
    Station,
    VitalState,
    due_observations,
    judge_vitals,
    screen,
    watch_closely,
)
from ketacare.core.safety import session_baseline as core_baseline
from ketacare.knowledge.load import load_observations, load_policy, load_treatments
from ketacare.knowledge.loading.bedside import spoken_unit

MONITOR_SILENT = timedelta(seconds=30)  # a monitor that sends every few seconds has stopped
_WORDS = {
    Level.NORMAL: (gettext_lazy("In limits"), "good"),
    Level.AMBER: (gettext_lazy("Amber"), "watch"),
    Level.RED: (gettext_lazy("Red"), "stop"),
    Level.CRITICAL: (gettext_lazy("Critical"), "stop"),
    Level.STALE: (gettext_lazy("Too old"), "none"),
    Level.NONE: (gettext_lazy("Not measured"), "none"),
}
_ORDER = (Level.CRITICAL, Level.RED, Level.AMBER)
SYMPTOMS = "target_organ_symptoms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """The last value of one vital sign, how old it is, who measured it, and what its limits say."""

    state: VitalState
    short: str
    unit: str
    value: str
    age: str
    level_word: str
    status: str
    by_person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One observation that is due, and the name of the form it is entered in."""

    item: DueItem
    entry: str

    @property
    def is_late(self) -> bool:
        """Whether its time has passed."""
        return self.item.overdue_minutes > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pump:
    """What the pump has given, by the acts recorded here."""

    delivered: Delivered
    percent: float
    rate_ml_h: float
    empty_at: datetime | None
    is_empty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Everything of the live part of the page."""

    session: Session
    now: datetime
    phase_minutes: int
    due: tuple[Due, ...]
    is_overdue: bool
    tiles: tuple[Tile, ...]
    alerts: tuple[RuleFinding, ...]
    concerns: tuple[Tile, ...]
    asks_symptoms: bool
    symptoms_question: str
    symptoms: Fact | None
    pump: Pump | None
    connection: Connection
    monitor_silent: bool
    meanwhile: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What was measured in a session, fetched once for everything the page shows."""

    rows: Sequence[Value]
    persons: tuple[Measurement, ...]
    device: tuple[Measurement, ...]
    events: tuple[PumpEvent, ...]
    history: tuple[InfusionEvent, ...]
    baseline: Mapping[Vital, float]


def read(session: Session, *, now: datetime) -> Readings:
    """Fetch the values and acts of a session."""
    rows = vitals.persons_values(session.pk)
    persons = vitals.current(rows)
    events = tuple(access.events_of(session))
    before = session.started_at or now
    seen = vitals.device_values_before(session.pk, before)
    person = Person(id="", label="", measurements=(*seen, *persons))
    return Readings(
        rows=rows,
        persons=persons,
        device=vitals.recent_device_values(session.pk, now=now) if session.is_open else (),
        events=events,
        history=mapping.event_records(events),
        baseline=core_baseline(person, before),
    )


def watch(session: Session, readings: Readings, *, now: datetime, seen: int | None = None) -> Watch:
    """Return the live part of a session; ``seen`` is the version of the page that asks."""
    policy = load_policy()
    measured = (*readings.persons, *readings.device)
    states = judge_vitals(measured, readings.baseline, policy, now)
    tiles = tuple(_tile(state, measured, now) for state in states)
    watched = session.phase in {*FLOWING_PHASES, Phase.RECOVERY}
    facts = eligibility.facts_of(session.patient_id) if watched else ()
    due = _due(session, measured, readings.baseline, now)
    alerts = _alerts(session, measured, facts, now) if watched else ()
    pressures = (Vital.SYSTOLIC, Vital.DIASTOLIC)
    asks = any(s.kind in pressures and s.level in _ORDER for s in states) and watched
    connection = vitals.connection_of(session.pk, now=now)
    silent = (
        connection.age_seconds is not None
        and connection.age_seconds > MONITOR_SILENT.total_seconds()
    )
    since = access.steps_since(session, seen) if seen is not None else []
    return Watch(
        session=session,
        now=now,
        phase_minutes=max(0, (now - session.phase_since) // timedelta(minutes=1)),
        due=due,
        is_overdue=any(each.is_late for each in due),
        tiles=tiles if watched else tuple(tile for tile in tiles if tile.value),
        alerts=alerts,
        concerns=tuple(
            sorted(
                (t for t in tiles if t.state.level in _ORDER),
                key=lambda tile: _ORDER.index(tile.state.level),
            )
        ),
        asks_symptoms=asks,
        symptoms_question=policy.monitoring.symptoms_question,
        symptoms=_symptoms(facts, session),
        pump=_pump(session, readings.history, now),
        connection=connection,
        monitor_silent=silent,
        meanwhile=tuple(since),
    )


def _tile(state: VitalState, measured: Sequence[Measurement], now: datetime) -> Tile:
    word, status = _WORDS[state.level]
    last = next((m for m in measured if m.kind is state.kind and m.at == state.at), None)
    return Tile(
        state=state,
        short=load_observations()[state.kind].short,
        unit=spoken_unit(state.kind),
        value="" if state.value is None else f"{state.value:g}",
        age="" if state.at is None else _age(now - state.at),
        level_word=str(word),
        status=status,
        by_person=last is not None and last.origin is Origin.PERSON,
    )


def _age(span: timedelta) -> str:
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return _("{n} s ago").format(n=seconds)
    minutes = seconds // 60
    if minutes < 120:
        return _("{n} min ago").format(n=minutes)
    return _("{n} h ago").format(n=minutes // 60)


def _due(
    session: Session,
    measured: Sequence[Measurement],
    baseline: Mapping[Vital, float],
    now: datetime,
) -> tuple[Due, ...]:
    phase = checks.bedside_phase(session)
    if phase is None or session.started_at is None:
        return ()
    person = Person(id="", label="", medicines=medicines_of(session.patient_id))
    found = due_observations(
        load_policy(),
        session.started_at,
        phase,
        measured,
        now,
        baseline=baseline,
        closer=watch_closely(person, load_policy(), load_treatments(), now),
    )
    return tuple(
        Due(item=item, entry=PRESSURE if item.kind is Vital.SYSTOLIC else item.kind.value)
        for item in found
    )


def _alerts(
    session: Session, measured: Sequence[Measurement], facts: Sequence[Fact], now: datetime
) -> tuple[RuleFinding, ...]:
    """Return what the rules during an infusion say that is not "all is well"."""
    started = session.started_at
    person = Person(
        id="",
        label="",
        measurements=tuple(measured),
        facts=tuple(f for f in facts if started is not None and f.at >= started),
    )
    found = screen(
        person,
        load_policy(),
        {},
        station=Station.DURING,
        now=now,
        context=checks.context_of(session),
        rules={
            rule.id
            for rule in load_policy().rules_at(Station.DURING)
            if rule.id != "observations.overdue"  # shown at the top by itself
        },
    )
    order = (Outcome.BLOCK, Outcome.WARN)
    shown = [finding for finding in found if finding.outcome in order]
    return tuple(sorted(shown, key=lambda finding: order.index(finding.outcome)))


def _symptoms(facts: Sequence[Fact], session: Session) -> Fact | None:
    since = session.started_at
    asked = [f for f in facts if f.code == SYMPTOMS and since is not None and f.at >= since]
    return asked[-1] if asked else None


def _pump(session: Session, history: Sequence[InfusionEvent], now: datetime) -> Pump | None:
    so_far = mapping.delivered_at(session, history, now)
    if so_far is None or not session.bag_ml or not session.concentration_mg_per_ml:
        return None
    empty = mapping.empty_at(session, history, now)
    return Pump(
        delivered=so_far,
        percent=min(100.0, 100.0 * so_far.volume_mL / session.bag_ml),
        rate_ml_h=so_far.mg_per_h / session.concentration_mg_per_ml,
        empty_at=empty,
        is_empty=empty is not None and empty <= now,
    )
