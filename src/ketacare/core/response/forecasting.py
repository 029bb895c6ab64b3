"""What is expected next: fans and probabilities, from one person's posterior or from the prior.

A fan is predictive: it holds the integer answers a person may give, with measurement error and
drift, unless the latent severity alone is asked for. The peri-dose effect never enters, because
advice must not rest on the hours after an infusion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.response.course import Course, Future
from ketacare.core.response.dynamics import Dose, relief
from ketacare.core.response.observation import (
    Drift,
    drift_slope,
    expected_reading,
    sample_scores,
)
from ketacare.core.response.posterior import (
    Posterior,
    PosteriorStatus,
    seed_text,
    weighted_quantiles,
)
from ketacare.core.response.prior import FloatArray, Prior, Traits
from ketacare.core.response.readings import expected_readings

_LEVELS = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
_RELAPSE_IMPROVEMENT = 0.4
"""Relief below this share, at two ratings at least five days apart, is a relapse."""


SCARCE = 0.01
"""Below this share of people who are well now, what becomes of them cannot be told."""


class Outcome(StrEnum):
    """What the probability is of."""

    RESPONSE = "response"
    REMISSION = "remission"
    RELAPSE = "relapse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fan:
    """Quantiles of an instrument's scores on days of the course, arrays of one length.

    ``predictive`` tells whether measurement error is inside; without it the fan is of the latent
    severity in the instrument's points. ``versions`` and ``seed`` make it repeatable.
    """

    instrument: str
    days: FloatArray
    p5: FloatArray
    p10: FloatArray
    p25: FloatArray
    p50: FloatArray
    p75: FloatArray
    p90: FloatArray
    p95: FloatArray
    mean: FloatArray
    predictive: bool
    effective_size: float
    seed: str
    versions: dict[str, str]


def forecast(
    posterior: Posterior,
    future: Future,
    instrument: str,
    days: Sequence[float] | FloatArray,
    *,
    rng: np.random.Generator,
    latent: bool = False,
) -> Fan:
    """Return the fan of ``instrument`` on ``days`` of the course if ``future`` is done.

    Days lie at or after the course's ``now_day``, in ascending order. The same generator state
    gives the same fan, so that two futures compare on common random numbers.
    """
    seed = seed_text(rng)
    scores = sample_paths(posterior, future, instrument, days, rng=rng, latent=latent)
    weights = posterior.weights
    p5, p10, p25, p50, p75, p90, p95 = weighted_quantiles(scores, weights, _LEVELS)
    return Fan(
        instrument=instrument,
        days=np.asarray(days, dtype=float),
        p5=p5,
        p10=p10,
        p25=p25,
        p50=p50,
        p75=p75,
        p90=p90,
        p95=p95,
        mean=weights @ scores,
        predictive=not latent,
        effective_size=posterior.effective_size,
        seed=seed,
        versions=posterior.versions,
    )


def sample_paths(
    posterior: Posterior,
    future: Future,
    instrument: str,
    days: Sequence[float] | FloatArray,
    *,
    rng: np.random.Generator,
    latent: bool = False,
) -> FloatArray:
    """Return one path per particle, (particles, days), to be weighted by ``posterior.weights``.

    Integer scores, or with ``latent`` the severity without measurement error, held within the
    instrument's range.
    """
    at = _days(posterior.course, days)
    people = posterior.people
    view = posterior.prior.view(instrument)
    reading = _latent_paths(posterior, people, future, instrument, at, rng=rng)
    if latent:
        return np.clip(reading, view.minimum, view.maximum)
    return sample_scores(view, people, reading, rng=rng)


def probability(
    posterior: Posterior,
    future: Future,
    *,
    instrument: str,
    outcome: Outcome,
    day: float,
    rng: np.random.Generator,
) -> float | None:
    """Return the probability of ``outcome`` on ``instrument`` by ``day``, or ``None``: cannot say.

    Response: the score on ``day`` is down by the instrument's response share from the last score
    before the first dose (or, when there is none, from the untreated set point). Remission: the
    score on ``day`` is at or below the remission cut-off. Relapse: among those whose latent relief
    is at least half now, relief below 40 % at two consecutive weekly ratings up to ``day``;
    ``None`` when hardly anyone is that much better now.
    """
    view = posterior.prior.view(instrument)
    weights = posterior.weights
    start = posterior.course.now_day
    if outcome is Outcome.RELAPSE:
        weekly = np.append(start, np.arange(start + 7.0, day + 1e-9, 7.0))
        if len(weekly) < 3:
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"day {day:g} is less than two weekly ratings after now (day {start:g}); ask about "
                "later",
            )
        better, low = relapse_paths(posterior, future, instrument, weekly, rng=rng)
        mass = float(weights @ better)
        if mass < SCARCE:
            return None
        relapsed = (low[:, 1:] & low[:, :-1]).any(axis=1)
        return float(weights @ (better & relapsed)) / mass
    if day < start:
        raise InputError(
            ErrorCode.OUT_OF_RANGE, f"day {day:g} lies before now (day {start:g}); ask about later"
        )
    burden = view.burden(sample_paths(posterior, future, instrument, [day], rng=rng)[:, 0])
    if outcome is Outcome.REMISSION:
        return float(weights @ (burden <= view.remitted_burden))
    limit = (1.0 - view.response.value) * baseline_burden(posterior, instrument)
    return float(weights @ (burden <= limit))


def population(
    prior: Prior, *, rng: np.random.Generator, particles: int = 2000, diagnosis: str = ""
) -> Posterior:
    """Return the prior as an ensemble without any data, for forecasts of anyone.

    With ``diagnosis``, an ICD-10 code, of anyone with that diagnosis.
    """
    seed = seed_text(rng)
    prior = prior.for_diagnosis(diagnosis)
    z = prior.draw(particles, rng=rng)
    return Posterior(
        prior=prior,
        course=Course(diagnosis=diagnosis),
        z=z,
        weights=np.full(particles, 1.0 / particles),
        drift=Drift.at_start(particles, 0.0),
        effective_size=float(particles),
        status=PosteriorStatus.PRIOR_ONLY,
        scores_used=0,
        scores_skipped=0,
        log_evidence=0.0,
        acceptance=None,
        seed=seed,
        versions={prior.id: prior.version},
    )


def population_forecast(
    prior: Prior,
    future: Future,
    instrument: str,
    days: Sequence[float] | FloatArray,
    *,
    rng: np.random.Generator,
    particles: int = 2000,
    latent: bool = False,
) -> Fan:
    """Return the fan for a person about whom nothing is known, from day 0."""
    ensemble = population(prior, rng=rng, particles=particles)
    return forecast(ensemble, future, instrument, days, rng=rng, latent=latent)


def _latent_paths(
    posterior: Posterior,
    people: Traits,
    future: Future,
    instrument: str,
    days: FloatArray,
    *,
    rng: np.random.Generator,
) -> FloatArray:
    """Return readings without measurement error, with a drawn path of the drift."""
    course = posterior.course
    for day, _, _ in future.doses:
        if day < course.now_day:
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"a future dose on day {day:g} lies before now (day {course.now_day:g}); "
                "put what was given into the course",
            )
    doses = [
        *course.doses,
        *(
            Dose(
                day=day,
                mg_per_kg=mg_per_kg,
                minutes=minutes,
                diazepam_mg_per_day=course.doses[-1].diazepam_mg_per_day if course.doses else None,
            )
            for day, mg_per_kg, minutes in future.doses
        ),
    ]
    prior, view = posterior.prior, posterior.prior.view(instrument)
    reading = expected_readings(
        prior,
        people,
        (instrument,),
        doses=doses,
        therapy_days=[*course.therapy_days, *future.therapy_days],
        days=days,
        setting=course.setting,
        peri_dose=False,
    )[instrument]
    return reading + drift_slope(view) * _drift_paths(posterior.drift, people, days, rng=rng)


def _drift_paths(
    drift: Drift, people: Traits, days: FloatArray, *, rng: np.random.Generator
) -> FloatArray:
    """Return drawn drift on ``days``, (people, days): filtered state, then a random walk."""
    n, m = people.size, len(days)
    noise = rng.standard_normal((n, m + 1))
    path = np.empty((n, m))
    level = drift.mean + np.sqrt(drift.variance) * noise[:, 0]
    state = Drift(level, np.zeros(n), drift.day)
    for j, day in enumerate(days):
        state = state.moved_to(float(day), people)
        state = Drift(
            state.mean + np.sqrt(state.variance) * noise[:, j + 1], np.zeros(n), state.day
        )
        path[:, j] = state.mean
    return path


def baseline_burden(posterior: Posterior, instrument: str) -> FloatArray:
    """Return what a response is counted from, for each particle, in points away from well."""
    first = posterior.course.first_rating(instrument)
    people, view = posterior.people, posterior.prior.view(instrument)
    if first is not None:
        return np.full(people.size, float(view.burden(np.array(float(first.total)))))
    none = relief(posterior.prior, people, doses=(), therapy_days=(), days=np.zeros(1))
    reading = expected_reading(view, people, none)[:, 0]
    return view.burden(np.clip(reading, view.minimum, view.maximum))


def relapse_paths(
    posterior: Posterior,
    future: Future,
    instrument: str,
    weekly: FloatArray,
    *,
    rng: np.random.Generator,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return who is at least half better now, and whose rating shows relief below 40 %.

    The first has shape (people,), the second (people, ratings after the first of ``weekly``).
    """
    people, view = posterior.people, posterior.prior.view(instrument)
    severity = _latent_paths(posterior, people, future, instrument, weekly, rng=rng)
    baseline = baseline_burden(posterior, instrument)
    better = view.burden(severity[:, 0]) <= 0.5 * baseline
    scores = sample_scores(view, people, severity[:, 1:], rng=rng)
    low = view.burden(scores) > (1.0 - _RELAPSE_IMPROVEMENT) * baseline[:, None]
    return np.asarray(better), np.asarray(low)


def _days(course: Course, days: Sequence[float] | FloatArray) -> FloatArray:
    at = np.asarray(days, dtype=float)
    if at.ndim != 1 or not at.size or not np.isfinite(at).all():
        raise InputError(ErrorCode.BAD_FORMAT, "days is empty or not a list of finite numbers")
    if at[0] < course.now_day or (np.diff(at) <= 0).any():
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"days run from {at[0]:g} to {at[-1]:g}; they must ascend and not start before now "
            f"(day {course.now_day:g})",
        )
    return at
