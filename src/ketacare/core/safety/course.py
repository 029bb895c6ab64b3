"""The present course of infusions, and what was known before it began.

A baseline is what was there before the first infusion: getting better must not make a person
ineligible, and a baseline blood test does not grow too old in the middle of a course.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ketacare.core.record import Score
from ketacare.core.safety.case import Case
from ketacare.core.safety.facts import Answer, conflict_of


def course_start(case: Case) -> datetime | None:
    """Return when the present course of infusions began, ``None`` when none is going on.

    Infusions belong to one course while no gap between them, or up to now, is longer than the
    rule's limit ``course_gap``.
    """
    gap = case.span("course_gap")
    start, later = None, case.now
    for infusion in reversed(case.snapshot.infusions):
        if later - infusion.at > gap:
            break
        start = later = infusion.at
    return start


def last_total(
    case: Case, instrument: str, name: str, moment: datetime, window: timedelta
) -> Answer | None:
    """Return the newest complete total of one scale within the window before ``moment``.

    There is none while two scores of that moment differ: neither is taken.
    """
    scores = case.person.scores_of(instrument)
    for score in reversed(scores):
        total = total_of(score)
        if total is not None and score.at <= moment and moment - score.at <= window:
            if len({total_of(other) for other in scores if other.at == score.at}) > 1:
                return None
            code = f"score:{instrument}"
            return Answer(code=code, label=name, value=total, at=score.at, unit="point")
    return None


def total_of(score: Score) -> float | None:
    """Return the total, added up from complete items where it was not reported.

    All scales asked here are plain sums; with an item left out there is no total.
    """
    if score.total is not None:
        return score.total
    items = score.items or ()
    answered = [item for item in items if item is not None]
    return float(sum(answered)) if len(answered) == len(items) else None


def answered_before(case: Case, code: str, moment: datetime, window: timedelta) -> Answer:
    """Return the newest answer given within ``window`` before ``moment``, or why there is none."""
    definition = case.question(code)
    facts = [f for f in case.snapshot.facts.get(code, ()) if f.at <= moment]
    label = definition.label
    if not facts:
        return Answer(code=code, label=label, value=None, problem=f"no answer yet on {label}")
    fact = facts[-1]
    value = definition.check(fact)
    if problem := conflict_of(definition, facts):
        return Answer(code=code, label=label, value=None, at=fact.at, problem=problem)
    if moment - fact.at > window:
        problem = f"{label} was last recorded on {case.person.spoken(fact.at)}, which is too old"
        return Answer(
            code=code,
            label=label,
            value=None,
            at=fact.at,
            by=fact.by,
            problem=problem,
            outdated=value,
        )
    return Answer(code=code, label=label, value=value, at=fact.at, by=fact.by, unit=definition.unit)
