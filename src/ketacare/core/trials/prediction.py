"""What a prior predicts of a study it may never have seen: each outcome with its interval.

The interval holds everything that is uncertain about a new group: how it differs from others, what
calibration left open about the medians, how few people it has, and what the model does not hold.
It answers for published arms, not for a person.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ketacare.core.response import Prior
from ketacare.core.response.prior import FloatArray
from ketacare.core.trials.arms import Draws, expected_outcomes
from ketacare.core.trials.studies import Arm, Measured, Observed, Study
from ketacare.core.trials.targets import discrepancy, sampling_sd

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """One outcome of an arm beside its prediction, in the outcome's own unit.

    ``low`` to ``high`` is the central interval that should hold the observed value with the
    probability ``level``; ``middle`` its median. ``rounding`` is how much a published value may be
    off for having been rounded: half a person where people were counted.
    """

    study: str
    arm: str
    measured: Measured
    day: float
    observed: float
    middle: float
    low: float
    high: float
    level: float
    rounding: float = _ROUNDING

    @property
    def inside(self) -> bool:
        """Return whether what was observed lies in the interval."""
        return self.low - self.rounding <= self.observed <= self.high + self.rounding


def judged(study: str, arm: Arm, outcome: Observed, seen: FloatArray, *, level: float) -> Predicted:
    """Return an outcome beside what studies of its size might report."""
    tail = (1.0 - level) / 2.0
    low, middle, high = np.quantile(seen, (tail, 0.5, 1.0 - tail))
    counted = outcome.measured.is_counted
    return Predicted(
        study=study,
        arm=arm.id,
        measured=outcome.measured,
        day=outcome.day,
        observed=outcome.value.value,
        middle=float(middle),
        low=float(low),
        high=float(high),
        level=level,
        rounding=0.5 / arm.counted_in(outcome) if counted else _ROUNDING,
    )


def predict(
    prior: Prior,
    study: Study,
    *,
    rng: np.random.Generator,
    groups: int = 300,
    n: int = 400,
    level: float = 0.9,
) -> tuple[Predicted, ...]:
    """Return every outcome of a study of any role with its predictive interval.

    ``groups`` possible groups are drawn, the same for all arms of the study, each simulated with
    ``n`` people and then observed through as many people as the arm had.
    """
    seeds = rng.integers(2**62, size=groups)
    found: list[Predicted] = []
    for arm in study.arms:
        draws = Draws.of(prior, arm, n=n, rng=rng)
        kind = prior.for_diagnosis(arm.diagnosis)
        own = [kind.one_group(rng=np.random.default_rng(seed)) for seed in seeds]
        expected = np.array([expected_outcomes(group, arm, draws) for group in own])
        for j, outcome in enumerate(arm.outcomes):
            seen = reported(arm, outcome, expected[:, j], rng=rng)
            found.append(judged(study.id, arm, outcome, seen, level=level))
    return tuple(found)


def coverage(found: Sequence[Predicted]) -> float:
    """Return the share of outcomes that lie in their interval."""
    return sum(p.inside for p in found) / len(found)


def reported(
    arm: Arm, outcome: Observed, expected: FloatArray, *, rng: np.random.Generator
) -> FloatArray:
    """Return what a study of this size might report where the model expects ``expected``."""
    off, draws = discrepancy(arm, outcome), rng.standard_normal(len(expected))
    if outcome.measured is Measured.MEDIAN_DAYS:
        # Times vary by a factor, and none is longer than the follow-up.
        factor = math.hypot(off, sampling_sd(arm, outcome)) / outcome.value.value
        return np.minimum(
            expected * np.exp(factor * draws), outcome.day - (outcome.from_day or 0.0)
        )
    truth = expected + off * draws
    if outcome.measured.is_counted:
        n = arm.counted_in(outcome)
        return np.asarray(rng.binomial(n, np.clip(truth, 0.0, 1.0)) / n)
    seen = truth + sampling_sd(arm, outcome) * rng.standard_normal(len(expected))
    return np.clip(seen, 0.0, 1.0) if outcome.measured is Measured.RETAINED else seen
