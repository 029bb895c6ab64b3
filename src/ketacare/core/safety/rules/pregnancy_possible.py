"""Whether a pregnancy is ruled out where it is possible."""

from __future__ import annotations

from ketacare.core.record import Sex
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.facts import Answer
from ketacare.core.safety.patterns import unless_missing


def judge(case: Case) -> Verdict:
    """Return pass with a fresh negative test, or where pregnancy is not possible.

    A positive test blocks whatever else was answered, also an old one that nothing newer answers. A person recorded as male is asked only if
    someone answered that pregnancy is possible.
    """
    possible, test = case.ask_all("pregnancy_possible", "pregnancy_test")
    if test.value == "positive" or still_positive(possible, test):
        return case.found("positive", possible, test)
    if possible.value is False:
        return case.passes(possible)
    if possible.at is None and case.person.sex is Sex.MALE:
        return case.passes(case.given("recorded sex", "male"))
    return unless_missing(case, possible, test)


def still_positive(possible: Answer, test: Answer) -> bool:
    """Return whether an outdated positive test is newer than the answer that denies pregnancy."""
    if test.outdated != "positive" or test.at is None:
        return False
    return possible.at is None or possible.at <= test.at
