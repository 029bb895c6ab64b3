"""Whether the pulse or a new rhythm asks for a pause."""

from __future__ import annotations

from ketacare.core.record import Vital
from ketacare.core.safety.case import PASS, Case, Verdict
from ketacare.core.safety.kinds import Level
from ketacare.core.safety.watching import milder, said_levels, state_answer, states_of


def judge(case: Case) -> Verdict:
    """Return a block for a red or critical rate or a new rhythm, a warning for amber.

    The rhythm is asked for when someone has seen something; not asking is not a gap.
    """
    states = states_of(case, Vital.HEART_RATE)
    rhythm = case.ask("new_arrhythmia")
    used = (*(state_answer(state) for state in states), rhythm)
    said = said_levels(states)
    if rhythm.value is True:
        return case.found("rhythm", *used)
    if any(s.level is Level.CRITICAL for s in states):
        return case.found("critical", *used, found=said)
    if any(s.level is Level.RED for s in states):
        return case.found("red", *used, found=said)
    if any(s.level is Level.AMBER for s in states):
        return milder(case, "amber", states)
    return milder(case, PASS, states)
