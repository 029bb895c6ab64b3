"""What the days ahead may bring in numbers: chances by date, how long relief lasts, what asking tells.

Worked out with the advice on the same simulated people and stored with it; pages only read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ketacare.core.response import (
    Future,
    Posterior,
    RelapseForecast,
    chances,
    relapse_forecast,
    value_of_asking,
)

WEEKS = (1.0, 2.0, 4.0, 8.0, 12.0)
_CHANCES, _RELAPSE = 11, 12  # beside the seed of the advice, so that each has numbers of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way on from now: what it is about, in words, and what is done."""

    about: str
    label: str
    future: Future


def ahead_of(
    posterior: Posterior, instrument: str, ways: Sequence[Way], *, seed: int
) -> dict[str, Any]:
    """Return chances of response, remission and relapse by date for each way on, and of asking."""
    return {
        "instrument": instrument,
        "weeks": list(WEEKS),
        "ways": [_way(posterior, instrument, way, seed=seed) for way in ways],
        "asking": _asking(posterior, instrument),
    }


def _way(posterior: Posterior, instrument: str, way: Way, *, seed: int) -> dict[str, Any]:
    found = chances_of(posterior, instrument, way.future, seed=seed)
    return {"about": way.about, "label": way.label, **found}


def chances_of(
    posterior: Posterior, instrument: str, future: Future, *, seed: int
) -> dict[str, Any]:
    """Return chances of response, remission and relapse by the weeks shown if ``future`` is done."""
    days = posterior.course.now_day + 7.0 * np.asarray(WEEKS)
    found = chances(
        posterior, future, instrument, days, rng=np.random.default_rng([seed, _CHANCES])
    )
    return {
        "response": found.response.tolist(),
        "remission": found.remission.tolist(),
        "relapse": _relapse(posterior, instrument, future, seed=seed),
    }


def _relapse(posterior: Posterior, instrument: str, future: Future, *, seed: int) -> dict[str, Any]:
    """Return how long relief lasts if ``future`` is done, by the weeks shown and at its marks."""
    found = relapse_forecast(
        posterior, instrument, future=future, rng=np.random.default_rng([seed, _RELAPSE])
    )
    return {
        "well_now": found.well_now,
        "by_week": _by_week(found),
        "earliest": found.earliest,
        "median": found.median,
        "latest": found.latest,
        "horizon": found.horizon,
        "by_horizon": None if found.by_day is None else float(found.by_day[-1]),
    }


def _by_week(found: RelapseForecast) -> list[float] | None:
    if found.by_day is None:
        return None
    at = [int(np.argmin(np.abs(found.days - 7.0 * week))) for week in WEEKS]
    return [float(found.by_day[index]) for index in at]


def _asking(posterior: Posterior, instrument: str) -> dict[str, Any]:
    """Return what a score today would change, and by what each range of answers would."""
    found = value_of_asking(posterior, instrument)
    return {
        "learned": found.learned,
        "improved_now": found.improved_now,
        "expected_turn": found.expected_turn,
        "severity_now": found.severity_now,
        "sd_now": found.sd_now,
        "sd_after": found.sd_after,
        "answers": [
            {"score": float(score), "chance": float(chance), "improved": float(improved)}
            for score, chance, improved in zip(
                found.scores, found.chance, found.improved, strict=True
            )
        ],
    }
