"""Whether the person is fully awake."""

from __future__ import annotations

from ketacare.core.record import Vital
from ketacare.core.safety.case import Case, Verdict


def judge(case: Case) -> Verdict:
    """Return a block below the rule's sedation score; the observation has to be fresh."""
    score = case.measured(Vital.MOAAS, case.span("fresh"))
    if score.number is None:
        return case.cannot_tell(score)
    if score.number < case.bound("lowest", "point"):
        return case.found("sedated", score, score=score.text)
    return case.passes(score, score=score.text)
