"""Whether what is in the cupboard is what the register says."""

from __future__ import annotations

from ketacare.core.record import spoken_date
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.preparation import Stock


def judge(case: Case) -> Verdict:
    """Return a hard stop for a difference, and say when the clocks of the law run out."""
    stock = case.context.stock or Stock()
    difference = case.given("difference between count and register", stock.difference_mg, "mg")
    if difference.number is None:
        return case.cannot_tell(difference)
    if abs(difference.number) <= case.bound("tolerance", "mg"):
        return case.passes(difference)
    found = stock.difference_found or case.now
    form = found + case.span("form")
    values = {"difference": difference.text, "form_by": spoken_date(form)}
    if case.now > form:
        return case.found("very_late", difference, **values)
    if case.now - found > case.span("notice"):
        return case.found("late", difference, **values)
    return case.found("difference", difference, **values)
