"""Whether there is a score from before the first infusion, to count improvement from."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.course import course_start, last_total
from ketacare.core.safety.facts import Answer


def judge(case: Case) -> Verdict:
    """Return pass for one complete score within the window before the first infusion.

    Once a course has begun a missing baseline cannot be made up; the rule is about its first day.
    """
    window = case.limit("window")
    begun = course_start(case)
    if begun is not None:
        return case.passes(
            Answer(
                code="course_start", label="first infusion of the course", value="given", at=begun
            )
        )
    pairs = zip(case.words("scales"), case.words("names"), strict=True)
    found = [
        answer
        for instrument, name in pairs
        if (answer := last_total(case, instrument, name, case.now, case.span("window")))
    ]
    if found:
        return case.passes(*found)
    names = " or ".join(case.words("names"))
    return case.cannot_tell(case.given(f"complete {names} of the last {window.value:g} days", None))
