"""Learning about one person: a weighted, rejuvenated ensemble of people like this one.

Sequential Monte Carlo over the traits (iterated batch importance sampling; Chopin 2002, Biometrika
89:539): draw from the prior, reweight at each score in order of time, and when few particles carry
the weight, resample and move each with a Metropolis-Hastings step that leaves the posterior so far
unchanged. The set point's drift is integrated out inside each particle. Always computed from
the whole course: a late or corrected score changes the input, never a stored state.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.response.course import Course, Rating
from ketacare.core.response.dynamics import relief
from ketacare.core.response.foretold import Foretold, foretell
from ketacare.core.response.observation import Drift, expected_reading, observe
from ketacare.core.response.prior import FloatArray, Prior, TraitName, Traits

_RESAMPLE_BELOW: Final = 0.5  # share of the ensemble; the usual choice, Chopin 2002 section 3
_MOVES: Final = 3
_STEPS: Final = (0.35, 0.6, 0.95)  # from careful to nearly independent of where a particle stands
_ENOUGH: Final = 200.0  # effective particles below which quantiles of a fan are rough


class PosteriorStatus(StrEnum):
    """How far the ensemble can be trusted as an approximation."""

    PRIOR_ONLY = "prior_only"
    GOOD = "good"
    FEW_PARTICLES = "few_particles"
    STUCK = "stuck"

    @property
    def advice(self) -> str:
        """Return one sentence for the reader."""
        return _ADVICE[self]


_ADVICE: dict[PosteriorStatus, str] = {
    PosteriorStatus.PRIOR_ONLY: "No score has been used: this is what is expected of anyone.",
    PosteriorStatus.GOOD: "The scores so far are taken into account.",
    PosteriorStatus.FEW_PARTICLES: (
        "Few simulated people resemble this course: run it again with more particles."
    ),
    PosteriorStatus.STUCK: (
        "The simulation could not follow this course well: run it again with more particles, "
        "and check the scores for slips."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """What is believed about one person: rows ``z`` with ``weights``, and the drift of each.

    ``acceptance`` is the mean share of accepted moves (``None`` without any), ``log_evidence`` the
    log probability of the scores under the prior. ``foretold`` holds each score used beside what
    was expected of it just before. ``seed`` is the entropy of the generator.
    """

    prior: Prior
    course: Course
    z: FloatArray
    weights: FloatArray
    drift: Drift
    effective_size: float
    status: PosteriorStatus
    scores_used: int
    scores_skipped: int
    log_evidence: float
    acceptance: float | None
    seed: str
    versions: dict[str, str]
    foretold: tuple[Foretold, ...] = ()

    @property
    def people(self) -> Traits:
        """Return the traits of the ensemble."""
        return self.prior.people(self.z)

    def mean(self, name: TraitName) -> float:
        """Return the posterior mean of a trait."""
        return float(self.weights @ self.people[name])

    def quantile(self, name: TraitName, level: float) -> float:
        """Return a posterior quantile of a trait, ``level`` between 0 and 1."""
        return float(weighted_quantiles(self.people[name][:, None], self.weights, (level,))[0, 0])


def update(
    prior: Prior, course: Course, *, rng: np.random.Generator, particles: int = 2000
) -> Posterior:
    """Return the posterior of one person given every score of the course.

    Deterministic for a given generator. Ratings of instruments the prior has no view of are
    counted as skipped; a total outside its instrument is refused.
    """
    if particles < 50:
        raise InputError(
            ErrorCode.OUT_OF_RANGE, f"particles is {particles}; use at least 50, usually 2000"
        )
    ratings = _usable(prior, course)
    seed = seed_text(rng)
    z = prior.draw(particles, rng=rng)
    ensemble = _Ensemble(prior, course, ratings, z)
    log_weights = np.zeros(particles)
    evidence = 0.0
    accepted: list[float] = []
    foretold: list[Foretold] = []
    for index in range(len(ratings)):
        foretold.append(ensemble.expect(index, _normalised(log_weights)))
        gain = ensemble.absorb(index)
        before = _log_sum(log_weights)
        log_weights = log_weights + gain
        evidence += _log_sum(log_weights) - before
        if _effective(log_weights) < _RESAMPLE_BELOW * particles:
            share = ensemble.rejuvenate(_normalised(log_weights), index + 1, rng=rng)
            accepted.append(share)
            log_weights = np.zeros(particles)
    size = _effective(log_weights)
    acceptance = float(np.mean(accepted)) if accepted else None
    return Posterior(
        prior=prior,
        course=course,
        z=ensemble.z,
        weights=_normalised(log_weights),
        drift=ensemble.drift,
        effective_size=size,
        status=_status(len(ratings), size, acceptance),
        scores_used=len(ratings),
        scores_skipped=course.skipped + len(course.ratings) - len(ratings),
        log_evidence=evidence,
        acceptance=acceptance,
        seed=seed,
        versions={prior.id: prior.version},
        foretold=tuple(foretold),
    )


class _Ensemble:
    """Particles with everything that follows from them; changes in place while learning."""

    def __init__(
        self, prior: Prior, course: Course, ratings: tuple[Rating, ...], z: FloatArray
    ) -> None:
        self.prior, self.course, self.ratings = prior, course, ratings
        self.z = z
        self.people, self.readings = self._expect(z, ratings)
        self.drift = Drift.at_start(len(z), 0.0)
        self.log_likelihood = np.zeros(len(z))

    def expect(self, index: int, weights: FloatArray) -> Foretold:
        """Return the prediction of one rating from those before it."""
        rating = self.ratings[index]
        return foretell(
            self.prior,
            self.prior.view(rating.instrument),
            self.people,
            rating,
            mean=self.readings[rating.instrument][:, index],
            drift=self.drift.moved_to(rating.day, self.people),
            weights=weights,
        )

    def absorb(self, index: int) -> FloatArray:
        """Take in one rating and return its log-likelihood for each particle."""
        gain, self.drift = self._step(self.people, self.readings, self.drift, index)
        self.log_likelihood = self.log_likelihood + gain
        return gain

    def rejuvenate(self, weights: FloatArray, upto: int, *, rng: np.random.Generator) -> float:
        """Resample by ``weights`` and move every particle given the first ``upto`` ratings.

        The proposal is autoregressive around the ensemble's mean and covariance, reversible with
        respect to that normal distribution, so its density enters the acceptance ratio.
        """
        centre = weights @ self.z
        spread = self.z - centre
        # A little of the prior's unit variance keeps the factor well conditioned.
        covariance = (spread * weights[:, None]).T @ spread + 1e-3 * np.eye(self.z.shape[1])
        factor = np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
        self._keep(_systematic(weights, rng=rng))
        shares = [self._move(centre, factor, upto, rng=rng) for _ in range(_MOVES)]
        self.people, self.readings = self._expect(self.z, self.ratings)
        return float(np.mean(shares))

    def _move(
        self, centre: FloatArray, factor: FloatArray, upto: int, *, rng: np.random.Generator
    ) -> float:
        n, d = self.z.shape
        step = rng.choice(np.array(_STEPS), size=n)[:, None]
        noise = rng.standard_normal((n, d)) @ factor.T
        proposal = centre + np.sqrt(1.0 - step**2) * (self.z - centre) + step * noise
        people, readings = self._expect(proposal, self.ratings[:upto])
        drift = Drift.at_start(n, 0.0)
        likelihood = np.zeros(n)
        for index in range(upto):
            gain, drift = self._step(people, readings, drift, index)
            likelihood += gain
        ratio = (
            likelihood
            - self.log_likelihood
            + _log_target(proposal, centre, factor)
            - _log_target(self.z, centre, factor)
        )
        accept = np.log(rng.random(n)) < ratio
        self.z = np.where(accept[:, None], proposal, self.z)
        self.log_likelihood = np.where(accept, likelihood, self.log_likelihood)
        self.drift = Drift(
            np.where(accept, drift.mean, self.drift.mean),
            np.where(accept, drift.variance, self.drift.variance),
            drift.day,
        )
        return float(accept.mean())

    def _keep(self, chosen: NDArray[np.intp]) -> None:
        self.z = self.z[chosen]
        self.log_likelihood = self.log_likelihood[chosen]
        self.drift = Drift(self.drift.mean[chosen], self.drift.variance[chosen], self.drift.day)

    def _expect(
        self, z: FloatArray, ratings: tuple[Rating, ...]
    ) -> tuple[Traits, dict[str, FloatArray]]:
        """Return traits and, by instrument, expected readings at the times of ``ratings``."""
        people = self.prior.people(z)
        if not ratings:
            return people, {}
        course = self.course
        days = np.array([r.day for r in ratings])
        # Doses after the last rating cannot change it; leaving them out saves time.
        parts = relief(
            self.prior,
            people,
            doses=[d for d in course.doses if d.day < days[-1]],
            therapy_days=[t for t in course.therapy_days if t < days[-1]],
            days=days,
            setting=course.setting,
        )
        names = {r.instrument for r in ratings}
        return people, {n: expected_reading(self.prior.view(n), people, parts) for n in names}

    def _step(
        self, people: Traits, readings: dict[str, FloatArray], drift: Drift, index: int
    ) -> tuple[FloatArray, Drift]:
        rating = self.ratings[index]
        return observe(
            self.prior,
            self.prior.view(rating.instrument),
            people,
            mean=readings[rating.instrument][:, index],
            drift=drift.moved_to(rating.day, people),
            total=rating.total,
        )


def weighted_quantiles(
    values: FloatArray, weights: FloatArray, levels: tuple[float, ...]
) -> FloatArray:
    """Return weighted quantiles of each column: (n, m) values → (levels, m)."""
    order = np.argsort(values, axis=0, kind="stable")
    ranked = np.take_along_axis(values, order, axis=0)
    cumulative = np.cumsum(weights[order], axis=0)
    cumulative /= cumulative[-1]
    out = np.empty((len(levels), values.shape[1]))
    for row, level in enumerate(levels):
        index = np.minimum((cumulative < level - 1e-12).sum(axis=0), len(values) - 1)
        out[row] = np.take_along_axis(ranked, index[None, :], axis=0)[0]
    return out


def seed_text(rng: np.random.Generator) -> str:
    """Return the entropy a generator was seeded with, as text, for the record of a result."""
    sequence = rng.bit_generator.seed_seq
    return str(getattr(sequence, "entropy", "unknown"))


def _usable(prior: Prior, course: Course) -> tuple[Rating, ...]:
    """Return the ratings the prior can read, in their order; refuse an impossible total."""
    usable = tuple(r for r in course.ratings if r.instrument in prior.views)
    for rating in usable:
        view = prior.view(rating.instrument)
        if not view.minimum <= rating.total <= view.maximum:
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"{rating.instrument} is {rating.total} on day {rating.day:g}; it runs from "
                f"{view.minimum} to {view.maximum}",
            )
    return usable


def _status(scores: int, size: float, acceptance: float | None) -> PosteriorStatus:
    if scores == 0:
        return PosteriorStatus.PRIOR_ONLY
    if acceptance is not None and acceptance < 0.05:
        return PosteriorStatus.STUCK
    return PosteriorStatus.GOOD if size >= _ENOUGH else PosteriorStatus.FEW_PARTICLES


def _log_target(z: FloatArray, centre: FloatArray, factor: FloatArray) -> FloatArray:
    """Return log prior minus log proposal density of rows of ``z``, up to a constant."""
    white = np.linalg.solve(factor, (z - centre).T)
    return np.asarray(0.5 * (white**2).sum(axis=0) - 0.5 * (z**2).sum(axis=1))


def _log_sum(log_weights: FloatArray) -> float:
    top = float(log_weights.max())
    return top + float(np.log(np.exp(log_weights - top).sum()))


def _normalised(log_weights: FloatArray) -> FloatArray:
    weights = np.exp(log_weights - log_weights.max())
    return np.asarray(weights / weights.sum())


def _effective(log_weights: FloatArray) -> float:
    weights = _normalised(log_weights)
    return float(1.0 / (weights @ weights))


def _systematic(weights: FloatArray, *, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return indices resampled with one random offset (systematic resampling)."""
    n = len(weights)
    marks = (np.arange(n) + rng.random()) / n
    return np.minimum(np.searchsorted(np.cumsum(weights), marks), n - 1)
