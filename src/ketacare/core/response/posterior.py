"""Learning about one person: a weighted, rejuvenated ensemble of people like this one.

Sequential Monte Carlo over the traits (iterated batch importance sampling; Chopin 2002, Biometrika
89:539): draw from the prior, reweight at each score in order of time, and when few particles carry
the weight, resample and move each with a Metropolis-Hastings step that leaves the posterior so far
unchanged. The set point's drift is integrated out inside each particle. Always computed from
the whole course: a late or corrected score changes the input, never a stored state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.response.course import Course, Rating
from ketacare.core.response.dynamics import Dose
from ketacare.core.response.ensemble import Ensemble
from ketacare.core.response.foretold import Foretold
from ketacare.core.response.observation import Drift
from ketacare.core.response.prior import FloatArray, Prior, TraitName, Traits

_RESAMPLE_BELOW: Final = 0.5  # share of the ensemble; the usual choice, Chopin 2002 section 3
_FEWEST: Final = 50
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
    was expected of it just before. ``seed`` is the entropy of the generator. ``prior`` is the one
    of the person's diagnosis, ``base`` the one it was widened from, if it was. ``ancestors`` tells
    which of the first particles each descends from.
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
    log_likelihood: FloatArray | None = None
    ancestors: NDArray[np.intp] | None = None
    base: Prior | None = None

    @property
    def distinct(self) -> int:
        """Return how many different people the ensemble holds; copies of one count once."""
        return len(np.unique(self.z[:, 0]))

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
    prior: Prior,
    course: Course,
    *,
    rng: np.random.Generator,
    particles: int = 2000,
    with_foretold: bool = True,
) -> Posterior:
    """Return the posterior of one person given every score of the course.

    Deterministic for a given generator. The prior is widened for the course's diagnosis first.
    Ratings of instruments the prior has no view of are counted as skipped; a total outside its
    instrument is refused. Without ``with_foretold`` the record of predictions is left out, which
    saves a fifth of the time.
    """
    if particles < _FEWEST:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"particles is {particles}; use at least {_FEWEST}, usually 2000",
        )
    own = prior.for_diagnosis(course.diagnosis)
    ratings = _usable(own, course)
    seed = seed_text(rng)
    ensemble = Ensemble(own, course, ratings, own.draw(particles, rng=rng))
    found = _learn(
        ensemble, np.zeros(particles), _Before(seed=seed), with_foretold=with_foretold, rng=rng
    )
    return found if own is prior else replace(found, base=prior)


def extend(
    posterior: Posterior, course: Course, *, rng: np.random.Generator, with_foretold: bool = True
) -> Posterior:
    """Return the posterior after the scores that ``course`` has beyond ``posterior.course``.

    The quick way when nothing but new entries was added: about the time of one score. When the
    past changed in any way (a late, corrected or deleted score, dose or session), everything is
    computed again from the whole course, as ``update`` does.
    """
    prior = posterior.prior
    ratings = _usable(prior, course)
    known = posterior.scores_used
    if known == 0 or not _continues(posterior, course, ratings):
        return update(
            posterior.base or prior,
            course,
            rng=rng,
            particles=len(posterior.weights),
            with_foretold=with_foretold,
        )
    ensemble = Ensemble(
        prior,
        course,
        ratings,
        posterior.z,
        start=known,
        drift=posterior.drift,
        log_likelihood=posterior.log_likelihood,
    )
    before = _Before(
        seed=seed_text(rng),
        evidence=posterior.log_evidence,
        acceptance=posterior.acceptance,
        foretold=posterior.foretold,
        ancestors=posterior.ancestors,
    )
    with np.errstate(divide="ignore"):  # a weight of zero stays zero
        log_weights = np.log(posterior.weights)
    return replace(
        _learn(ensemble, log_weights, before, with_foretold=with_foretold, rng=rng),
        base=posterior.base,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """What an ensemble brings with it from earlier scores."""

    seed: str
    evidence: float = 0.0
    acceptance: float | None = None
    foretold: tuple[Foretold, ...] = ()
    ancestors: NDArray[np.intp] | None = None


def _learn(
    ensemble: Ensemble,
    log_weights: FloatArray,
    before: _Before,
    *,
    with_foretold: bool,
    rng: np.random.Generator,
) -> Posterior:
    """Take in every rating from the ensemble's start on."""
    particles = len(log_weights)
    prior, course, ratings = ensemble.prior, ensemble.course, ensemble.ratings
    log_weights = log_weights - _log_sum(log_weights)
    evidence = before.evidence
    accepted = [] if before.acceptance is None else [before.acceptance]
    foretold = list(before.foretold)
    for index in range(ensemble.start, len(ratings)):
        if with_foretold:
            foretold.append(ensemble.expect(index, _normalised(log_weights)))
        log_weights = log_weights + ensemble.absorb(index)
        total = _log_sum(log_weights)
        evidence += total
        log_weights = log_weights - total
        if _effective(log_weights) < _RESAMPLE_BELOW * particles:
            share = ensemble.rejuvenate(_normalised(log_weights), index + 1, rng=rng)
            accepted.append(share)
            log_weights = np.full(particles, -np.log(particles))
    size = _effective(log_weights)
    acceptance = float(np.mean(accepted)) if accepted else None
    ancestors = ensemble.ancestors
    if before.ancestors is not None:
        ancestors = before.ancestors[ancestors]
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
        seed=before.seed,
        versions={prior.id: prior.version},
        foretold=tuple(foretold),
        log_likelihood=ensemble.log_likelihood,
        ancestors=ancestors,
    )


def _continues(posterior: Posterior, course: Course, ratings: tuple[Rating, ...]) -> bool:
    """Return whether ``course`` only adds entries after the last score already used."""
    old, known = posterior.course, posterior.scores_used
    if posterior.log_likelihood is None or (course.diagnosis, course.setting, course.zero) != (
        old.diagnosis,
        old.setting,
        old.zero,
    ):
        return False
    used = _usable(posterior.prior, old)
    last = used[-1].day

    def past(of: Course) -> tuple[tuple[Dose, ...], tuple[float, ...]]:
        return (
            tuple(d for d in of.doses if d.day < last),
            tuple(t for t in of.therapy_days if t < last),
        )

    return ratings[:known] == used and past(course) == past(old)


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


def _log_sum(log_weights: FloatArray) -> float:
    top = float(log_weights.max())
    return top + float(np.log(np.exp(log_weights - top).sum()))


def _normalised(log_weights: FloatArray) -> FloatArray:
    weights = np.exp(log_weights - log_weights.max())
    return np.asarray(weights / weights.sum())


def _effective(log_weights: FloatArray) -> float:
    weights = _normalised(log_weights)
    return float(1.0 / (weights @ weights))
