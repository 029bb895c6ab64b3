"""From a sum of points to a score: the EAP for each possible sum, for paper forms.

The probability of every sum at every level is built up item by item (Lord & Wingersky 1984, Appl
Psychol Meas 8:453); its posterior mean and SD are the score and its error (Thissen et al. 1995,
Appl Psychol Meas 19:39).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.measures.irt.model import Array, ItemBank


@dataclass(frozen=True, slots=True, kw_only=True)
class SumScore:
    """One sum of points with its score; ``share`` is how often the prior expects it."""

    points: int
    theta: float
    error: float
    score: float
    score_error: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SumScoreTable:
    """The scores of all sums of a fixed set of items, the lowest sum first."""

    bank: str
    items: tuple[str, ...]
    rows: tuple[SumScore, ...]

    def row(self, points: int) -> SumScore:
        """Return the line of one sum; refuse a sum the items cannot give."""
        index = points - self.rows[0].points
        if not 0 <= index < len(self.rows):
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"a sum of {points} is not possible: these {len(self.items)} items give "
                f"{self.rows[0].points} to {self.rows[-1].points}",
            )
        return self.rows[index]


def sum_likelihoods(bank: ItemBank, items: Sequence[str]) -> Array:
    """Return the probability of every sum at every grid point, shape (sums, points)."""
    if not items or len(set(items)) != len(items):
        raise InputError(
            ErrorCode.CONTRADICTION, f"the items {list(items)} have to be some, each once"
        )
    found = np.ones((1, bank.theta.size))
    for name in items:
        bank.item(name)
        item = np.exp(bank.log_table[bank.index[name]])
        longer = np.zeros((found.shape[0] + item.shape[0] - 1, bank.theta.size))
        for category, row in enumerate(item):
            longer[category : category + found.shape[0]] += found * row
        found = longer
    return found


def sum_score_table(bank: ItemBank, items: Sequence[str]) -> SumScoreTable:
    """Return the EAP and its error for every sum of ``items``."""
    likelihood = sum_likelihoods(bank, items)
    prior = np.exp(bank.log_prior)
    joint = likelihood * (prior / prior.sum())
    lowest = sum(bank.item(name).lowest for name in items)
    rows = []
    for points, weights in enumerate(joint, start=lowest):
        share = float(weights.sum())
        theta = float(weights @ bank.theta) / share
        error = math.sqrt(float(weights @ (bank.theta - theta) ** 2) / share)
        rows.append(
            SumScore(
                points=points,
                theta=theta,
                error=error,
                score=bank.metric.score(theta),
                score_error=bank.metric.sd * error,
                share=share,
            )
        )
    return SumScoreTable(bank=bank.id, items=tuple(items), rows=tuple(rows))
