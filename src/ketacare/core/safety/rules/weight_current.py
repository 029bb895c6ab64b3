"""Whether the weight the dose rests on is recent and believable."""

from __future__ import annotations

from ketacare.core.record import Vital
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.facts import Answer


def judge(case: Case) -> Verdict:
    """Return a block for an impossible weight, or one that changed too much since the one before.

    The one before is the latest earlier measurement or the weight of the last infusion before it.
    """
    weight = case.measured(Vital.WEIGHT, case.span("fresh"))
    if weight.number is None:
        return case.cannot_tell(weight)
    if not case.bound("lowest", "kg") <= weight.number <= case.bound("highest", "kg"):
        return case.found("implausible", weight, weight=weight.text)
    used = weight_before(case, weight)
    if used is None or used.number is None:
        return case.passes(weight, weight=weight.text)
    change = abs(weight.number - used.number) / used.number * 100.0
    if change > case.bound("change", "%"):
        said = f"{change:.0f}%"
        return case.found(
            "changed", weight, used, weight=weight.text, before=used.text, change=said
        )
    return case.passes(weight, used, weight=weight.text)


def weight_before(case: Case, weight: Answer) -> Answer | None:
    """Return the latest weight on record before ``weight``, ``None`` when there is none."""
    if weight.at is None:
        return None
    earlier = [(m.at, m.value) for m in case.snapshot.measurements[Vital.WEIGHT] if m.value > 0]
    earlier += [(i.at, i.weight_kg) for i in case.snapshot.infusions if i.weight_kg is not None]
    at, before = max((pair for pair in earlier if pair[0] < weight.at), default=(None, None))
    if before is None:
        return None
    return Answer(code="weight_before", label="weight before", value=before, at=at, unit="kg")
