"""Whether the inventory of the controlled stock is due."""

from __future__ import annotations

from datetime import timedelta

from ketacare.core.record import spoken_date
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.preparation import Stock


def judge(case: Case) -> Verdict:
    """Return a hard stop from the day it is due, a warning in the weeks before."""
    last = (case.context.stock or Stock()).last_inventory
    answer = case.given("date of the last inventory", None if last is None else spoken_date(last))
    if last is None:
        return case.cannot_tell(answer)
    due = last + timedelta(days=case.bound("every", "d"))
    days = (due - case.now.date()).days
    if days <= 0:
        return case.found("due", answer, due=spoken_date(due))
    if days <= case.bound("warn", "d"):
        return case.found("soon", answer, due=spoken_date(due))
    return case.passes(answer)
