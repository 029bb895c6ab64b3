"""Draws from a posterior by adaptive importance sampling, with its own judgement of how good they are.

First the mixture of a wide Student distribution at each mode (Laplace's covariance) and a tenth of
the prior; then twice a Student distribution with the mean and covariance of the weighted draws so
far; and, as long as the weights do not pass their test, mixtures of narrow ones around resampled
draws, which follow bent shapes (Cappe et al., J Comput Graph Stat 2004;13:907). All draws are weighted by the mixture of all proposals (Cornuet et al., Scand J Stat
2012;39:798). The prior in the mixture bounds the weights (Hesterberg, Technometrics 1995;37:185).
The largest weights are smoothed by a generalised Pareto distribution, whose shape k says whether
the estimates can be trusted (Vehtari et al., J Mach Learn Res 2024;25:72).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lgamma

import numpy as np

from ketacare.core.errors import ErrorCode, KetacareError
from ketacare.core.pharmacology.estimation.mode import Mode, Objective
from ketacare.core.pharmacology.estimation.person import log_prior
from ketacare.core.pharmacology.modes import Floats

WORST_K = 0.7  # above it the error of the estimates cannot be known (Vehtari et al. 2024)
FEWEST = 50.0  # effective draws below which 5 % and 95 % are not worth showing
_FREEDOM = 5.0
_WIDER = 1.3  # proposals are a little wider than what they aim at
_DEFENCE = 0.1
_ROUNDS = (0.5, 0.25, 0.25)  # parts of the draws
_MORE = 6  # further rounds, each of a quarter of the draws
_CENTRES = 30
_NARROW = 0.4  # of the covariance of all draws, for each of the centres


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weighted:
    """Draws z (n, k) with weights (n,) that add up to 1, and how much they can be trusted."""

    z: Floats
    weights: Floats
    pareto_k: float

    @property
    def effective_size(self) -> float:
        """Return how many independent draws are worth as much: 1 / sum of squared weights."""
        return float(1.0 / (self.weights**2).sum())

    @property
    def is_sound(self) -> bool:
        """Return whether Pareto's k and the effective size allow an answer."""
        return self.pareto_k <= WORST_K and self.effective_size >= FEWEST

    def resampled(self, n: int, rng: np.random.Generator) -> Floats:
        """Return ``n`` draws of equal weight, by systematic resampling."""
        ladder = (rng.random() + np.arange(n)) / n
        places = np.searchsorted(np.cumsum(self.weights), ladder * (1.0 - 1e-12))
        return np.asarray(self.z[rng.permutation(places)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Student:
    centre: Floats
    lower: Floats

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        size = len(self.centre)
        stretch = np.sqrt(_FREEDOM / rng.chisquare(_FREEDOM, n))
        return self.centre + (rng.standard_normal((n, size)) * stretch[:, None]) @ self.lower.T

    def log_density(self, z: Floats) -> Floats:
        size = len(self.centre)
        away = np.linalg.solve(self.lower, (z - self.centre).T)
        constant = (
            lgamma(0.5 * (_FREEDOM + size))
            - lgamma(0.5 * _FREEDOM)
            - 0.5 * size * np.log(_FREEDOM * np.pi)
            - np.log(np.diag(self.lower)).sum()
        )
        square = (away**2).sum(axis=0)
        return np.asarray(constant - 0.5 * (_FREEDOM + size) * np.log1p(square / _FREEDOM))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Proposal:
    """Student distributions with their parts, and the rest of the prior."""

    students: tuple[_Student, ...]
    parts: Floats

    def draw(self, n: int, size: int, rng: np.random.Generator) -> Floats:
        counts = rng.multinomial(n, [*self.parts, 1.0 - self.parts.sum()])
        drawn = [s.draw(int(c), rng) for s, c in zip(self.students, counts, strict=False)]
        return np.concatenate([*drawn, rng.standard_normal((int(counts[-1]), size))])

    def log_density(self, z: Floats) -> Floats:
        rows = [
            np.log(p) + s.log_density(z) for s, p in zip(self.students, self.parts, strict=True)
        ]
        rows.append(np.log(1.0 - self.parts.sum()) + log_prior(z))
        return np.asarray(np.logaddexp.reduce(rows, axis=0))


def draw_posterior(
    objective: Objective, modes: Sequence[Mode], *, particles: int, rng: np.random.Generator
) -> Weighted:
    """Return weighted draws of the density exp(``objective``) around its ``modes``.

    ``particles`` of them where the weights pass their test at once, up to 2.5 times as many where
    not.
    Refuses (KetacareError, NUMERICAL) when Pareto's k is above 0.7 or fewer than 50 effective draws
    are left: the estimates would look sure and not be.
    """
    size = len(modes[0].z)
    proposals = [_first(modes)]
    drawn: list[Floats] = []
    values: list[Floats] = []
    counts = _counts(particles)
    for round_, count in enumerate(counts):
        drawn.append(proposals[-1].draw(count, size, rng))
        values.append(objective(drawn[-1]))
        found = _weighed(drawn, values, proposals, counts)
        if round_ + 1 >= len(_ROUNDS) and found.is_sound:
            return found
        settled = round_ + 1 < len(_ROUNDS)
        proposals.append(_next(found, proposals[0]) if settled else _bent(found, rng))
    raise KetacareError(
        ErrorCode.NUMERICAL,
        f"the posterior could not be drawn reliably (Pareto k {found.pareto_k:.2f}, "
        f"{found.effective_size:.0f} effective of {len(found.z)} draws); give more particles, and "
        "check samples that contradict each other",
    )


def _counts(particles: int) -> list[int]:
    later = [int(part * particles) for part in _ROUNDS[1:]]
    return [particles - sum(later), *later, *[later[-1]] * _MORE]


def _first(modes: Sequence[Mode]) -> _Proposal:
    """Return the proposal at the modes, each as often as Laplace's method says it is likely."""
    mass = np.array([m.log_density + 0.5 * np.linalg.slogdet(m.covariance)[1] for m in modes])
    parts = np.exp(mass - mass.max())
    parts = 0.9 * parts / parts.sum() + 0.1 / len(modes)  # none is left out altogether
    students = tuple(_Student(centre=m.z, lower=_cholesky(m.covariance)) for m in modes)
    return _Proposal(students=students, parts=(1.0 - _DEFENCE) * parts)


def _next(found: Weighted, fallback: _Proposal) -> _Proposal:
    size = found.z.shape[1]
    if found.effective_size < 10 * size:  # too few to estimate a covariance from
        return fallback
    centre = found.weights @ found.z
    away = found.z - centre
    covariance = (away * found.weights[:, None]).T @ away
    student = _Student(centre=centre, lower=_cholesky(covariance))
    return _Proposal(students=(student,), parts=np.array([1.0 - _DEFENCE]))


def _bent(found: Weighted, rng: np.random.Generator) -> _Proposal:
    """Return narrow Student distributions around resampled draws."""
    away = found.z - found.weights @ found.z
    covariance = (away * found.weights[:, None]).T @ away
    # Where one draw has all the weight there is no spread: a hundredth of the prior's then.
    lower = _cholesky(_NARROW * covariance + 1e-4 * np.eye(len(covariance)))
    students = tuple(_Student(centre=z, lower=lower) for z in found.resampled(_CENTRES, rng))
    return _Proposal(students=students, parts=np.full(_CENTRES, (1.0 - _DEFENCE) / _CENTRES))


def _cholesky(covariance: Floats) -> Floats:
    # A Student distribution of 5 degrees of freedom has 5/3 of its scale as covariance.
    scale = _WIDER * (_FREEDOM - 2.0) / _FREEDOM
    return np.asarray(np.linalg.cholesky(covariance * scale), dtype=np.float64)


def _weighed(
    drawn: Sequence[Floats],
    values: Sequence[Floats],
    proposals: Sequence[_Proposal],
    counts: Sequence[int],
) -> Weighted:
    z = np.concatenate(drawn)
    rows = [
        np.log(count) + proposal.log_density(z)
        for proposal, count in zip(proposals, counts, strict=False)
    ]
    log_weights = np.concatenate(values) - np.logaddexp.reduce(rows, axis=0)
    smoothed, k = smooth(log_weights)
    weights = np.exp(smoothed - smoothed.max())
    return Weighted(z=z, weights=weights / weights.sum(), pareto_k=k)


def smooth(log_weights: Floats) -> tuple[Floats, float]:
    """Return the log weights with their largest smoothed, and Pareto's k.

    The M = min(n/5, 3 sqrt(n)) largest are replaced by the expected order statistics of a
    generalised Pareto distribution fitted to them (Vehtari et al. 2024, section 2).
    """
    shifted = log_weights - log_weights.max()
    count = len(shifted)
    tail = int(min(0.2 * count, 3.0 * np.sqrt(count)))
    order = np.argsort(shifted)
    if tail < 5:
        return shifted, np.inf
    cut = np.exp(shifted[order[-tail - 1]])
    excess = np.exp(shifted[order[-tail:]]) - cut
    if excess[-1] <= 1e-12:  # all weights alike: nothing to smooth, and no tail
        return shifted, 0.0
    excess = np.maximum(excess, 1e-300)
    k, scale = pareto(excess)
    if k > WORST_K:  # no answer will be given from these weights, so nothing is made smooth
        return shifted, k
    place = (np.arange(tail) + 0.5) / tail
    expected = scale * np.expm1(-k * np.log1p(-place)) / k if k != 0 else -scale * np.log1p(-place)
    found = shifted.copy()
    found[order[-tail:]] = np.minimum(np.log(cut + expected), 0.0)
    return found, float(k)


def pareto(excess: Floats) -> tuple[float, float]:
    """Return shape k and scale of a generalised Pareto distribution for rising ``excess`` (n,).

    Zhang and Stephens (Technometrics 2009;51:316), the shape drawn towards 0.5 as by ten
    observations (Vehtari et al. 2024, appendix C).
    """
    n = len(excess)
    grid = 30 + int(np.sqrt(n))
    quartile = excess[int(n / 4.0 + 0.5) - 1]
    theta = 1.0 / excess[-1] + (1.0 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / (
        3.0 * quartile
    )
    shape = np.log1p(-theta[:, None] * excess).mean(axis=1)
    profile = n * (np.log(-theta / shape) - shape - 1.0)
    ahead = np.minimum(profile[None, :] - profile[:, None], 500.0)  # e^500 is as good as for ever
    weight = 1.0 / np.exp(ahead).sum(axis=1)
    best = float((theta * weight).sum())
    k = float(np.log1p(-best * excess).mean())
    scale = -k / best
    return (n * k + 10.0 * 0.5) / (n + 10.0), scale
