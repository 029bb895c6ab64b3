"""What whoever watches a session sees now: phase, what is due, limits, the monitor, the pump.

Limits and sentences come from the safety policy; nothing here decides. This is not an alarm: the
bedside monitor's own alarms come first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ketacare.clinic.eligibility import access as eligibility
from ketacare.clinic.history.access import medicines_of
from ketacare.clinic.infusions import access, checks, mapping
from ketacare.clinic.infusions.models import FLOWING_PHASES, Phase, Session, Step
from ketacare.clinic.infusions.pages import Heard, pages
from ketacare.clinic.infusions.reading import Readings, read
from ketacare.clinic.vitals.access import Connection
from ketacare.clinic.vitals.forms import PRESSURE
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
from ketacare.knowledge.load import load_observations, load_policy, load_treatments
from ketacare.knowledge.loading.bedside import spoken_unit

__all__ = [
    "SYMPTOMS",
    "Due",
    "Pump",
    "Readings",
    "Tile",
    "Watch",
    "judge",
    "read",
    "watch",
    "with_states",
]

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
    epoch: float | None
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
    is_watched: bool
    alerts: tuple[RuleFinding, ...]
    concerns: tuple[Tile, ...]
    asks_symptoms: bool
    symptoms_question: str
    symptoms: Fact | None
    pump: Pump | None
    connection: Connection
    monitor_silent: bool
    meanwhile: tuple[Step, ...]
    lost_page: Heard | None = None  # the last that showed it, when none does any more


def judge(
    readings: Readings, *, now: datetime
) -> tuple[tuple[VitalState, ...], tuple[Measurement, ...]]:
    """Return where each vital sign stands, and what it was judged from."""
    measured = (*readings.persons, *readings.device)
    return judge_vitals(measured, readings.baseline, load_policy(), now), measured


def with_states(seen: Watch, readings: Readings, *, now: datetime) -> Watch:
    """Return a watch with its values as they stand now; what is due stays as it was looked up."""
    states, measured = judge(readings, now=now)
    tiles = tuple(_tile(state, measured, now) for state in states)
    return replace(
        seen,
        now=now,
        tiles=_shown(tiles, watched=seen.is_watched),
        concerns=_concerns(tiles),
        pump=_pump(seen.session, readings.history, now),
        phase_minutes=_minutes_in_phase(seen.session, now),
        connection=readings.connection,
        monitor_silent=readings.connection.is_silent,
        lost_page=pages.lost(seen.session.pk, now=now),
    )


def watch(session: Session, readings: Readings, *, now: datetime, seen: int | None = None) -> Watch:
    """Return the live part of a session; ``seen`` is the version of the page that asks."""
    policy = load_policy()
    states, measured = judge(readings, now=now)
    tiles = tuple(_tile(state, measured, now) for state in states)
    watched = session.phase in {*FLOWING_PHASES, Phase.RECOVERY}
    facts = eligibility.facts_of(session.patient_id) if watched else ()
    due = _due(session, measured, readings.baseline, now)
    alerts = _alerts(session, measured, facts, now) if watched else ()
    pressures = (Vital.SYSTOLIC, Vital.DIASTOLIC)
    asks = any(s.kind in pressures and s.level in _ORDER for s in states) and watched
    since = access.steps_since(session, seen) if seen is not None else []
    return Watch(
        session=session,
        now=now,
        phase_minutes=_minutes_in_phase(session, now),
        due=due,
        is_overdue=any(each.is_late for each in due),
        tiles=_shown(tiles, watched=watched),
        is_watched=watched,
        alerts=alerts,
        concerns=_concerns(tiles),
        asks_symptoms=asks,
        symptoms_question=policy.monitoring.symptoms_question,
        symptoms=_symptoms(facts, session),
        pump=_pump(session, readings.history, now),
        connection=readings.connection,
        monitor_silent=readings.connection.is_silent,
        meanwhile=tuple(since),
        lost_page=pages.lost(session.pk, now=now) if session.is_open else None,
    )


def _minutes_in_phase(session: Session, now: datetime) -> int:
    return max(0, (now - session.phase_since) // timedelta(minutes=1))


def _shown(tiles: Sequence[Tile], *, watched: bool) -> tuple[Tile, ...]:
    """Return all of them while somebody is watched, what has a value otherwise."""
    return tuple(tile for tile in tiles if watched or tile.value)


def _concerns(tiles: Sequence[Tile]) -> tuple[Tile, ...]:
    """Return what is beyond a limit, the worst first."""
    found = [tile for tile in tiles if tile.state.level in _ORDER]
    return tuple(sorted(found, key=lambda tile: _ORDER.index(tile.state.level)))


def _tile(state: VitalState, measured: Sequence[Measurement], now: datetime) -> Tile:
    word, status = _WORDS[state.level]
    last = next((m for m in measured if m.kind is state.kind and m.at == state.at), None)
    return Tile(
        state=state,
        short=load_observations()[state.kind].short,
        unit=spoken_unit(state.kind),
        value="" if state.value is None else f"{state.value:g}",
        age="" if state.at is None else _age(now - state.at),
        epoch=None if state.at is None else state.at.timestamp(),
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
