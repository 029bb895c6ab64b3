"""What was expected of each answer just before it was given: the model's own record of accuracy.

One-step-ahead predictions are honest about the past (no answer is predicted with its own help), so
they serve as the past part of a chart, show surprising answers, and tell whether bands that
promise 80 % hold 80 % (probability integral transform; Dawid 1984, J R Stat Soc A 147:278).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtr

from ketacare.core.response.course import Rating
from ketacare.core.response.observation import Drift, drift_slope, error_sd
from ketacare.core.response.prior import ConstantName, FloatArray, Prior, Traits, View

_SURPRISE: Final = 0.025  # on either side: one answer in twenty is surprising when all is well


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """One answer beside its prediction from everything before it.

    ``p10``, ``p50``, ``p90`` are scores; ``below`` and ``at`` the predicted probabilities of a
    lower and of this very score.
    """

    day: float
    instrument: str
    total: int
    p10: int
    p50: int
    p90: int
    below: float
    at: float

    @property
    def is_surprising(self) -> bool:
        """Return whether a score this low, or this high, had a chance of less than 2.5 %."""
        return self.below + self.at < _SURPRISE or self.below > 1.0 - _SURPRISE

    def rank(self, split: float) -> float:
        """Return where the answer fell, uniform between 0 and 1 when the model is right.

        ``split`` is a random number between 0 and 1 that divides the chance of the score itself.
        """
        return self.below + split * self.at


def foretell(
    prior: Prior,
    view: View,
    people: Traits,
    rating: Rating,
    *,
    mean: FloatArray,
    drift: Drift,
    weights: FloatArray,
) -> Foretold:
    """Return the weighted prediction of a rating before it is taken in.

    ``mean`` is each person's expected reading, ``drift`` their drift moved to the day.
    """
    slope = drift_slope(view)
    sd = np.sqrt(slope**2 * drift.variance + error_sd(view, people) ** 2)
    centre = mean + slope * drift.mean
    scores = np.arange(view.minimum, view.maximum + 1)
    # P(Y <= k) for all scores but the highest, which takes what is left.
    # Seven digits are plenty for a chance, and half the work.
    edges = (scores[:-1] + 0.5).astype(np.float32)
    slim, inverse = centre.astype(np.float32), (1.0 / sd).astype(np.float32)
    below_edges = ndtr((edges[None, :] - slim[:, None]) * inverse[:, None])
    cumulative = (weights.astype(np.float32) @ below_edges).astype(np.float64)
    stray = prior.constant(ConstantName.OUTLIER)
    even = np.arange(1, len(scores) + 1) / len(scores)
    cumulative = (1.0 - stray) * np.append(cumulative, 1.0) + stray * even
    index = rating.total - view.minimum
    below = float(cumulative[index - 1]) if index else 0.0
    p10, p50, p90 = (int(scores[np.searchsorted(cumulative, q)]) for q in (0.1, 0.5, 0.9))
    return Foretold(
        day=rating.day,
        instrument=rating.instrument,
        total=rating.total,
        p10=p10,
        p50=p50,
        p90=p90,
        below=below,
        at=float(cumulative[index]) - below,
    )
