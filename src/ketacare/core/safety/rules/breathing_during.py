"""Whether breathing or wakefulness asks for a stop."""

from __future__ import annotations

from ketacare.core.record import Vital
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.kinds import Level
from ketacare.core.safety.watching import (
    normal_or_unknown,
    said_levels,
    state_answer,
    states_of,
)

_KINDS = (Vital.SPO2, Vital.RESPIRATORY_RATE, Vital.MOAAS)


def judge(case: Case) -> Verdict:
    """Return a hard stop for a critical or confirmed red value, a warning for less."""
    states = states_of(case, *_KINDS)
    used = tuple(state_answer(state) for state in states)
    said = said_levels(states)
    if any(s.is_high_concern and s.confirmed for s in states):
        return case.found("stop", *used, found=said)
    if any(s.is_high_concern for s in states):
        return case.found("repeat", *used, found=said)
    if any(s.level is Level.AMBER for s in states):
        return case.found("amber", *used, found=said)
    return normal_or_unknown(case, states)
