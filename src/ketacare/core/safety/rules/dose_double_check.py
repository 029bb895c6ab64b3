"""Whether two independent calculations of the dose agree."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict


def judge(case: Case) -> Verdict:
    """Return a hard stop if the two differ by more than the tolerance of the larger."""
    first = case.given("first dose calculation", case.context.dose_mg, "mg")
    second = case.given("second dose calculation", case.context.second_dose_mg, "mg")
    if first.number is None or second.number is None:
        return case.cannot_tell(first, second)
    difference = abs(first.number - second.number) / max(first.number, second.number) * 100.0
    if difference > case.bound("tolerance", "%"):
        return case.found("mismatch", first, second, first=first.text, second=second.text)
    return case.passes(first, second, first=first.text)
