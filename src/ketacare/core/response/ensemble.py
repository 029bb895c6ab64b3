"""Particles that learn: people like this one, reweighted by answers and moved when they grow alike.

The inside of ``posterior``. Moves are Metropolis-Hastings steps in those traits that the answers so
far depend on; every other trait still has its prior, and is drawn afresh from it. The set point's
drift is integrated out inside each particle.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ketacare.core.response.course import Course, Rating
from ketacare.core.response.dynamics import (
    PERI_DOSE_DAYS,
    held_spans,
)
from ketacare.core.response.foretold import Foretold, foretell
from ketacare.core.response.observation import Drift, observe
from ketacare.core.response.prior import (
    ANCHOR_MG_PER_KG,
    FloatArray,
    Prior,
    Rater,
    TraitName,
    Traits,
)
from ketacare.core.response.readings import expected_readings

_MOVES: Final = 2
_STEPS: Final = (0.35, 0.6, 0.95)  # from careful to nearly independent of where a particle stands
_TOGETHER: Final = (  # what the first is informed about, the second is too
    (TraitName.ED50, TraitName.DURATION_EXPONENT),
    (TraitName.THERAPY, TraitName.THERAPY_BUILD),
    (TraitName.PERI_DOSE, TraitName.TAU_PERI_DOSE),
)
_COLUMN: Final = {name: i for i, name in enumerate(TraitName)}


class Ensemble:
    """Particles with everything that follows from them; changes in place while learning.

    ``start`` is the index of the first rating not yet taken in; expectations are held for ratings
    from there on. ``ancestors`` names for each particle the one it descends from.
    """

    def __init__(
        self,
        prior: Prior,
        course: Course,
        ratings: tuple[Rating, ...],
        z: FloatArray,
        *,
        start: int = 0,
        drift: Drift | None = None,
        log_likelihood: FloatArray | None = None,
    ) -> None:
        self.prior, self.course, self.ratings = prior, course, ratings
        self.z, self.start = z, start
        self.people = prior.people(z)
        self.readings = self._expect(self.people, ratings[start:])
        self.drift = Drift.at_start(len(z), 0.0) if drift is None else drift
        self.log_likelihood = np.zeros(len(z)) if log_likelihood is None else log_likelihood
        self.ancestors: NDArray[np.intp] = np.arange(len(z))

    def expect(self, index: int, weights: FloatArray) -> Foretold:
        """Return the prediction of one rating from those before it."""
        rating = self.ratings[index]
        return foretell(
            self.prior,
            self.prior.view(rating.instrument),
            self.people,
            rating,
            mean=self.readings[rating.instrument][:, index - self.start],
            drift=self.drift.moved_to(rating.day, self.people),
            weights=weights,
        )

    def absorb(self, index: int) -> FloatArray:
        """Take in one rating and return its log-likelihood for each particle."""
        rating = self.ratings[index]
        mean = self.readings[rating.instrument][:, index - self.start]
        gain, self.drift = self._step(self.people, rating, mean, self.drift)
        self.log_likelihood = self.log_likelihood + gain
        return gain

    def rejuvenate(self, weights: FloatArray, upto: int, *, rng: np.random.Generator) -> float:
        """Resample by ``weights``, move every particle given the first ``upto`` ratings.

        The proposal is autoregressive around the ensemble's mean and covariance, reversible with
        respect to that normal distribution, so its density enters the acceptance ratio. Returns
        the share of accepted moves.
        """
        seen = self.ratings[:upto]
        informed = informed_traits(self.prior, self.course, seen)
        active = self.z[:, informed]
        centre = weights @ active
        spread = active - centre
        # A little of the prior's unit variance keeps the factor well conditioned.
        covariance = (spread * weights[:, None]).T @ spread + 1e-3 * np.eye(len(informed))
        factor = np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
        self._keep(_systematic(weights, rng=rng))
        fresh = rng.standard_normal(self.z.shape)
        fresh[:, informed] = self.z[:, informed]
        self.z = fresh
        shares = [self._move(informed, centre, factor, seen, rng=rng) for _ in range(_MOVES)]
        self.people = self.prior.people(self.z)
        if upto < len(self.ratings):  # nobody asks again for what has been taken in
            self.readings = self._expect(self.people, self.ratings[self.start :])
        return float(np.mean(shares))

    def _move(
        self,
        informed: NDArray[np.intp],
        centre: FloatArray,
        factor: FloatArray,
        seen: tuple[Rating, ...],
        *,
        rng: np.random.Generator,
    ) -> float:
        n, d = len(self.z), len(informed)
        step = rng.choice(np.array(_STEPS), size=n)[:, None]
        noise = rng.standard_normal((n, d)) @ factor.T
        old = self.z[:, informed]
        new = centre + np.sqrt(1.0 - step**2) * (old - centre) + step * noise
        proposal = self.z.copy()
        proposal[:, informed] = new
        people = self.prior.people(proposal)
        readings = self._expect(people, seen)
        drift = Drift.at_start(n, 0.0)
        likelihood = np.zeros(n)
        for index, rating in enumerate(seen):
            mean = readings[rating.instrument][:, index]
            gain, drift = self._step(people, rating, mean, drift)
            likelihood += gain
        ratio = (
            likelihood
            - self.log_likelihood
            + _log_target(new, centre, factor)
            - _log_target(old, centre, factor)
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
        self.ancestors = self.ancestors[chosen]
        self.log_likelihood = self.log_likelihood[chosen]
        self.drift = Drift(self.drift.mean[chosen], self.drift.variance[chosen], self.drift.day)

    def _expect(self, people: Traits, ratings: tuple[Rating, ...]) -> dict[str, FloatArray]:
        """Return, by instrument, expected readings at the times of ``ratings``."""
        if not ratings:
            return {}
        last = ratings[-1].day
        # Doses after the last rating cannot change it; leaving them out saves time.
        return expected_readings(
            self.prior,
            people,
            {r.instrument for r in ratings},
            doses=[d for d in self.course.doses if d.day < last],
            therapy_days=[t for t in self.course.therapy_days if t < last],
            days=np.array([r.day for r in ratings]),
            setting=self.course.setting,
        )

    def _step(
        self, people: Traits, rating: Rating, mean: FloatArray, drift: Drift
    ) -> tuple[FloatArray, Drift]:
        return observe(
            self.prior,
            self.prior.view(rating.instrument),
            people,
            mean=mean,
            drift=drift.moved_to(rating.day, people),
            total=rating.total,
        )


def informed_traits(prior: Prior, course: Course, seen: Sequence[Rating]) -> NDArray[np.intp]:
    """Return the columns of ``z`` on which the likelihood of ``seen`` depends.

    A trait that is not among them (therapy without therapy, the dose midpoint at 0.5 mg/kg, a
    questionnaire not asked) keeps its prior exactly, whatever the answers.
    """
    last = seen[-1].day
    views = [prior.view(name) for name in {r.instrument for r in seen}]
    doses = [d for d in course.doses if d.day < last]
    given = [d for d in doses if d.mg_per_kg > 0]
    times = [t for t in course.therapy_days if t < last]
    when = {
        TraitName.SET_POINT: True,
        TraitName.NOISE: True,
        TraitName.DRIFT: True,
        TraitName.NONSPECIFIC_SLOW: last > 0,
        TraitName.NONSPECIFIC_FAST: bool(doses),
        TraitName.CLINICIAN: any(v.rater is Rater.CLINICIAN for v in views),
        TraitName.FUNCTION_LAG: any(v.follows for v in views),
        TraitName.RESPONSIVENESS: bool(given),
        TraitName.TAU_FAST: bool(given),
        TraitName.KAPPA: bool(given),
        TraitName.TAU_SLOW: bool(given),
        TraitName.TOLERANCE: bool(given) and len(doses) > 1,
        TraitName.BENZODIAZEPINE: any(d.diazepam_mg_per_day for d in given),
        TraitName.ED50: any(d.mg_per_kg != ANCHOR_MG_PER_KG for d in given),
        TraitName.THERAPY: bool(held_spans(prior, [d.day for d in given], times)),
        TraitName.PERI_DOSE: any(0 < r.day - d.day <= PERI_DOSE_DAYS for r in seen for d in given),
    }
    found = {name for name, holds in when.items() if holds}
    found |= {partner for name, partner in _TOGETHER if name in found}
    found |= {v.level for v in views if v.level is not None}
    found |= {v.gain for v in views if v.gain is not None and given}
    return np.array(sorted(_COLUMN[name] for name in found), dtype=np.intp)


def _log_target(z: FloatArray, centre: FloatArray, factor: FloatArray) -> FloatArray:
    """Return log prior minus log proposal density of rows of ``z``, up to a constant."""
    white = np.linalg.solve(factor, (z - centre).T)
    return np.asarray(0.5 * (white**2).sum(axis=0) - 0.5 * (z**2).sum(axis=1))


def _systematic(weights: FloatArray, *, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return indices resampled with one random offset (systematic resampling)."""
    n = len(weights)
    marks = (np.arange(n) + rng.random()) / n
    return np.minimum(np.searchsorted(np.cumsum(weights), marks), n - 1)
