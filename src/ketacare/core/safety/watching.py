"""What the rules during an infusion share: the states of vital signs as answers and as speech."""

from __future__ import annotations

from ketacare.core.record import Vital
from ketacare.core.safety.case import PASS, Case, Verdict
from ketacare.core.safety.dated import spoken
from ketacare.core.safety.facts import Answer
from ketacare.core.safety.kinds import Level
from ketacare.core.safety.patterns import phrase
from ketacare.core.safety.vitals import VitalState

_KNOWN = frozenset({Level.NORMAL, Level.AMBER, Level.RED, Level.CRITICAL})


def states_of(case: Case, *kinds: Vital) -> tuple[VitalState, ...]:
    """Return the states of ``kinds`` now, in the order asked."""
    states = {state.kind: state for state in case.snapshot.vitals}
    return tuple(states[kind] for kind in kinds)


def state_answer(state: VitalState) -> Answer:
    """Return a state as an answer; a stale or absent value is a missing one."""
    known = state.level in _KNOWN
    return Answer(
        code=f"measurement:{state.kind.value}",
        label=state.label,
        value=state.value if known else None,
        at=state.at,
        unit=state.unit,
        problem="" if known else state.sentence.removesuffix("."),
    )


def said_levels(states: tuple[VitalState, ...]) -> str:
    """Return the values that are not normal as one phrase, with the bound each crossed."""
    crossed = [
        f"{s.label[:1].lower()}{s.label[1:]} {spoken(s.value, s.unit)} ({s.limit})"
        for s in states
        if s.value is not None and s.level in _KNOWN and s.level is not Level.NORMAL
    ]
    return phrase(crossed) if crossed else ""


def milder(case: Case, situation: str, states: tuple[VitalState, ...], *more: Answer) -> Verdict:
    """Return the rule's ``situation`` (a warning, or pass), unless a value is not known.

    A warning about one value must not hide that another one is missing.
    """
    answers = tuple(state_answer(state) for state in states)
    said = said_levels(states)
    if any(answer.missing for answer in answers):
        return case.cannot_tell(*answers, known=said)
    if situation == PASS:
        return case.passes(*answers)
    return case.found(situation, *answers, *more, found=said)
