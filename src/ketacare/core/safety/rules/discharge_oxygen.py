"""Whether oxygen saturation on room air is back."""

from __future__ import annotations

from ketacare.core.record import Vital
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.vitals import session_baseline


def judge(case: Case) -> Verdict:
    """Return a block below the value before the infusion less the tolerance, or below the floor."""
    spo2 = case.measured(Vital.SPO2, case.span("fresh"))
    baseline = session_baseline(case.person, case.context.started).get(Vital.SPO2)
    before = case.given("oxygen saturation before the infusion", baseline, "%")
    if spo2.number is None:
        return case.cannot_tell(spo2)
    if spo2.number < case.bound("floor", "%"):
        return case.found("low", spo2, before, value=spo2.text)
    if before.number is None:
        return case.cannot_tell(spo2, before)
    if spo2.number < before.number - case.bound("tolerance", "%"):
        return case.found("below_baseline", spo2, before, value=spo2.text, before=before.text)
    return case.passes(spo2, before, value=spo2.text)
