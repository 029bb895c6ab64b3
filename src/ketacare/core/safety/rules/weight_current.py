"""Whether the weight the dose rests on is recent and believable."""

from __future__ import annotations

from ketacare.core.record import Vital
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.facts import Answer


def judge(case: Case) -> Verdict:
    """Return a block if the weight changed too much since the one before.

    The one before is the latest earlier measurement or the weight of the last infusion before it.
    """
    weight = case.measured(Vital.WEIGHT, case.span("fresh"))
    if weight.number is None or weight.at is None:
        return case.cannot_tell(weight)
    earlier = [
        (m.at, m.value) for m in case.snapshot.measurements[Vital.WEIGHT] if m.at < weight.at
    ] + [
        (i.at, i.weight_kg)
        for i in case.snapshot.infusions
        if i.weight_kg is not None and i.at < weight.at
    ]
    if not earlier:
        return case.passes(weight, weight=weight.text)
    at, before = max(earlier)
    change = abs(weight.number - before) / before * 100.0
    used = Answer(code="weight_before", label="weight before", value=before, at=at, unit="kg")
    if change > case.bound("change", "%"):
        said = f"{change:.0f}%"
        return case.found(
            "changed", weight, used, weight=weight.text, before=used.text, change=said
        )
    return case.passes(weight, used, weight=weight.text)
