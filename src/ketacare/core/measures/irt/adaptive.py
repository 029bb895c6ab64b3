"""Computerised adaptive testing: which item to ask next, and when to stop.

Four published criteria choose the item; scores are EAP throughout. Everything is a function of
the answers given so far, so a test can be interrupted, resumed and repeated exactly. Ties go to
the item that stands first in the bank.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.measures.irt.estimates import Estimate, eap, posterior
from ketacare.core.measures.irt.model import Array, ItemBank


class Selection(StrEnum):
    """How the next item is chosen (van der Linden & Glas 2010, chapter 1; Choi & Swartz 2009).

    ``maximum_information``: Fisher information at the estimate. ``posterior_weighted``: Fisher
    information averaged over the posterior (what PROMIS uses). ``expected_information``: the
    information expected at the estimate after each possible answer. ``expected_variance``: the
    smallest posterior variance expected after the answer.
    """

    MAXIMUM_INFORMATION = "maximum_information"
    POSTERIOR_WEIGHTED = "posterior_weighted"
    EXPECTED_INFORMATION = "expected_information"
    EXPECTED_VARIANCE = "expected_variance"


class Stop(StrEnum):
    """Why a test ended."""

    PRECISE = "precise_enough"
    LONG = "most_items"
    SETTLED = "settled"
    EXHAUSTED = "no_items_left"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptiveRules:
    """How a test runs; errors and changes are in units of the bank's metric (T points).

    It stops when the standard error is at most ``error_at_most``, when ``most_items`` were
    answered, or when the last answer moved the score by less than ``least_change``; never before
    ``least_items``. ``first`` is an item to begin with instead of the most informative.
    """

    selection: Selection = Selection.POSTERIOR_WEIGHTED
    error_at_most: float | None = None
    least_items: int = 1
    most_items: int | None = None
    least_change: float | None = None
    first: str | None = None

    def __post_init__(self) -> None:
        if self.least_items < 0 or (
            self.most_items is not None and self.most_items < max(1, self.least_items)
        ):
            raise InputError(
                ErrorCode.CONTRADICTION,
                f"between {self.least_items} and {self.most_items} items cannot be asked; "
                "correct one of them",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What comes next: an item, or ``None`` with the reason to stop; and where it stands now.

    ``values`` are the criterion's values by item, for whoever wants to see why.
    """

    item: str | None
    stop: Stop | None
    estimate: Estimate
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One answered item of a test with the estimate after it."""

    item: str
    answer: int
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A whole test: items in the order they were asked, and why it stopped."""

    asked: tuple[Asked, ...]
    stop: Stop
    estimate: Estimate


def next_step(
    bank: ItemBank,
    answers: Mapping[str, int],
    rules: AdaptiveRules,
    *,
    skipped: Collection[str] = (),
) -> Step:
    """Return the next item to ask, or why none is asked.

    ``answers`` are in the order they were given. ``skipped`` items are not asked again and count
    as asked for no purpose but that.
    """
    estimate = eap(bank, answers)
    reason = _reason_to_stop(bank, answers, estimate, rules)
    left = [item.id for item in bank.items if item.id not in answers and item.id not in skipped]
    if reason is None and not left:
        reason = Stop.EXHAUSTED
    if reason is not None:
        return Step(item=None, stop=reason, estimate=estimate, values={})
    if rules.first is not None and not answers and rules.first in left:
        bank.item(rules.first)
        return Step(item=rules.first, stop=None, estimate=estimate, values={})
    values = _values(bank, answers, estimate, left, rules.selection)
    best = max(values, key=lambda name: values[name])
    return Step(item=best, stop=None, estimate=estimate, values=values)


def run_adaptive(
    bank: ItemBank, rules: AdaptiveRules, answer: Callable[[str], int | None]
) -> Trace:
    """Return the whole test of a person who answers ``answer(item)``; ``None`` skips an item."""
    answers: dict[str, int] = {}
    asked: list[Asked] = []
    skipped: list[str] = []
    while True:
        step = next_step(bank, answers, rules, skipped=skipped)
        if step.item is None:
            assert step.stop is not None  # noqa: S101 - a step has an item or a reason
            return Trace(asked=tuple(asked), stop=step.stop, estimate=step.estimate)
        given = answer(step.item)
        if given is None:
            skipped.append(step.item)
            continue
        answers[step.item] = given
        asked.append(Asked(item=step.item, answer=given, estimate=eap(bank, answers)))


def _reason_to_stop(
    bank: ItemBank, answers: Mapping[str, int], estimate: Estimate, rules: AdaptiveRules
) -> Stop | None:
    if len(answers) < rules.least_items:
        return None
    if rules.error_at_most is not None and estimate.score_error <= rules.error_at_most:
        return Stop.PRECISE
    if rules.most_items is not None and len(answers) >= rules.most_items:
        return Stop.LONG
    if rules.least_change is not None and answers:
        *earlier, _last = answers
        before = eap(bank, {name: answers[name] for name in earlier})
        if abs(estimate.score - before.score) < rules.least_change:
            return Stop.SETTLED
    return None


def _values(
    bank: ItemBank,
    answers: Mapping[str, int],
    estimate: Estimate,
    left: list[str],
    selection: Selection,
) -> dict[str, float]:
    places = [bank.index[name] for name in left]
    if selection is Selection.MAXIMUM_INFORMATION:
        at = bank.information_at(np.array([estimate.theta]))[places, 0]
        return dict(zip(left, at.tolist(), strict=True))
    weights = posterior(bank, answers)
    if selection is Selection.POSTERIOR_WEIGHTED:
        found = bank.information_table[places] @ weights
        return dict(zip(left, found.tolist(), strict=True))
    if selection is Selection.EXPECTED_VARIANCE:
        return {
            name: _expected_variance(bank, weights, place)
            for name, place in zip(left, places, strict=True)
        }
    found = _expected_information(bank, weights, places, [bank.index[name] for name in answers])
    return dict(zip(left, found.tolist(), strict=True))


def _after(bank: ItemBank, weights: Array, place: int) -> tuple[Array, Array]:
    """Return how likely each answer to an item is, and the posteriors after each of them."""
    joint = np.exp(bank.log_table[place]) * weights
    likely = joint.sum(axis=1)
    # An answer nobody would give has no posterior; its weight of zero keeps it out of every mean.
    safe = np.where(likely > 0, likely, 1.0)
    return likely, joint / safe[:, None]


def _expected_variance(bank: ItemBank, weights: Array, place: int) -> float:
    """Return minus the expected posterior variance, so that the largest value is the best."""
    likely, after = _after(bank, weights, place)
    means = after @ bank.theta
    variances = after @ bank.theta**2 - means**2
    return -float(likely @ variances)


def _expected_information(
    bank: ItemBank, weights: Array, places: list[int], asked: list[int]
) -> Array:
    """Return, for each place, the expected test information at the estimate after the answer."""
    after = [_after(bank, weights, place) for place in places]
    means = [posteriors @ bank.theta for _likely, posteriors in after]
    table = bank.information_at(np.concatenate(means))
    found, begin = [], 0
    for place, (likely, _posteriors), points in zip(places, after, means, strict=True):
        part = table[:, begin : begin + points.size]
        found.append(float(likely @ (part[place] + part[asked].sum(axis=0))))
        begin += points.size
    return np.array(found)
