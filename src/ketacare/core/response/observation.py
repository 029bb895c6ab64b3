"""What an answer says: a bounded integer score as a noisy view of severity.

The expected reading follows from traits and relief; the slow drift of the set point is Gaussian and
is integrated out exactly for Gaussian readings, and by matching two moments at floor and ceiling and
for stray answers (assumed-density filtering; Minka 2001, Expectation Propagation, section 3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ketacare.core.response.dynamics import Relief
from ketacare.core.response.prior import (
    ConstantName,
    FloatArray,
    Prior,
    Rater,
    TraitName,
    Traits,
    View,
)

_FAR = 37.0  # standard deviations; the normal tail beyond is zero in double precision
# A whole number stands for everything within half a point of it: variance 1/12 (Sheppard).
_ROUNDING = 1.0 / 12.0


@dataclass(slots=True)
class Drift:
    """The slow drift of n people's set points in GAD-7-equivalent points, as mean and variance."""

    mean: FloatArray
    variance: FloatArray
    day: float

    @classmethod
    def at_start(cls, n: int, day: float) -> Drift:
        """Return no drift: the set point is defined at the start of care."""
        return cls(np.zeros(n), np.zeros(n), day)

    def moved_to(self, day: float, people: Traits) -> Drift:
        """Return the drift at a later day: a random walk with SD per root week."""
        weeks = max(day - self.day, 0.0) / 7.0
        variance = self.variance + people[TraitName.DRIFT] ** 2 * weeks
        return Drift(self.mean, variance, max(day, self.day))


def expected_reading(
    view: View, people: Traits, parts: Relief, *, peri_dose: bool = True
) -> FloatArray:
    """Return the mean reading in the instrument's points without drift, (people, times).

    reading = slope·B·level·(1 - x), with x = gain·(A + F + S) + nonspecific·P within 0 and 1;
    for an inverted instrument its maximum less that. ``parts`` of a view that follows symptoms
    come from ``lagged``. The reading is not bounded by the instrument: floor and ceiling act on
    the integer answer.
    """
    drug = parts.drug + parts.peri_dose if peri_dose else parts.drug
    if view.gain is not None:
        drug = drug * people[view.gain][:, None]
    nonspecific = view.nonspecific.value * parts.nonspecific
    if view.rater is Rater.CLINICIAN:
        nonspecific = nonspecific * people[TraitName.CLINICIAN][:, None]
    x = np.clip(drug + nonspecific, 0.0, 1.0)
    level = people[TraitName.SET_POINT] * view.slope.value
    if view.level is not None:
        level = level * people[view.level]
    reading = level[:, None] * (1.0 - x)
    return np.asarray(view.maximum - reading if view.inverted else reading)


def drift_slope(view: View) -> float:
    """Return by how many points the reading moves with one point of the set point's drift."""
    return -view.slope.value if view.inverted else view.slope.value


def error_sd(view: View, people: Traits) -> FloatArray:
    """Return the standard error of measurement of each person on this instrument, in points."""
    return np.asarray(view.error.value * people[TraitName.NOISE])


def observe(
    prior: Prior, view: View, people: Traits, *, mean: FloatArray, drift: Drift, total: int
) -> tuple[FloatArray, Drift]:
    """Return the log-likelihood of a score for each person, and the drift given that score.

    A small share of answers (the constant ``outlier``) is taken as uniform over the instrument,
    so that one slip of the pen cannot overrule everything else.
    """
    slope = drift_slope(view)
    variance = slope**2 * drift.variance + error_sd(view, people) ** 2
    centre = mean + slope * drift.mean
    if view.minimum < total < view.maximum:
        variance = variance + _ROUNDING
        shift = total - centre
        mass = np.exp(-0.5 * shift * shift / variance) / np.sqrt(2.0 * np.pi * variance)
        step = slope * drift.variance / variance * shift
        kept = drift.variance * (1.0 - slope**2 * drift.variance / variance)
    else:
        sd = np.sqrt(variance)
        low = np.full_like(sd, -_FAR) if total <= view.minimum else (total - 0.5 - centre) / sd
        high = np.full_like(sd, _FAR) if total >= view.maximum else (total + 0.5 - centre) / sd
        mass, moved, shrink = _interval_moments(low, high)
        gain = slope * drift.variance / variance
        step = gain * sd * moved
        kept = drift.variance - gain * slope * drift.variance + gain**2 * variance * shrink

    stray = prior.constant(ConstantName.OUTLIER)
    likelihood = (1.0 - stray) * mass + stray / (view.maximum - view.minimum + 1)
    trust = (1.0 - stray) * mass / likelihood
    new_mean = drift.mean + trust * step
    new_variance = trust * kept + (1.0 - trust) * drift.variance + trust * (1.0 - trust) * step**2
    return np.log(likelihood), Drift(new_mean, np.maximum(new_variance, 0.0), drift.day)


def _interval_moments(low: FloatArray, high: FloatArray) -> tuple[FloatArray, ...]:
    """Return mass, mean and variance of a standard normal inside (low, high).

    Far in a tail the upper side is mirrored to the lower one, where the distribution function
    keeps its digits.
    """
    low = np.clip(low, -_FAR, _FAR)
    high = np.clip(high, -_FAR, _FAR)
    upper = low > 0
    mass = np.where(upper, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))
    safe = np.maximum(mass, 1e-250)
    p_low, p_high = _density(low), _density(high)
    shift = np.where(mass > 1e-250, (p_low - p_high) / safe, 0.0)
    shrink = 1.0 + np.where(mass > 1e-250, (low * p_low - high * p_high) / safe, 0.0) - shift**2
    return mass, shift, np.clip(shrink, 0.0, 1.0)


def _density(x: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi))


def sample_scores(
    view: View, people: Traits, reading: FloatArray, *, rng: np.random.Generator
) -> FloatArray:
    """Return integer scores drawn around ``reading`` (people, times), within floor and ceiling."""
    noise = rng.standard_normal(reading.shape) * error_sd(view, people)[:, None]
    # Adding zero turns a rounded -0.0 into 0.0, which is what a reader expects to see.
    return np.clip(np.rint(reading + noise), view.minimum, view.maximum) + 0.0
