"""Whether the infusion runs slowly enough."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict


def judge(case: Case) -> Verdict:
    """Return a hard stop below the shortest time, an override below the usual one."""
    minutes = case.given("planned duration", case.context.minutes, "min")
    if minutes.number is None:
        return case.cannot_tell(minutes)
    if minutes.number < case.bound("shortest", "min"):
        return case.found("too_fast", minutes, minutes=minutes.text)
    if minutes.number < case.bound("usual", "min"):
        return case.found("fast", minutes, minutes=minutes.text)
    return case.passes(minutes, minutes=minutes.text)
