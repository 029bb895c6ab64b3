"""Whether a PHQ-9 that speaks of death or self-harm was followed by a C-SSRS, and that by a person."""

from __future__ import annotations

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
    """Return the newest answer to item 9 of the PHQ-9, missing when there is none within the window.

    Of two questionnaires of one moment the higher answer counts: a thought of death is not voted down.
    """
    label = "item 9 of the PHQ-9"
    code = "score:phq9:item9"
    known = [
        (score.at, score.items[_ITEM - 1])
        for score in case.person.scores_of("phq9")
        if score.at <= case.now and score.items is not None and len(score.items) >= _ITEM
    ]
    last = max((at for at, _ in known), default=None)
    answers = [answer for at, answer in known if at == last and answer is not None]
    if last is None or not answers:
        return Answer(code=code, label=label, value=None, problem=f"{label} is not answered")
    if case.now - last > case.span("window"):
        problem = f"{label} was last answered on {case.person.spoken(last)}, which is too old"
        return Answer(code=code, label=label, value=None, at=last, problem=problem)
    return Answer(code=code, label=label, value=float(max(answers)), at=last, unit="point")
