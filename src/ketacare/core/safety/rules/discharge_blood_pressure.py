"""Whether blood pressure is back near where it was."""

from __future__ import annotations

from ketacare.core.record import Vital
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.vitals import session_baseline


def judge(case: Case) -> Verdict:
    """Return pass if both pressures are within the tolerance of baseline, or both below the limit.

    Without a baseline only the limit can clear; a pressure beyond it then is a block.
    """
    fresh = case.span("fresh")
    systolic = case.measured(Vital.SYSTOLIC, fresh)
    diastolic = case.measured(Vital.DIASTOLIC, fresh)
    if systolic.number is None or diastolic.number is None:
        return case.cannot_tell(systolic, diastolic)
    if systolic.number < case.bound("floor", "mmHg"):
        return case.found("low", systolic, diastolic, pressure=systolic.text)
    said = f"{systolic.number:.0f}/{diastolic.number:.0f} mmHg"
    if systolic.number < case.bound("systolic", "mmHg") and diastolic.number < case.bound(
        "diastolic", "mmHg"
    ):
        return case.passes(systolic, diastolic, pressure=said)
    baseline = session_baseline(case.person, case.context.started)
    tolerance = case.bound("tolerance", "%") / 100.0
    near = all(
        kind in baseline
        and answer.number is not None
        and abs(answer.number - baseline[kind]) <= tolerance * baseline[kind]
        for kind, answer in ((Vital.SYSTOLIC, systolic), (Vital.DIASTOLIC, diastolic))
    )
    if near:
        return case.passes(systolic, diastolic, pressure=said)
    return case.found("high", systolic, diastolic, pressure=said)
