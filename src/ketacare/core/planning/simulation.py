"""What a candidate would bring, simulated on the ensemble of people like this one.

All candidates see the same people and the same draws (common random numbers), so that their
differences are differences of treatment. Relief is counted without the hours after an infusion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ketacare.core.planning.candidates import Candidate
from ketacare.core.planning.protocol import Protocol
from ketacare.core.planning.weights import Weights
from ketacare.core.response import Future, Posterior, expected_reading, relief, sample_paths

FloatArray = NDArray[np.float64]

_RELAPSE_DAYS = 6.0  # two ratings at least five days apart, on a grid of two days
_KEPT = 0.4  # relief below this share, twice, is a relapse: as the response model defines it
_REACHED = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """Equally likely people like this one, and what their scores are counted from.

    ``posterior`` holds the thinned particles; ``baseline`` the points improvement is counted from,
    one per particle; ``days`` the days of the course the paths are read on.
    """

    posterior: Posterior
    instrument: str
    baseline: FloatArray
    days: FloatArray
    seed: int
    effective_size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """The outcome of one candidate, one value per person of the ensemble.

    ``relief`` is the mean fractional improvement over the horizon, ``well_days`` days at or below
    the remission cut-off; the others are 0 or 1. ``relapsed`` is counted among ``reached``. ``now``
    is the latent severity at the moment of looking, in points, the same for all candidates.
    """

    now: FloatArray

    relief: FloatArray
    well_days: FloatArray
    response: FloatArray
    remission: FloatArray
    reached: NDArray[np.bool_]
    relapsed: NDArray[np.bool_]


def ensemble_of(
    posterior: Posterior,
    instrument: str,
    weights: Weights,
    *,
    baseline: float | None,
    size: int,
    rng: np.random.Generator,
) -> Ensemble:
    """Return ``size`` equally weighted people drawn from the posterior, ready to be simulated.

    ``baseline`` is the score improvement is counted from, in points; without one it is counted
    from the untreated set point of each simulated person.
    """
    n = len(posterior.weights)
    size = min(size, n)
    marks = (np.arange(size) + rng.random()) / size
    chosen = np.minimum(np.searchsorted(np.cumsum(posterior.weights), marks), n - 1)
    drift = posterior.drift
    thinned = replace(
        posterior,
        z=posterior.z[chosen],
        weights=np.full(size, 1.0 / size),
        drift=replace(drift, mean=drift.mean[chosen], variance=drift.variance[chosen]),
    )
    step, horizon = weights.step.to("d"), weights.horizon.to("d")
    start = posterior.course.now_day
    return Ensemble(
        posterior=thinned,
        instrument=instrument,
        baseline=_baseline(thinned, instrument, baseline),
        days=start + np.arange(0.0, horizon + step / 2, step),
        seed=int(rng.integers(2**62)),
        effective_size=min(float(size), posterior.effective_size),
    )


def simulate(candidate: Candidate, ensemble: Ensemble, weights: Weights) -> Simulated:
    """Return what ``candidate`` brings to each person of the ensemble."""
    posterior = ensemble.posterior
    start = posterior.course.now_day
    future = Future(
        doses=tuple(
            (start + day, candidate.dose_mg_per_kg or 0.0, candidate.minutes or 0.0)
            for day in candidate.dose_days
        ),
        therapy_days=tuple(start + day for day in candidate.therapy_days),
    )
    # The same generator for every candidate: common random numbers.
    rng = np.random.default_rng(ensemble.seed)
    paths = sample_paths(
        posterior, future, ensemble.instrument, ensemble.days, rng=rng, latent=True
    )
    view = posterior.prior.view(ensemble.instrument)
    base = ensemble.baseline[:, None]
    improvement = np.clip(1.0 - paths / base, -1.0, 1.0)
    step = weights.step.to("d")
    at = int(np.searchsorted(ensemble.days, start + weights.judged.to("d")))
    noise = np.random.default_rng([ensemble.seed, 1]).standard_normal(len(paths))
    seen = np.clip(np.rint(paths[:, at] + view.error.value * noise), view.minimum, view.maximum)
    reached, relapsed = _relapse(improvement, round(_RELAPSE_DAYS / step))
    return Simulated(
        now=paths[:, 0],
        relief=improvement.mean(axis=1),
        well_days=(paths <= view.remission.value + 0.5).sum(axis=1) * step,
        response=(seen <= (1.0 - view.response.value) * ensemble.baseline).astype(float),
        remission=(seen <= view.remission.value).astype(float),
        reached=reached,
        relapsed=relapsed,
    )


def risk_of(candidate: Candidate, protocol: Protocol, weights: Weights, *, event: bool) -> float:
    """Return the risk of a candidate in standard infusions over the horizon.

    Sum over its infusions of (dose / standard dose) * (standard minutes / minutes)^exponent, times
    ``after_event`` when the last infusion was distressing or ran into red blood pressure.
    """
    if candidate.dose_mg_per_kg is None or not candidate.minutes:
        return 0.0
    one = candidate.dose_mg_per_kg / protocol.dose_mg_per_kg
    one *= (protocol.minutes / candidate.minutes) ** weights.duration_exponent.to("1")
    factor = weights.after_event.to("1") if event else 1.0
    return float(one * factor * len(candidate.dose_days))


def _relapse(improvement: FloatArray, apart: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return who reaches half relief within the horizon, and who loses it twice in a row after."""
    was = np.logical_or.accumulate(improvement >= _REACHED, axis=1)
    low = (improvement < _KEPT) & was
    lost = low[:, :-apart] & low[:, apart:]
    return np.asarray(was[:, -1]), np.asarray(lost.any(axis=1))


def _baseline(posterior: Posterior, instrument: str, baseline: float | None) -> FloatArray:
    people = posterior.people
    if baseline is not None and baseline > 0:
        return np.full(people.size, baseline)
    view = posterior.prior.view(instrument)
    none = relief(posterior.prior, people, doses=(), therapy_days=(), days=np.zeros(1))
    reading = expected_reading(view, people, none)[:, 0]
    return np.clip(reading, view.minimum + 1.0, view.maximum)
