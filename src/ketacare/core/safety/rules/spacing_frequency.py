"""Whether infusions come too often, counted over a week and over three weeks."""

from __future__ import annotations

from datetime import timedelta

from ketacare.core.safety.case import Case, Verdict


def judge(case: Case) -> Verdict:
    """Return a block if this infusion would exceed the number per week or per induction.

    Windows end with the planned start and include it.
    """
    start = case.context.planned_at or case.now
    times = [infusion.at for infusion in case.snapshot.infusions]
    week = 1 + sum(1 for at in times if timedelta() <= start - at < case.span("week"))
    series = 1 + sum(1 for at in times if timedelta() <= start - at < case.span("induction"))
    used = (
        case.given("infusions in a week", float(week), "count"),
        case.given("infusions in three weeks", float(series), "count"),
    )
    if week > case.bound("most_per_week", "count"):
        return case.found("week", *used, count=str(week))
    if series > case.bound("most_per_induction", "count"):
        return case.found("series", *used, count=str(series))
    return case.passes(*used)
