"""Whether dissociation has passed."""

from __future__ import annotations

from ketacare.core.record import Vital
from ketacare.core.safety.case import Case, Verdict


def judge(case: Case) -> Verdict:
    """Return a block above the rule's CADSS-6 score; the observation has to be fresh."""
    score = case.measured(Vital.CADSS6, case.span("fresh"))
    if score.number is None:
        return case.cannot_tell(score)
    if score.number > case.bound("highest", "point"):
        return case.found("dissociated", score, score=score.text)
    return case.passes(score, score=score.text)
