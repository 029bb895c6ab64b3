"""Whether enough hours passed since the last infusion."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict, ago
from ketacare.core.safety.facts import Answer


def judge(case: Case) -> Verdict:
    """Return a block if the infusion would start sooner than the rule's hours after the last."""
    start = case.context.planned_at or case.now
    if not case.snapshot.infusions:
        return case.passes(case.given("earlier infusions", 0.0, "count"), since="none yet")
    last = case.snapshot.infusions[-1].at
    gap = start - last
    used = Answer(code="last_infusion", label="last infusion", value=f"{ago(gap)} before", at=last)
    if gap < case.span("shortest"):
        return case.found("too_soon", used, since=ago(gap))
    return case.passes(used, since=ago(gap))
