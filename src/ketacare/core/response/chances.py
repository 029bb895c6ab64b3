"""Chances by date: response, remission and relapse over the days ahead, and how long relief lasts.

Counted on the same simulated people as the fans, each answering with measurement error. Relapse is
the model's definition: relief below 40 % at two weekly ratings in a row, dated at the first of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.response.course import Future
from ketacare.core.response.forecasting import (
    SCARCE,
    baseline_burden,
    relapse_paths,
    sample_paths,
)
from ketacare.core.response.posterior import Posterior, seed_text, weighted_quantiles
from ketacare.core.response.prior import FloatArray

_WEEK = 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """Probabilities on days of the course, arrays of one length.

    ``response`` and ``remission`` are those of the answer on each day; ``ever_response`` of at
    least one such answer by then, among the days asked about.
    """

    instrument: str
    days: FloatArray
    response: FloatArray
    remission: FloatArray
    ever_response: FloatArray
    seed: str
    versions: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelapseForecast:
    """How long relief lasts for someone like this who is at least half better now.

    ``days`` counts weekly from now, ``by_day`` is the probability of a relapse dated by then.
    ``earliest`` (one in ten has relapsed), ``median`` and ``latest`` (nine in ten) are days from
    now, ``None`` where that share is not reached within the horizon. ``well_now`` is the share of
    simulated people who are that much better now, ``None`` everywhere else when hardly anyone is.
    """

    well_now: float
    days: FloatArray
    by_day: FloatArray | None
    earliest: float | None
    median: float | None
    latest: float | None
    horizon: float
    seed: str
    versions: dict[str, str]

    @property
    def sentence(self) -> str:
        """Return the answer in one sentence."""
        if self.by_day is None:
            return "Hardly anyone like this is at least half better now, so relapse cannot be told."
        if self.median is None:
            share = float(self.by_day[-1])
            return (
                f"Of those like this who are half better now ({self.well_now:.0%}), {share:.0%} "
                f"relapse within {self.horizon:.0f} days if nothing "
                "further is done; the median lies beyond."
            )
        late = "" if self.latest is None else f" and nine in ten by day {self.latest:.0f}"
        return (
            f"Of those like this who are half better now ({self.well_now:.0%}), if nothing further "
            f"is done, half relapse within {self.median:.0f} days, one in ten by day {self.earliest or self.median:.0f}{late}."
        )


def chances(
    posterior: Posterior,
    future: Future,
    instrument: str,
    days: Sequence[float] | FloatArray,
    *,
    rng: np.random.Generator,
) -> Chances:
    """Return the probability of response and remission on each of ``days`` if ``future`` is done."""
    seed = seed_text(rng)
    view, weights = posterior.prior.view(instrument), posterior.weights
    burden = view.burden(sample_paths(posterior, future, instrument, days, rng=rng))
    limit = (1.0 - view.response.value) * baseline_burden(posterior, instrument)
    responded = burden <= limit[:, None]
    return Chances(
        instrument=instrument,
        days=np.asarray(days, dtype=float),
        response=weights @ responded,
        remission=weights @ (burden <= view.remitted_burden),
        ever_response=weights @ np.logical_or.accumulate(responded, axis=1),
        seed=seed,
        versions=posterior.versions,
    )


def relapse_forecast(
    posterior: Posterior,
    instrument: str,
    *,
    rng: np.random.Generator,
    future: Future | None = None,
    horizon: float = 182.0,
) -> RelapseForecast:
    """Return when relief is expected to be lost, without further treatment unless ``future`` says."""
    if not 3 * _WEEK <= horizon <= 730.0:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"a horizon of {horizon:g} days cannot be asked about; give 21 to 730 days",
        )
    seed = seed_text(rng)
    now = posterior.course.now_day
    weekly = np.arange(0.0, horizon + _WEEK + 1e-9, _WEEK)  # one more shows a relapse on the last
    better, low = relapse_paths(posterior, future or Future(), instrument, now + weekly, rng=rng)
    weights = posterior.weights * better
    mass = float(weights.sum())
    days = weekly[1:-1]
    by_day: FloatArray | None = None
    marks: list[float | None] = [None, None, None]
    if mass >= SCARCE:
        twice = low[:, :-1] & low[:, 1:]
        by_day = np.asarray(weights @ np.logical_or.accumulate(twice, axis=1)) / mass
        first = np.where(twice.any(axis=1), days[np.argmax(twice, axis=1)], np.inf)
        found = weighted_quantiles(first[:, None], weights / mass, (0.1, 0.5, 0.9))[:, 0]
        marks = [float(v) if np.isfinite(v) else None for v in found]
    return RelapseForecast(
        well_now=mass,
        days=days,
        by_day=by_day,
        earliest=marks[0],
        median=marks[1],
        latest=marks[2],
        horizon=horizon,
        seed=seed,
        versions=posterior.versions,
    )
