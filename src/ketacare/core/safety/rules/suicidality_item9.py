"""Whether a PHQ-9 that speaks of death or self-harm was followed by a C-SSRS, and that by a person."""

from __future__ import annotations

from ketacare.core.record import Score
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.facts import Answer

_ITEM = 9


def judge(case: Case) -> Verdict:
    """Return a hard stop for item 9 above the limit without a C-SSRS after it, or a high C-SSRS."""
    risk = case.ask("cssrs_since_last")
    if risk.value == "high":
        return case.found("high", risk)
    item = item_nine(case)
    if item.number is None:
        return case.cannot_tell(item, *((risk,) if risk.missing else ()))
    if item.number < case.bound("item", "point"):
        return case.passes(item)
    asked = case.snapshot.facts.get("cssrs_since_last", ())
    if asked and item.at is not None and asked[-1].at >= item.at and not risk.missing:
        return case.passes(item, risk)
    return case.found("not_followed", item, risk, item=f"{item.number:g}")


def item_nine(case: Case) -> Answer:
    """Return the newest answer to item 9 of the PHQ-9, missing when there is none within the window."""
    label = "item 9 of the PHQ-9"
    code = "score:phq9:item9"
    newest: Score | None = None
    for score in case.person.scores_of("phq9"):
        if score.at <= case.now and score.items is not None and len(score.items) >= _ITEM:
            newest = score
    if newest is None or newest.items is None or newest.items[_ITEM - 1] is None:
        return Answer(code=code, label=label, value=None, problem=f"{label} is not answered")
    if case.now - newest.at > case.span("window"):
        problem = f"{label} was last answered on {case.person.when(newest.at)}, which is too old"
        return Answer(code=code, label=label, value=None, at=newest.at, problem=problem)
    value = float(newest.items[_ITEM - 1] or 0)
    return Answer(code=code, label=label, value=value, at=newest.at, unit="point")
