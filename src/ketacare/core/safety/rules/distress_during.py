"""Whether dissociation or distress needs support."""

from __future__ import annotations

from ketacare.core.record import Vital
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.kinds import Level
from ketacare.core.safety.watching import said_levels, state_answer, states_of


def judge(case: Case) -> Verdict:
    """Return a warning for distress or CADSS-6 from their limits on.

    These are asked on demand: only when neither is known is the answer unknown.
    """
    states = states_of(case, Vital.DISTRESS, Vital.CADSS6)
    used = tuple(state_answer(state) for state in states)
    said = said_levels(states)
    if any(s.is_high_concern for s in states):
        return case.found("severe", *used, found=said)
    if any(s.level is Level.AMBER for s in states):
        return case.found("marked", *used, found=said)
    known = tuple(answer for answer in used if not answer.missing)
    return case.passes(*known) if known else case.cannot_tell(*used)
