"""Whether the discharge score is high enough twice in a row."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.facts import Answer


def judge(case: Case) -> Verdict:
    """Return pass if the two newest scores, far enough apart, both reach the limit.

    Between them lies at least the rule's interval; scores closer to the newest than that are read
    but do not count as the second one, unless they are low.
    """
    answer = case.ask("mpadss")
    if answer.number is None or answer.at is None:
        return case.cannot_tell(answer)
    lowest = case.bound("lowest", "point")
    if answer.number < lowest:
        return case.found("low", answer, score=answer.text)
    counts_from = case.counts_from("mpadss")
    earlier = [
        fact
        for fact in case.snapshot.facts["mpadss"]
        if fact.at < answer.at and (counts_from is None or fact.at >= counts_from)
    ]
    definition = case.snapshot.policy.facts["mpadss"]
    for fact in reversed(earlier):
        value = float(definition.check(fact))
        if value < lowest:
            break
        if answer.at - fact.at >= case.span("apart"):
            second = Answer(
                code="mpadss_before",
                label="discharge score before",
                value=value,
                at=fact.at,
                unit="point",
            )
            return case.passes(answer, second, score=answer.text)
    return case.found("once", answer, score=answer.text)
