"""The guideline's rules on a whole ward at once: which rule leads for whom.

The same conditions as ``planning.conditions``, written for arrays; a test asks both about the same
people. A rule holds, does not, or cannot be told, as there.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ketacare.core.planning import AdaptiveRules, When
from ketacare.core.trials.ward import BoolArray, Ward

UNTOLD = -1
"""Index of the leading rule where a rule that cannot be told stands first, or none applies."""


def leading_rules(ward: Ward, rules: AdaptiveRules, *, reliable: float) -> NDArray[np.int64]:
    """Return for each person the index of the rule that leads now, :data:`UNTOLD` without one.

    ``reliable`` is the instrument's reliable change in points.
    """
    lead = np.full(ward.size, UNTOLD)
    settled = np.zeros(ward.size, dtype=bool)
    some_true = np.zeros(ward.size, dtype=bool)
    some_open = np.zeros(ward.size, dtype=bool)
    for index, rule in enumerate(rules.rules):
        holds, unknown = _judge(rule.when, ward, rules, reliable)
        if rule.when.fallback:
            holds = holds & ~some_true & ~some_open
            unknown = unknown & ~some_true & ~some_open
        lead = np.where(holds & ~settled, index, lead)
        settled |= holds | unknown
        some_true |= holds
        some_open |= unknown
    return lead


def _judge(
    when: When, ward: Ward, rules: AdaptiveRules, reliable: float
) -> tuple[BoolArray, BoolArray]:
    """Return where a rule holds, and where it cannot be told."""
    failed = np.zeros(ward.size, dtype=bool)
    unknown = np.zeros(ward.size, dtype=bool)
    for holds, missing in _conditions(when, ward, rules, reliable):
        failed |= ~holds & ~missing
        unknown |= missing
    return ~failed & ~unknown, ~failed & unknown


def _conditions(  # noqa: C901 - one line for each condition a rule may have
    when: When, ward: Ward, rules: AdaptiveRules, reliable: float
) -> Iterator[tuple[BoolArray, BoolArray]]:
    number = ward.number
    never = np.zeros(ward.size, dtype=bool)
    most = np.inf if when.after_most is None else when.after_most
    yield (number >= when.after_least) & (number <= most), never
    if when.beside is not None:
        yield never, never  # about findings a virtual person does not have
    limits = rules.thresholds
    if when.at_least is not None or when.below is not None:
        found = ward.last_improvement
        low = -np.inf if when.at_least is None else limits.percent(when.at_least)
        high = np.inf if when.below is None else limits.percent(when.below)
        missing = np.isnan(found) & (number > 0)
        with np.errstate(invalid="ignore"):
            yield (found >= low) & (found < high) & (number > 0), missing
    if when.run_below is not None:
        yield _run(ward, when.run_below, 0, limits.some.to("%"))
    if when.run_before is not None:
        yield _run(ward, when.run_before, 1, limits.some.to("%"))
    treated = number > 0
    if when.tolerated:
        yield treated & ~ward.distress & ~ward.pressure, never
    if when.distress:
        yield treated & ward.distress, never
    if when.pressure:
        yield treated & ward.pressure, never
    if when.relapse:
        yield _relapsed(ward, rules, reliable), never
    if when.worse:
        with np.errstate(invalid="ignore"):
            rise = ward.latest - ward.baseline >= reliable
        yield treated & rise & (ward.latest_day > ward.baseline_day), never
    if when.incomplete:
        yield _incomplete(ward, rules), never
    if when.remission is not None:
        yield ward.remitted >= when.remission, never


def _run(ward: Ward, length: int, skipped: int, limit: float) -> tuple[BoolArray, BoolArray]:
    """Return where ``length`` infusions in a row, before the last ``skipped``, stayed under ``limit``."""
    rows = np.arange(ward.size)
    enough = ward.number - skipped >= length
    above = np.zeros(ward.size, dtype=bool)
    missing = np.zeros(ward.size, dtype=bool)
    for back in range(1 + skipped, 1 + skipped + length):
        value = ward.improvement[rows, np.maximum(ward.number - back, 0)]
        with np.errstate(invalid="ignore"):
            above |= value >= limit
        missing |= np.isnan(value)
    return enough & ~above, enough & ~above & missing


def _relapsed(ward: Ward, rules: AdaptiveRules, reliable: float) -> BoolArray:
    limits = rules.thresholds
    with np.errstate(invalid="ignore", divide="ignore"):
        gained = ward.baseline - ward.best
        responded = 100.0 * gained / ward.baseline >= limits.response.to("%")
        lost = ward.latest - ward.best
        much = (lost >= reliable) & (lost / gained >= limits.relapse_loss.to("1"))
    soon = ward.day - ward.last_day <= limits.relapse_until.to("d")
    return np.asarray((ward.number > 0) & responded & much & soon & (gained > 0))


def _incomplete(ward: Ward, rules: AdaptiveRules) -> BoolArray:
    limits = rules.thresholds
    age = ward.day - ward.latest_day
    stale = np.isnan(age) | (age > limits.stale.to("d"))
    count = round(limits.unrated.value)
    rows = np.arange(ward.size)
    # The latest infusion counts once its score is due.
    due = ward.number - (ward.day - ward.last_day < limits.rated_about.to("d"))
    unrated = due >= count
    for back in range(1, count + 1):
        unrated &= np.isnan(ward.improvement[rows, np.maximum(due - back, 0)])
    return np.asarray(stale | unrated)
