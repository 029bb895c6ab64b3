"""Where a person stands, from any subset of a bank's items: EAP and MAP, each with its error.

EAP is the mean of the posterior on the bank's grid (Bock & Mislevy 1982) with the posterior's SD;
MAP its mode, found by Newton's method on the log posterior, which is concave for graded items, with
the error from its curvature. Both are reported on θ and on the bank's metric.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ketacare.core.errors import ErrorCode, KetacareError
from ketacare.core.measures.irt.model import Array, GradedItem, ItemBank

_MOST_STEPS = 100
_CLOSE = 1e-12  # of θ; far below what any score prints


class Method(StrEnum):
    """How a level was estimated."""

    EAP = "eap"
    MAP = "map"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A level with its standard error, on θ and on the bank's metric, and what it rests on."""

    bank: str
    method: Method
    theta: float
    error: float
    score: float
    score_error: float
    answered: int

    @property
    def reliability(self) -> float:
        """Return 1 − error², the reliability against a population with an SD of 1 on θ."""
        return 1.0 - self.error**2


def posterior(bank: ItemBank, answers: Mapping[str, int]) -> Array:
    """Return the posterior weights on the bank's grid; they add up to 1."""
    log = bank.log_prior + log_likelihood(bank, answers)
    weights = np.exp(log - log.max())
    found: Array = weights / weights.sum()
    return found


def log_likelihood(bank: ItemBank, answers: Mapping[str, int]) -> Array:
    """Return the log-likelihood of the answers on the bank's grid."""
    total = np.zeros_like(bank.theta)
    for name, answer in answers.items():
        category = bank.item(name).category(answer)
        total = total + bank.log_table[bank.index[name]][category]
    return total


def eap(bank: ItemBank, answers: Mapping[str, int]) -> Estimate:
    """Return the posterior mean and SD; without answers they are those of the prior's grid."""
    weights = posterior(bank, answers)
    theta = float(weights @ bank.theta)
    variance = float(weights @ (bank.theta - theta) ** 2)
    return _estimate(bank, Method.EAP, theta, math.sqrt(variance), len(answers))


def map_estimate(bank: ItemBank, answers: Mapping[str, int]) -> Estimate:
    """Return the posterior mode and the error from the posterior's curvature there.

    Exact to 1e-12 of θ and free of the grid. Raises :class:`KetacareError` when Newton's method
    does not settle, which the concavity excludes for finite parameters.
    """
    given = [(bank.item(name), bank.item(name).category(a)) for name, a in answers.items()]
    theta, width = bank.prior.mean, 1.0 / bank.prior.sd**2
    for _step in range(_MOST_STEPS):
        slope, curvature = _derivatives(given, theta)
        slope -= (theta - bank.prior.mean) * width
        curvature += width
        # The log-likelihood is nowhere more curved than a²/2 per item: a step of at most one
        # unit keeps Newton's method from overshooting out of the flat tails.
        step = max(-1.0, min(1.0, slope / curvature))
        theta += step
        if abs(step) < _CLOSE:
            _slope, curvature = _derivatives(given, theta)
            error = 1.0 / math.sqrt(curvature + width)
            return _estimate(bank, Method.MAP, theta, error, len(answers))
    raise KetacareError(
        ErrorCode.NUMERICAL, f"the mode for {len(answers)} answers of {bank.id} was not found"
    )


def _derivatives(given: list[tuple[GradedItem, int]], theta: float) -> tuple[float, float]:
    """Return the slope of the log-likelihood and minus its curvature at ``theta``.

    For category k: d/dθ log P_k = a (1 − P*_k − P*_{k+1}); its derivative is
    −a² (P*_k (1 − P*_k) + P*_{k+1} (1 − P*_{k+1})).
    """
    slope = curvature = 0.0
    for item, category in given:
        b = item.thresholds
        upper = _logistic(item.slope * (theta - b[category - 1])) if category > 0 else 1.0
        lower = _logistic(item.slope * (theta - b[category])) if category < len(b) else 0.0
        slope += item.slope * (1.0 - upper - lower)
        curvature += item.slope**2 * (upper * (1.0 - upper) + lower * (1.0 - lower))
    return slope, curvature


def _logistic(z: float) -> float:
    return 0.5 * (1.0 + math.tanh(0.5 * z))


def _estimate(
    bank: ItemBank, method: Method, theta: float, error: float, answered: int
) -> Estimate:
    return Estimate(
        bank=bank.id,
        method=method,
        theta=theta,
        error=error,
        score=bank.metric.score(theta),
        score_error=bank.metric.sd * error,
        answered=answered,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentChange:
    """The change between two estimates: ``points`` on the metric, ``z`` in units of its error."""

    points: float
    z: float
    reliable: bool


def judge_estimates(before: Estimate, after: Estimate) -> LatentChange:
    """Return whether two levels differ by more than their errors: |z| above 1.96.

    ``z = (before − after) / √(SE₁² + SE₂²)``; positive means a lower level afterwards.
    """
    z = (before.score - after.score) / math.hypot(before.score_error, after.score_error)
    return LatentChange(points=before.score - after.score, z=z, reliable=abs(z) > 1.96)
