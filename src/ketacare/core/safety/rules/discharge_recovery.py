"""Whether the discharge score is high enough twice in a row, or the Aldrete score once."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.facts import Answer


def judge(case: Case) -> Verdict:
    """Return pass for a sufficient Aldrete score, or for two discharge scores that are.

    Whichever score was taken last must not be low.
    """
    score, aldrete = case.ask_all("mpadss", "aldrete")
    if score.missing and aldrete.missing:
        return case.cannot_tell(score, aldrete)
    last, limit, situation = (
        (aldrete, "aldrete", "aldrete_low")
        if is_newer(aldrete, score)
        else (score, "lowest", "low")
    )
    if last.number is not None and last.number < case.bound(limit, "point"):
        return case.found(situation, last, score=last.text)
    if aldrete.number is not None and aldrete.number >= case.bound("aldrete", "point"):
        return case.passes(aldrete, said=f"The Aldrete score is {aldrete.text}")
    second = score_before(case, score)
    if second is None:
        return case.found("once", score, score=score.text)
    return case.passes(score, second, said=f"The discharge score is {score.text}, twice")


def is_newer(answer: Answer, other: Answer) -> bool:
    """Return whether ``answer`` is known and was given after ``other``."""
    if answer.missing or answer.at is None:
        return False
    return other.missing or other.at is None or answer.at > other.at


def score_before(case: Case, score: Answer) -> Answer | None:
    """Return the discharge score that counts as the second one, ``None`` when there is none.

    Between the two lies at least the rule's interval; scores closer to the newest than that are
    read but do not count, unless they are low: then the row is broken.
    """
    if score.at is None:
        return None
    counts_from = case.counts_from("mpadss")
    definition = case.question("mpadss")
    for fact in reversed(case.snapshot.facts["mpadss"]):
        if fact.at >= score.at:
            continue
        if counts_from is not None and fact.at < counts_from:
            break
        value = float(definition.check(fact))
        if value < case.bound("lowest", "point"):
            break
        if score.at - fact.at >= case.span("apart"):
            return Answer(
                code="mpadss_before",
                label="discharge score before",
                value=value,
                at=fact.at,
                unit="point",
            )
    return None
