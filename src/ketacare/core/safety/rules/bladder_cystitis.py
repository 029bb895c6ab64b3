"""Whether there are signs of ketamine's bladder damage or anything that looks like it."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.course import last_total
from ketacare.core.safety.patterns import any_yes


def judge(case: Case) -> Verdict:
    """Return a block for symptoms somebody answered yes to, or a bladder score from the limit on.

    The score is read where one was taken; the question is asked of everybody.
    """
    (scale,), (name,) = case.words("scales"), case.words("names")
    score = last_total(case, scale, name, case.now, case.span("window"))
    if score is None or score.number is None or score.number < case.bound("score", "point"):
        return any_yes(case, "present", "interstitial_cystitis")
    answer = case.ask("interstitial_cystitis")
    if answer.value is True:
        return case.found("present", answer, score, found=answer.label)
    return case.found("score", score, answer, total=f"{score.number:g}")
