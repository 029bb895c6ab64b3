"""One course seen by the ensemble and by NUTS, compared in units of Monte Carlo error.

Stated before looking: a posterior mean may differ by 4 standard errors of both methods together, a
5 % or 95 % point by 4 of its own, which for a normal number are sqrt(0.05·0.95/n)/0.1031 = 2.1/sqrt(n)
SDs. The ensemble counts a quarter of its effective size, because moved copies stay alike.
"""

import math
from dataclasses import dataclass

import numpy as np
from tests.core.response.oracle import USED, nuts

from ketacare.core.response import Course, Dose, Rating, TraitName, update, weighted_quantiles

DOSE_DAYS = (7.0, 10.0, 14.0, 17.0, 21.0, 24.0)
DAYS = (0.0, 6.5, 8.5, 12.0, 16.0, 20.0, 25.5, 32.0, 39.0)
TOTALS = (16, 17, 9, 8, 7, 5, 6, 8, 9)
ERRORS = 4.0


@dataclass
class Compared:
    """One quantity: differences in SDs of the posterior, and what each may be."""

    name: str
    mean: float
    mean_allowed: float
    tails: tuple[float, float]
    tails_allowed: float

    @property
    def agrees(self):
        """Return whether mean and both tails lie within what was stated."""
        return (
            abs(self.mean) <= self.mean_allowed
            and max(abs(t) for t in self.tails) <= self.tails_allowed
        )


def course():
    """Return the course as the ensemble reads it."""
    return Course(
        doses=tuple(Dose(day=d, mg_per_kg=0.5) for d in DOSE_DAYS),
        ratings=tuple(
            Rating(day=d, instrument="gad7", total=t) for d, t in zip(DAYS, TOTALS, strict=True)
        ),
        now_day=DAYS[-1],
    )


def by_nuts(prior, *, warmup, samples, seed=0):
    """Return NUTS draws and effective sizes for the course."""
    return nuts(prior, DOSE_DAYS, DAYS, TOTALS, warmup=warmup, samples=samples, seed=seed)


def compare(prior, drawn, *, particles=4000, seed=1):
    """Return every quantity compared."""
    draws, sizes = drawn
    rng = np.random.default_rng(seed)
    found = update(prior, course(), rng=rng, particles=particles)
    values = {name: found.z[:, list(TraitName).index(name)] for name in USED}
    drift = found.drift.mean + np.sqrt(found.drift.variance) * rng.standard_normal(particles)
    values["severity"] = _severity(prior, found) + drift
    own = found.effective_size / 4
    rows = []
    for name, value in values.items():
        mean = float(found.weights @ value)
        sd = math.sqrt(float(found.weights @ (value - mean) ** 2))
        low, high = weighted_quantiles(value[:, None], found.weights, (0.05, 0.95))[:, 0]
        theirs = np.quantile(draws[name], (0.05, 0.95))
        error = math.sqrt(1 / own + 1 / min(sizes[name], len(draws[name])))
        rows.append(
            Compared(
                name=name,
                mean=(mean - float(draws[name].mean())) / sd,
                mean_allowed=ERRORS * error,
                tails=(float(low - theirs[0]) / sd, float(high - theirs[1]) / sd),
                tails_allowed=ERRORS * 2.1 * error,
            )
        )
    return rows


def _severity(prior, found):
    from ketacare.core.response import expected_readings

    return expected_readings(
        prior,
        found.people,
        ("gad7",),
        doses=found.course.doses,
        therapy_days=(),
        days=np.array([DAYS[-1]]),
    )["gad7"][:, 0]
