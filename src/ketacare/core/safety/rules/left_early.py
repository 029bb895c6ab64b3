"""Whether somebody who left before the criteria were met was written down and called."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import listed

_LEFT, _RECORD, _SOON, _LATER = (
    "left_before_ready",
    "left_against_advice_recorded",
    "call_after_leaving_done",
    "call_next_day_done",
)


def judge(case: Case) -> Verdict:
    """Return a block for a record or a call that is owed; a warning while calls are still to come."""
    left = case.ask(_LEFT)
    if left.missing:
        return case.cannot_tell(left)
    if left.value is False or left.at is None:
        return case.passes(left)
    gone = case.now - left.at
    owed = [case.ask(_RECORD)]
    if gone >= case.span("first_call"):
        owed.append(case.ask(_SOON))
    if gone >= case.span("second_call"):
        owed.append(case.ask(_LATER))
    undone = [answer for answer in owed if answer.value is False]
    if undone:
        return case.found("owed", left, *owed, found=listed(undone))
    if any(answer.missing for answer in owed):
        return case.cannot_tell(left, *owed)
    if gone < case.span("second_call"):
        return case.found("waiting", left, *owed)
    return case.passes(left, *owed)
