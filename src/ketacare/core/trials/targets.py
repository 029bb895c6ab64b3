"""What a model is held against: arms with their draws, observed values and how exact those are.

The error of an outcome joins the study's own sampling error (from n, or as published) and a
discrepancy, how far the model may stand from it for reasons the model does not hold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ketacare.core.response import Prior
from ketacare.core.response.prior import FloatArray
from ketacare.core.trials.arms import Draws
from ketacare.core.trials.studies import Arm, Measured, Observed, Study

# How far an outcome may lie from the model beyond sampling error when the file does not say:
# shares and improvement 8 points of a hundred, retained effect 10, log odds ratio 0.5, effects
# 0.3 SD (they are counted in SDs most of which are assumed), changes and means 6 % of the mean at
# entry (counted from no symptoms), median days a quarter of themselves.
_DISCREPANCY: Final[dict[Measured, float]] = {
    Measured.RESPONSE: 0.08,
    Measured.REMISSION: 0.08,
    Measured.IMPROVEMENT: 0.08,
    Measured.RELAPSED: 0.08,
    Measured.STOPPED: 0.08,
    Measured.EFFECT: 0.3,
    Measured.SEPARATION: 0.3,
    Measured.LOG_ODDS_RATIO: 0.5,
    Measured.RETAINED: 0.1,
    Measured.KEPT: 0.08,
}
_OF_ENTRY: Final = 0.06
_OF_DAYS: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One arm with the people it is simulated on, what was observed, and the SD of each outcome."""

    study: str
    arm: Arm
    draws: Draws
    observed: FloatArray
    sd: FloatArray


def targets_of(prior: Prior, studies: Sequence[Study], *, seed: int, n: int) -> list[Target]:
    """Return the arms of the studies, in order of their ids, with ``n`` simulated people each."""
    return [
        Target(
            study=study.id,
            arm=arm,
            # The same people in every arm: differences between arms are not differences of luck.
            draws=Draws.of(prior, arm, n=n, rng=np.random.default_rng(seed)),
            observed=np.array([o.value.value for o in arm.outcomes]),
            sd=np.array([outcome_sd(arm, o) for o in arm.outcomes]),
        )
        for study in sorted(studies, key=lambda s: s.id)
        for arm in study.arms
    ]


def outcome_sd(arm: Arm, outcome: Observed) -> float:
    """Return sampling error and discrepancy of an outcome, combined, in its own unit."""
    return math.hypot(sampling_sd(arm, outcome), discrepancy(arm, outcome))


def discrepancy(arm: Arm, outcome: Observed) -> float:
    """Return how far the model may stand from the outcome beyond sampling error."""
    if outcome.discrepancy is not None:
        return outcome.discrepancy.value
    if outcome.measured.unit == "point":
        return _OF_ENTRY * abs(arm.entry_mean.value - arm.best)
    if outcome.measured is Measured.MEDIAN_DAYS:
        return _OF_DAYS * outcome.value.value
    return _DISCREPANCY[outcome.measured]


def sampling_sd(arm: Arm, outcome: Observed) -> float:
    """Return the standard error of an outcome, from the publication or from n."""
    if outcome.se is not None:
        return outcome.se.value
    kind, n = outcome.measured, arm.counted_in(outcome)
    spread = 1.2 if outcome.sd is None else outcome.sd.value / arm.entry_sd.value
    if kind.is_counted:
        # Agresti-Coull: two successes and two failures more, so that 0 of n is not certain.
        p = (outcome.value.value * n + 2.0) / (n + 4.0)
        return math.sqrt(p * (1.0 - p) / (n + 4.0))
    of_entry = arm.entry_sd.value
    return {
        # The median of exponential times has a standard error of itself / (ln 2 · sqrt(n)).
        Measured.MEDIAN_DAYS: outcome.value.value / math.log(2.0),
        Measured.MEAN: spread * of_entry,
        # A ratio of two effects of about one SD, each with standard error 2/sqrt(n); ratings of
        # the same people correlate, which about halves it.
        Measured.RETAINED: 1.0,
        # Four equal cells give the smallest variance, 16/n; doubled because they are not equal.
        Measured.LOG_ODDS_RATIO: math.sqrt(32.0),
        Measured.EFFECT: spread,
        Measured.CHANGE: spread * of_entry,
        Measured.SEPARATION: math.sqrt(2.0) * spread,  # two groups
        Measured.DIFFERENCE: math.sqrt(2.0) * spread * of_entry,
        Measured.IMPROVEMENT: spread * of_entry / arm.entry_mean.value,
    }[kind] / math.sqrt(n)
