"""Whether there is anything to rank: recent scores, every dose accounted for, nobody at risk.

When it does not, the answer is one sentence that says what to ask for; no dose is adapted from
stale data, and somebody who is clearly worse or at high risk needs a clinician today instead of a
ranking. Before the first infusion the expectation of the population may be shown without a score.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ketacare.core.planning.guideline import GuidelineView
from ketacare.core.planning.rules import AdaptiveRules
from ketacare.core.response import Course

_STALE = "Contact the person and do not adapt the dose from stale data."


def readiness(
    plain: GuidelineView, course: Course, rules: AdaptiveRules, *, now: datetime
) -> tuple[tuple[str, ...], str]:
    """Return what is missing, and why no options can be given (empty when they can)."""
    wanted, refusal = _judge(plain, course, rules, now)
    missing = dict.fromkeys(plain.missing)
    if wanted:
        missing[wanted] = None
    return tuple(missing), refusal


def _judge(
    plain: GuidelineView, course: Course, rules: AdaptiveRules, now: datetime
) -> tuple[str, str]:
    name = plain.series.name
    lost = next((text for text in course.left_out if text.startswith("dose")), None)
    if lost is not None:
        return lost, (
            f"No options: an infusion cannot be taken into account ({lost}). Complete the record."
        )
    if _leads(plain, {rule.id for rule in rules.rules if rule.when.worse}):
        return "", f"No ranking: {plain.sentence} Options are compared once that is settled."
    stale = rules.thresholds.stale.to("d")
    latest = plain.series.latest
    age = None if latest is None else (now - latest.at) / timedelta(days=1)
    if plain.series.number == 0:
        known = age is not None and age <= stale
        return ("" if known else f"a {name} score of the last {stale:g} days, as the baseline"), ""
    if age is None or latest is None:
        return f"a {name} score at least 12 hours after an infusion", (
            f"No options: there is no usable {name} score. Ask for one, then look again."
        )
    if age > stale:
        return f"a {name} score of the last {stale:g} days", (
            f"No options: the last {name} score is {age:.3g} days old, more than {stale:g}. {_STALE}"
        )
    return _unrated(plain, rules, since_first=latest.at > plain.series.infusions[0].infusion.at)


def _unrated(plain: GuidelineView, rules: AdaptiveRules, *, since_first: bool) -> tuple[str, str]:
    name = plain.series.name
    if _leads(plain, {rule.id for rule in rules.rules if rule.when.incomplete}):
        return f"a {name} score about 24 hours after each of the last infusions", (
            f"No options: the last infusions have no {name} score. {_STALE}"
        )
    if not since_first:
        return f"a {name} score about 24 hours after the last infusion", (
            f"No options yet: nothing has been scored since infusion 1. Ask for a {name} about 24 "
            "hours after it."
        )
    return "", ""


def _leads(plain: GuidelineView, rules: set[str]) -> bool:
    return plain.leading is not None and plain.leading.id in rules
