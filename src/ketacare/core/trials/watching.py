"""How good the watch is: signals against true relapses of virtual people who are well after a course.

Six infusions, none after; weekly scores. The truth is the latent severity, which only virtual people
have. Sensitivity counts relapses signalled by two weeks after they began; specificity people who
stay well without a single false alarm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.response import (
    Course,
    Dose,
    Prior,
    Rating,
    Signal,
    SignalName,
    SignalState,
    TraitName,
    WatchRules,
    drift_slope,
    expected_readings,
    losing_relief,
    off_track,
    sample_scores,
    update,
)
from ketacare.core.response.prior import FloatArray

_DOSES: Final = tuple(Dose(day=d, mg_per_kg=0.5, minutes=40) for d in (1, 4, 8, 11, 15, 18))
_SCORED: Final = (0.0, 5.0, 10.0, 17.0, 22.0)
_WEEKS: Final = 16
_GRACE: Final = 14.0  # days after a relapse begins in which a signal still helps
_LOST, _WELL = 0.4, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchAccuracy:
    """Sensitivity and specificity of one signal, with the number of people each rests on."""

    name: SignalName
    sensitivity: float
    relapsed: int
    specificity: float
    stayed_well: int


def watch_accuracy(
    prior: Prior,
    rules: WatchRules,
    instrument: str,
    *,
    people: int,
    rng: np.random.Generator,
    particles: int = 300,
) -> tuple[WatchAccuracy, ...]:
    """Return how the two charts do on ``people`` virtual people drawn from ``prior``."""
    if people < 10:
        raise InputError(ErrorCode.OUT_OF_RANGE, f"people is {people}; give at least 10")
    days = np.array([*_SCORED, *(22.0 + 7.0 * np.arange(1, _WEEKS + 1))])
    view = prior.view(instrument)
    traits = prior.people(prior.draw(people, rng=rng))
    readings = expected_readings(
        prior, traits, (instrument,), doses=_DOSES, therapy_days=(), days=days
    )[instrument]
    steps = np.sqrt(np.diff(days, prepend=0.0) / 7.0)
    drift = np.cumsum(steps * rng.standard_normal(readings.shape), axis=1)
    truth = readings + drift_slope(view) * traits[TraitName.DRIFT][:, None] * drift
    scores = sample_scores(view, traits, truth, rng=rng)
    start = view.burden(readings[:, 0])
    relief = 1.0 - view.burden(truth) / np.maximum(start, 1.0)[:, None]

    begin = len(_SCORED) - 1
    caught: dict[SignalName, list[bool]] = {n: [] for n in _CHARTS}
    quiet: dict[SignalName, list[bool]] = {n: [] for n in _CHARTS}
    for i in range(people):
        if relief[i, begin] < _WELL:
            continue
        lost = relief[i, begin + 1 :] < _LOST
        twice = np.flatnonzero(lost[1:] & lost[:-1])
        # One bad week that passes is neither a relapse nor staying well.
        if not twice.size and lost.any():
            continue
        onset = float(days[begin + 1 + twice[0]]) if twice.size else None
        for name, raised in _alarms(
            prior, rules, instrument, days, scores[i], rng=rng, particles=particles
        ).items():
            after = [d for d in raised if d > days[begin]]
            if onset is None:
                quiet[name].append(not after)
            else:
                caught[name].append(any(onset - _GRACE <= d <= onset + _GRACE for d in after))
    return tuple(
        WatchAccuracy(
            name=name,
            sensitivity=float(np.mean(caught[name])) if caught[name] else float("nan"),
            relapsed=len(caught[name]),
            specificity=float(np.mean(quiet[name])) if quiet[name] else float("nan"),
            stayed_well=len(quiet[name]),
        )
        for name in _CHARTS
    )


_CHARTS: Final = (SignalName.OFF_TRACK, SignalName.LOSING_RELIEF)


def _alarms(
    prior: Prior,
    rules: WatchRules,
    instrument: str,
    days: FloatArray,
    totals: FloatArray,
    *,
    rng: np.random.Generator,
    particles: int,
) -> dict[SignalName, list[float]]:
    """Return on which days each chart stood above its limit, looking after every score."""
    view = prior.view(instrument)
    ratings = tuple(
        Rating(day=float(d), instrument=instrument, total=int(t))
        for d, t in zip(days, totals, strict=True)
    )
    whole = Course(doses=_DOSES, ratings=ratings, now_day=float(days[-1]))
    foretold = update(prior, whole, rng=rng, particles=particles).foretold
    found: dict[SignalName, list[float]] = {n: [] for n in _CHARTS}
    for k, day in enumerate(days, start=1):
        course = Course(
            doses=tuple(d for d in _DOSES if d.day <= day), ratings=ratings[:k], now_day=float(day)
        )
        signals: Sequence[Signal] = (
            off_track(foretold[:k], view, rules),
            losing_relief(course, view, rules),
        )
        for signal in signals:
            if signal.state is SignalState.RAISED:
                found[signal.name].append(float(day))
    return found
