"""Whether the anxiety is severe enough, on a scale filled in recently."""

from __future__ import annotations

from datetime import datetime

from ketacare.core.record import Score
from ketacare.core.safety.case import Case, Verdict
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
        answer = last_total(case, instrument, name, moment)
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


def course_start(case: Case) -> datetime | None:
    """Return when the present course of infusions began, ``None`` when none is going on.

    Infusions belong to one course while no gap between them, or up to now, is longer than the
    rule's limit.
    """
    gap = case.span("course_gap")
    start, later = None, case.now
    for infusion in reversed(case.snapshot.infusions):
        if later - infusion.at > gap:
            break
        start = later = infusion.at
    return start


def last_total(case: Case, instrument: str, name: str, moment: datetime) -> Answer | None:
    """Return the newest complete total of one scale within the window before ``moment``."""
    window = case.span("window")
    for score in reversed(case.person.scores_of(instrument)):
        total = total_of(score)
        if total is not None and score.at <= moment and moment - score.at <= window:
            code = f"score:{instrument}"
            return Answer(code=code, label=name, value=total, at=score.at, unit="point")
    return None


def total_of(score: Score) -> float | None:
    """Return the total, added up from complete items where it was not reported.

    All scales of this rule are plain sums; with an item left out there is no total.
    """
    if score.total is not None:
        return score.total
    items = score.items or ()
    answered = [item for item in items if item is not None]
    return float(sum(answered)) if len(answered) == len(items) else None
