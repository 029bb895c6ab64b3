"""Whether the anxiety is severe enough, on a scale filled in recently."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.course import course_start, last_total
from ketacare.core.safety.dated import spoken
from ketacare.core.safety.facts import Answer
from ketacare.core.safety.patterns import phrase


def judge(case: Case) -> Verdict:
    """Return pass if any recent scale reaches its threshold; block if recent ones do not.

    Within a course of infusions the scores before its first infusion count: getting better must
    not make a person ineligible.
    """
    moment = course_start(case) or case.now
    used: list[Answer] = []
    reached: list[str] = []
    for instrument, name in zip(case.words("scales"), case.words("names"), strict=True):
        answer = last_total(case, instrument, name, moment, case.span("window"))
        if answer is None or answer.number is None:
            continue
        used.append(answer)
        if answer.number >= case.bound(instrument, "point"):
            reached.append(f"{name} {answer.number:g}")
    if reached:
        return case.passes(*used, scores=phrase(reached))
    if not used:
        window = case.limit("window")
        said = spoken(window.value, window.unit)
        before = "" if moment == case.now else " before the first infusion"
        return case.cannot_tell(case.given(f"complete anxiety score of the {said}{before}", None))
    said = phrase([f"{answer.label} {answer.value:g}" for answer in used])
    return case.found("mild", *used, scores=said)
