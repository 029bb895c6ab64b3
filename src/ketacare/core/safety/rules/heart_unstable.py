"""Whether the heart or the brain's circulation could not stand a rise in blood pressure."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import unless_missing


def judge(case: Case) -> Verdict:
    """Return a block for unstable disease, or a recent event that no cardiologist has cleared."""
    unstable, event = case.ask_all("unstable_cardiac", "mi_or_stroke_6mo")
    if unstable.value is True:
        return case.found("unstable", unstable, event)
    if event.value is True:
        cleared = case.ask("cardiology_clearance")
        if cleared.value is not True:
            return case.found("recent_event", unstable, event, cleared)
        return unless_missing(case, unstable, event, cleared)
    return unless_missing(case, unstable, event)
