"""What to do about a problem during an infusion: what to ask first, the steps, and only then a drug.

A drug is shown after the questions of its problem are answered and, for blood pressure, after the
value was confirmed or symptoms were reported (Yip et al. 2022, Front Psychiatry 13:1017504). It is
shown, never ordered. Doses come from ``knowledge/safety/rescue.toml``, for the site to sign.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Measurement, Person, Vital
from ketacare.core.safety.dated import spoken
from ketacare.core.safety.facts import CLOCK_SLACK, Answer, index_facts, read_answer
from ketacare.core.safety.kinds import Level, Station
from ketacare.core.safety.limits import Side
from ketacare.core.safety.patterns import phrase
from ketacare.core.safety.policy import Policy, policy_day
from ketacare.core.safety.vitals import VitalState, judge_vitals, level_of, session_baseline
from ketacare.core.sources import Provenance, Sourced

_HIGH = {Side.ABOVE, Side.FROM, Side.RISE}


class Direction(StrEnum):
    """On which side of its limits a value makes the problem."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class RescueAgent:
    """A drug the site may have signed for a problem: dose range in mg, and when it is not shown.

    ``avoid_pulse`` hides it below that pulse; ``needs_fact`` shows it only after a "yes" to it.
    """

    name: str
    route: str
    low: Sourced
    high: Sourced
    most: Sourced | None = None
    again: str = ""
    avoid: tuple[str, ...] = ()
    avoid_pulse: Sourced | None = None
    needs_fact: str = ""
    note: str = ""

    @property
    def dose(self) -> str:
        """Return the dose as said: ``"10 to 20 mg into a vein, at most 300 mg"``."""
        low, high = self.low.to("mg"), self.high.to("mg")
        amount = spoken(low, "mg") if low == high else f"{low:g} to {spoken(high, 'mg')}"
        parts = [f"{amount} {self.route}", self.again]
        if self.most is not None:
            parts.append(f"at most {spoken(self.most.to('mg'), 'mg')}")
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class RescueProblem:
    """One problem: which values show it, what is asked first, the steps, and the drugs.

    A problem without ``kinds`` is one somebody calls by name. ``start`` is the value from which it
    is one where the monitoring limits have none.
    """

    id: str
    title: str
    steps: tuple[str, ...]
    kinds: tuple[Vital, ...] = ()
    side: Direction = Direction.HIGH
    ask: tuple[str, ...] = ()
    confirm: bool = False
    watch: str = ""
    start: Sourced | None = None
    agents: tuple[RescueAgent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RescuePlan:
    """All problems, in the order they are shown."""

    provenance: Provenance
    problems: tuple[RescueProblem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentShown:
    """A drug with its dose as said, or (``shown`` false) why it is not shown now."""

    agent: RescueAgent
    shown: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RescuePrompt:
    """What to do now about one problem.

    ``questions`` are to be asked before anything below them is read; while one is open, ``agents``
    are all hidden and ``held`` says why.
    """

    problem: RescueProblem
    found: str
    questions: tuple[str, ...]
    steps: tuple[str, ...]
    agents: tuple[AgentShown, ...]
    held: str
    status: str


def rescue_prompts(
    person: Person,
    policy: Policy,
    plan: RescuePlan,
    *,
    now: datetime,
    started: datetime | None,
    called: Iterable[str] = (),
) -> tuple[RescuePrompt, ...]:
    """Return the prompts for what the values show now, and for the problems ``called`` by name.

    Raises :class:`InputError` when a called problem is not one of the plan.
    """
    day = policy_day(person, now.date())
    baseline = session_baseline(person, started)
    states = {s.kind: s for s in judge_vitals(person.measurements, baseline, policy, now, day=day)}
    names = set(called)
    unknown = names - {problem.id for problem in plan.problems}
    if unknown:
        known = ", ".join(problem.id for problem in plan.problems)
        raise InputError(
            ErrorCode.UNKNOWN_NAME, f'"{min(unknown)}" is not a problem of the plan; use {known}'
        )
    facts = index_facts(person, now)

    def answer(code: str) -> Answer:
        return read_answer(
            policy.facts[code],
            facts.get(code, ()),
            person,
            now=now,
            day=day,
            station=Station.DURING,
            not_before=started,
        )

    prompts = []
    for problem in plan.problems:
        showing = _showing(problem, states, person, policy, baseline, now=now)
        asked = tuple(answer(code) for code in problem.ask)
        symptoms = any(a.value is True for a in asked)
        if not (showing or symptoms or problem.id in names):
            continue
        open_questions = tuple(policy.facts[a.code].question for a in asked if a.missing)
        held = _held(problem, showing, open_questions, symptoms=symptoms)
        pulse = states.get(Vital.HEART_RATE)
        prompts.append(
            RescuePrompt(
                problem=problem,
                found=_found(showing),
                questions=open_questions,
                steps=problem.steps,
                agents=tuple(
                    _agent(
                        agent, held, pulse, answer(agent.needs_fact) if agent.needs_fact else None
                    )
                    for agent in problem.agents
                ),
                held=held,
                status=plan.provenance.status.value,
            )
        )
    return tuple(prompts)


def _showing(
    problem: RescueProblem,
    states: dict[Vital, VitalState],
    person: Person,
    policy: Policy,
    baseline: dict[Vital, float],
    *,
    now: datetime,
) -> tuple[VitalState, ...]:
    """Return the states that show the problem: red or worse on its side."""
    found = []
    for kind in problem.kinds:
        state = states.get(kind)
        if state is not None and state.is_high_concern and state.value is not None:
            limits = policy.monitoring.vitals[kind]
            day = policy_day(person, now.date())
            _, bound = level_of(limits.ranges_on(day, baseline.get(kind)), state.value)
            high = bound is not None and bound.side in _HIGH
            if high == (problem.side is Direction.HIGH):
                found.append(state)
        elif problem.start is not None:
            newest = _newest(person, kind, now)
            if newest is not None and newest.value >= problem.start.value:
                found.append(_as_state(newest, problem.start))
    return tuple(found)


def _newest(person: Person, kind: Vital, now: datetime) -> Measurement | None:
    """Return the newest value of this hour."""
    recent = [
        m
        for m in person.measurements
        if m.kind is kind and m.at <= now + CLOCK_SLACK and (now - m.at).total_seconds() <= 3600
    ]
    return max(recent, key=lambda m: m.at, default=None)


def _as_state(measured: Measurement, start: Sourced) -> VitalState:
    limit = f"{spoken(start.value, start.unit)} or more"
    label = measured.kind.value.replace("_", " ").capitalize()
    return VitalState(
        kind=measured.kind,
        label=label,
        value=measured.value,
        unit=measured.unit,
        at=measured.at,
        level=Level.RED,
        limit=limit,
        sentence=f"{label} is {spoken(measured.value, measured.unit)} ({limit}).",
        confirmed=True,
    )


def _held(
    problem: RescueProblem,
    showing: tuple[VitalState, ...],
    questions: tuple[str, ...],
    *,
    symptoms: bool,
) -> str:
    """Return why no drug is shown yet, or nothing."""
    if questions:
        return "Ask first; no drug is shown before the answer."
    if symptoms:
        return ""
    if problem.confirm and not any(state.confirmed for state in showing):
        return "Repeat the reading first; no drug is shown for a value that was seen once."
    return ""


def _found(showing: tuple[VitalState, ...]) -> str:
    if not showing:
        return ""
    return (
        phrase([state.sentence.split(". ", maxsplit=1)[0].rstrip(".") for state in showing]) + "."
    )


def _agent(
    agent: RescueAgent, held: str, pulse: VitalState | None, needed: Answer | None
) -> AgentShown:
    if held:
        return AgentShown(agent=agent, shown=False, why_not=held)
    if needed is not None and needed.value is not True:
        return AgentShown(agent=agent, shown=False, why_not=f"Only after {needed.label}.")
    if agent.avoid_pulse is not None:
        floor = agent.avoid_pulse.value
        if pulse is None or pulse.value is None or pulse.level in {Level.STALE, Level.NONE}:
            return AgentShown(agent=agent, shown=False, why_not="The pulse is not known: count it.")
        if pulse.value < floor:
            said = spoken(floor, agent.avoid_pulse.unit)
            return AgentShown(agent=agent, shown=False, why_not=f"The pulse is below {said}.")
    return AgentShown(agent=agent, shown=True)
