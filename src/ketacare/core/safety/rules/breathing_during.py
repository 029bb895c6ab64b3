"""Whether breathing or wakefulness asks for a stop."""

from __future__ import annotations

from ketacare.core.record import Vital
from ketacare.core.safety.case import PASS, Case, Verdict
from ketacare.core.safety.kinds import Level
from ketacare.core.safety.watching import milder, said_levels, state_answer, states_of


def judge(case: Case) -> Verdict:
    """Return a hard stop for a critical or confirmed red value, a warning for less."""
    states = states_of(case, Vital.SPO2, Vital.RESPIRATORY_RATE, Vital.MOAAS)
    if any(s.is_high_concern and s.confirmed for s in states):
        used = tuple(state_answer(state) for state in states)
        return case.found("stop", *used, found=said_levels(states))
    if any(s.is_high_concern for s in states):
        return milder(case, "repeat", states)
    if any(s.level is Level.AMBER for s in states):
        return milder(case, "amber", states)
    return milder(case, PASS, states)
