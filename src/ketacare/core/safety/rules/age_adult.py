"""Whether the person is an adult."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict


def judge(case: Case) -> Verdict:
    """Return a block below the rule's age in completed years."""
    age = case.given("age", case.person.age_at(case.now), "year")
    if age.number is None:
        return case.cannot_tell(age)
    if age.number < case.bound("minimum", "year"):
        return case.found("too_young", age, age=age.text)
    return case.passes(age, age=age.text)
