"""What the next score would change: the value of asking, before anybody is asked.

Every possible answer is weighed by its probability, and what would then be believed is computed
exactly on the ensemble (the drift is Gaussian in each particle). An answer that cannot change what
is believed is not worth a questionnaire; this says so in numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.response.forecasting import baseline_burden
from ketacare.core.response.observation import Drift, drift_slope, observe
from ketacare.core.response.posterior import Posterior
from ketacare.core.response.prior import FloatArray
from ketacare.core.response.readings import expected_readings


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueOfAsking:
    """Each possible score on a day, its probability, and what would be believed after it.

    ``severity`` is the expected latent severity in points, ``improved`` the probability that it is
    at least half better than at the beginning; ``_now`` is without the answer. ``sd_now`` and
    ``sd_after`` are the uncertainty about severity before and, on average, after asking.
    """

    instrument: str
    day: float
    scores: FloatArray
    chance: FloatArray
    severity: FloatArray
    improved: FloatArray
    severity_now: float
    improved_now: float
    sd_now: float
    sd_after: float

    @property
    def learned(self) -> float:
        """Return the share of the variance of severity that the answer is expected to remove."""
        return 1.0 - (self.sd_after / self.sd_now) ** 2 if self.sd_now > 0 else 0.0

    @property
    def expected_turn(self) -> float:
        """Return by how much the probability of being half better moves on average."""
        return float(self.chance @ np.abs(self.improved - self.improved_now))

    @property
    def sentence(self) -> str:
        """Return the answer in one sentence."""
        return (
            f"Asking on day {self.day:.0f} is expected to remove {self.learned:.0%} of the "
            f"uncertainty about severity and to move the chance of being half better "
            f"({self.improved_now:.0%} now) by {self.expected_turn:.0%} on average."
        )


def value_of_asking(
    posterior: Posterior, instrument: str, *, day: float | None = None
) -> ValueOfAsking:
    """Return what a score of ``instrument`` on ``day`` (default: now) would change.

    Nothing is drawn, so the same posterior gives the same answer.
    """
    course, prior = posterior.course, posterior.prior
    at = course.now_day if day is None else day
    if not np.isfinite(at) or at < course.now_day:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"day {at:g} lies before now (day {course.now_day:g}); ask about now or later",
        )
    view, people, weights = prior.view(instrument), posterior.people, posterior.weights
    mean = expected_readings(
        prior,
        people,
        (instrument,),
        doses=course.doses,
        therapy_days=course.therapy_days,
        days=np.array([at]),
        setting=course.setting,
        peri_dose=False,
    )[instrument][:, 0]
    slope = drift_slope(view)
    limit = 0.5 * baseline_burden(posterior, instrument)
    sign = -1.0 if view.inverted else 1.0
    edge = view.maximum - limit if view.inverted else limit

    def believed(shares: FloatArray, drift: Drift) -> tuple[float, float, float]:
        """Return mean and variance of severity, and the probability of being half better."""
        level = mean + slope * drift.mean
        spread = np.sqrt(slope**2 * drift.variance + 1e-12)
        centre = float(shares @ level)
        variance = float(shares @ (spread**2 + (level - centre) ** 2))
        return centre, variance, float(shares @ ndtr(sign * (edge - level) / spread))

    now = posterior.drift.moved_to(at, people)
    severity_now, variance_now, improved_now = believed(weights, now)
    scores = np.arange(view.minimum, view.maximum + 1)
    chance, severity, variance, improved = (np.empty(len(scores)) for _ in range(4))
    for k, total in enumerate(scores):
        gain, after = observe(prior, view, people, mean=mean, drift=now, total=int(total))
        shares = weights * np.exp(gain)
        chance[k] = shares.sum()
        severity[k], variance[k], improved[k] = believed(shares / chance[k], after)
    chance /= chance.sum()
    return ValueOfAsking(
        instrument=instrument,
        day=at,
        scores=scores.astype(float),
        chance=chance,
        severity=severity,
        improved=improved,
        severity_now=severity_now,
        improved_now=improved_now,
        sd_now=float(np.sqrt(variance_now)),
        sd_after=float(np.sqrt(chance @ variance)),
    )
