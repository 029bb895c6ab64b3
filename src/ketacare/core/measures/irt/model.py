"""Samejima's graded response model: what answers a person at a given level is likely to give.

``P*_k(θ) = 1 / (1 + exp(−a (θ − b_k)))`` is the probability to answer in category k or above; the
probability of a category is the difference of two neighbours (Samejima 1969, Psychometrika
Monograph 17; logistic metric, D = 1). An item's information is ``a² Σ P_k (1 − P*_k − P*_{k+1})²``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ketacare.core.errors import ErrorCode, InputError, KnowledgeError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedItem:
    """One calibrated item: ``slope`` a and ``thresholds`` b_1 < b_2 < … in units of θ.

    Its answers are whole numbers from ``lowest`` on, one more than there are thresholds.
    """

    id: str
    slope: float
    thresholds: tuple[float, ...]
    lowest: int = 1

    def __post_init__(self) -> None:
        if not self.slope > 0:
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f"the slope of {self.id} is {self.slope:g}; a graded item has a positive slope",
            )
        rising = all(a < b for a, b in zip(self.thresholds, self.thresholds[1:], strict=False))
        if not self.thresholds or not rising:
            raise KnowledgeError(
                ErrorCode.CONTRADICTION,
                f"the thresholds of {self.id} are {list(self.thresholds)}; they have to rise",
            )

    @property
    def answers(self) -> range:
        """Return the answers that can be given."""
        return range(self.lowest, self.lowest + len(self.thresholds) + 1)

    def category(self, answer: int) -> int:
        """Return an answer as a category from 0 on; refuse one that does not exist."""
        if isinstance(answer, bool) or answer not in self.answers:
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"{self.id} is answered with {answer}; it can be "
                f"{self.answers[0]} to {self.answers[-1]}",
                where=self.id,
            )
        return answer - self.lowest


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """How θ is reported: ``mean + sd × θ``, for example T = 50 + 10 θ."""

    name: str = "theta"
    mean: float = 0.0
    sd: float = 1.0

    def score(self, theta: float) -> float:
        """Return the reported score of a level."""
        return self.mean + self.sd * theta


@dataclass(frozen=True, slots=True, kw_only=True)
class Quadrature:
    """The points at which θ is looked at: from ``low`` to ``high`` by ``step``, both ends included.

    Published scores depend on it: −4 to 4 by 0.1 is what PROMIS' own adaptive tests use, −6 to 6 by
    0.05 what its sum-score tables need at their ends.
    """

    low: float = -4.0
    high: float = 4.0
    step: float = 0.1

    def __post_init__(self) -> None:
        steps = (self.high - self.low) / self.step if self.step > 0 else 0.0
        if steps < 1 or abs(steps - round(steps)) > 1e-6:
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f"a grid from {self.low:g} to {self.high:g} by {self.step:g} has no whole number "
                "of steps; correct one of them",
            )

    @property
    def points(self) -> Array:
        """Return the points in order."""
        steps = round((self.high - self.low) / self.step)
        return np.linspace(self.low, self.high, steps + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """The normal distribution of θ before any answer."""

    mean: float = 0.0
    sd: float = 1.0


def cumulative(item: GradedItem, theta: Array) -> Array:
    """Return ``P*`` at each point, shape (points, categories + 1): 1 first, 0 last."""
    z = item.slope * (theta[:, None] - np.asarray(item.thresholds)[None, :])
    inner = 0.5 * (1.0 + np.tanh(0.5 * z))  # the logistic function without overflow
    ones = np.ones((theta.size, 1))
    return np.hstack([ones, inner, np.zeros_like(ones)])


def category_probabilities(item: GradedItem, theta: Array) -> Array:
    """Return the probability of each category at each point, shape (points, categories)."""
    # P_k = P*_k − P*_{k+1}, from log-sum-exp differences: exact where both are near 1 or near 0.
    return np.exp(log_probabilities(item, theta))


def log_probabilities(item: GradedItem, theta: Array) -> Array:
    """Return the logarithm of :func:`category_probabilities` without cancellation.

    With ``u = a(θ − b_k)`` and ``v = a(θ − b_{k+1})``, ``P_k = σ(u) σ(−v) (1 − e^{v−u})``.
    """
    z = item.slope * (theta[:, None] - np.asarray(item.thresholds)[None, :])
    above = -np.logaddexp(0.0, -z)  # log σ(u): answered in the category or above
    below = -np.logaddexp(0.0, z)  # log σ(−v): answered below the next threshold
    gap = np.log(-np.expm1(-item.slope * np.diff(np.asarray(item.thresholds))))
    middle = above[:, :-1] + below[:, 1:] + gap[None, :]
    return np.hstack([below[:, :1], middle, above[:, -1:]])


def information(item: GradedItem, theta: Array) -> Array:
    """Return the Fisher information of an item at each point."""
    star = cumulative(item, theta)
    weight = 1.0 - star[:, :-1] - star[:, 1:]
    found: Array = item.slope**2 * np.sum(category_probabilities(item, theta) * weight**2, axis=1)
    return found


@dataclass(frozen=True, kw_only=True)
class ItemBank:
    """Calibrated items on one metric with the prior and the grid their scores are defined on."""

    id: str
    items: tuple[GradedItem, ...]
    metric: Metric = Metric()
    prior: Prior = Prior()
    grid: Quadrature = Quadrature()

    def __post_init__(self) -> None:
        names = [item.id for item in self.items]
        for name in names:
            if names.count(name) > 1:
                raise KnowledgeError(ErrorCode.CONTRADICTION, f"{self.id} has {name} twice")
        if not names:
            raise KnowledgeError(ErrorCode.MISSING_KEY, f"{self.id} has no items")

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Return the place of each item by its id."""
        return MappingProxyType({item.id: place for place, item in enumerate(self.items)})

    def item(self, name: str) -> GradedItem:
        """Return one item; refuse a name the bank does not have."""
        if name not in self.index:
            raise InputError(
                ErrorCode.UNKNOWN_NAME, f'the bank {self.id} has no item "{name}"', where=name
            )
        return self.items[self.index[name]]

    def information_at(self, theta: Array) -> Array:
        """Return every item's information at ``theta``, shape (items, points), all at once."""
        found = np.empty((len(self.items), theta.size))
        for places, slopes, thresholds in self._alike:
            z = slopes[:, None, None] * (theta[None, :, None] - thresholds[:, None, :])
            inner = 0.5 * (1.0 + np.tanh(0.5 * z))
            edge = np.ones((*inner.shape[:2], 1))
            star = np.concatenate([edge, inner, 0.0 * edge], axis=2)
            weight = 1.0 - star[:, :, :-1] - star[:, :, 1:]
            chance = star[:, :, :-1] - star[:, :, 1:]
            found[places] = slopes[:, None] ** 2 * np.sum(chance * weight**2, axis=2)
        return found

    @cached_property
    def _alike(self) -> tuple[tuple[list[int], Array, Array], ...]:
        """Items with the same number of thresholds: their places, slopes and thresholds."""
        groups: dict[int, list[int]] = {}
        for place, item in enumerate(self.items):
            groups.setdefault(len(item.thresholds), []).append(place)
        return tuple(
            (
                places,
                _fixed(np.array([self.items[p].slope for p in places])),
                _fixed(np.array([self.items[p].thresholds for p in places])),
            )
            for places in groups.values()
        )

    @cached_property
    def theta(self) -> Array:
        """Return the points of the grid."""
        return _fixed(self.grid.points)

    @cached_property
    def log_prior(self) -> Array:
        """Return the logarithm of the prior's density on the grid, up to a constant."""
        return _fixed(-0.5 * ((self.theta - self.prior.mean) / self.prior.sd) ** 2)

    @cached_property
    def log_table(self) -> tuple[Array, ...]:
        """Return each item's log-probabilities on the grid, shape (categories, points)."""
        return tuple(_fixed(log_probabilities(item, self.theta).T) for item in self.items)

    @cached_property
    def information_table(self) -> Array:
        """Return every item's information on the grid, shape (items, points)."""
        return _fixed(np.vstack([information(item, self.theta) for item in self.items]))


def _fixed(values: Array) -> Array:
    """Return the array made read-only: a bank is shared."""
    found = np.ascontiguousarray(values)
    found.setflags(write=False)
    return found
