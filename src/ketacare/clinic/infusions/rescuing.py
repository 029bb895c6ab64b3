"""What the clinic's policy says about a problem at the bedside: asked first, then read, never ordered.

A prompt appears when a value crosses its limit, or when somebody calls the problem by its name. The
question about symptoms comes before anything else; the answer is recorded like any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ketacare.clinic.eligibility import access as eligibility
from ketacare.clinic.infusions.models import FLOWING_PHASES, Phase, Session
from ketacare.clinic.infusions.watching import Readings
from ketacare.core.record import Person
from ketacare.core.safety import FactDefinition, RescueProblem, RescuePrompt, rescue_prompts
from ketacare.knowledge.load import load_policy, load_rescue, load_sources

PHASES = frozenset({*FLOWING_PHASES, Phase.RECOVERY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A question of a prompt that was answered: what was said, when, by whom."""

    label: str
    said: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One problem with its open questions, what was answered, and where all of it comes from."""

    core: RescuePrompt
    asks: tuple[FactDefinition, ...]
    answered: tuple[Answered, ...]
    sources: tuple[str, ...]


def prompts_of(
    session: Session, readings: Readings, *, now: datetime, called: Iterable[str] = ()
) -> tuple[Prompt, ...]:
    """Return what the policy says about what is seen now, nothing before the start or after leaving."""
    if session.phase not in PHASES or session.started_at is None:
        return ()
    policy, plan = load_policy(), load_rescue()
    facts = tuple(
        fact for fact in eligibility.facts_of(session.patient_id) if fact.at >= session.started_at
    )
    person = Person(
        id="", label="", measurements=(*readings.persons, *readings.device), facts=facts
    )
    found = rescue_prompts(person, policy, plan, now=now, started=session.started_at, called=called)
    sources = tuple(
        load_sources()[name].citation for name in plan.provenance.sources if name != "project"
    )
    return tuple(
        Prompt(
            core=each,
            asks=tuple(
                policy.facts[code]
                for code in _codes(each.problem)
                if policy.facts[code].question in each.questions or code not in each.problem.ask
            ),
            answered=tuple(
                Answered(
                    label=policy.facts[fact.code].label,
                    said="yes" if fact.value is True else "no",
                    at=fact.at,
                    by=fact.by,
                )
                for fact in facts
                if fact.code in _codes(each.problem)
            ),
            sources=sources,
        )
        for each in found
    )


def asked_codes() -> frozenset[str]:
    """Return every question that a prompt may ask."""
    return frozenset(code for problem in load_rescue().problems for code in _codes(problem))


def problems() -> tuple[RescueProblem, ...]:
    """Return the problems somebody can call by name, in the order of the plan."""
    return load_rescue().problems


def _codes(problem: RescueProblem) -> tuple[str, ...]:
    needed = (agent.needs_fact for agent in problem.agents if agent.needs_fact)
    return tuple(dict.fromkeys((*problem.ask, *needed)))
