"""Watching one course: is it off its expected track, is relief being lost, has it gone silent.

Two control charts of exponentially weighted residuals (EWMA; Roberts 1959, Technometrics 1:239;
in psychiatry Smit & Snippe 2022): answers against what was expected just before, and answers against
the person's own level while well. Beside them the course expected of someone with the same first
score, and missing scores as a signal of their own. A signal is a reason to look, never a diagnosis.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from scipy.special import ndtri

from ketacare.core.errors import ErrorCode, InputError, KnowledgeError
from ketacare.core.response.course import Course, Future, Rating
from ketacare.core.response.forecasting import sample_paths
from ketacare.core.response.foretold import Foretold
from ketacare.core.response.posterior import Posterior, update, weighted_quantiles
from ketacare.core.response.prior import FloatArray, Prior, View
from ketacare.core.sources import Provenance, Sourced

_LARGEST: Final = 3.5  # SDs; one slip of the pen must not raise an alarm for weeks
_TROUGH_HOURS: Final = 24.0  # ratings nearer to a dose hold its passing effect
_WELL: Final = 0.5  # relief from which there is something to lose


class SignalName(StrEnum):
    """What is watched."""

    OFF_TRACK = "off_track"
    LOSING_RELIEF = "losing_relief"
    TRAJECTORY = "trajectory"
    SILENCE = "silence"


class SignalState(StrEnum):
    """What a signal says; ``cannot_tell`` means that too little was answered."""

    QUIET = "quiet"
    RAISED = "raised"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How often a signal is right among virtual people: shares with the number they rest on."""

    sensitivity: Sourced
    specificity: Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One signal: its value beside its limit, since which day it stands, and what to say.

    ``reason`` is the sentence without the day and the accuracy, for whoever shows these on their
    own; ``accuracy`` is ``None`` for a signal whose accuracy nobody has counted.
    """

    name: SignalName
    state: SignalState
    value: float | None
    limit: float
    since: float | None
    sentence: str
    reason: str = ""
    accuracy: Accuracy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRules:
    """The numbers of the watch, from ``knowledge/watch``.

    ``weight`` is the share of the newest residual, ``off_track_limit`` and ``relief_limit`` limits
    in SDs of the chart, ``trajectory_level`` the quantile of the expected course beyond which a
    score is off it, ``overdue`` the multiple of the agreed interval after which silence is raised.
    """

    provenance: Provenance
    weight: Sourced
    off_track_limit: Sourced
    relief_limit: Sourced
    trajectory_level: Sourced
    overdue: Sourced
    accuracy: dict[SignalName, Accuracy]

    def __post_init__(self) -> None:
        for name, number, low, high in (
            ("weight", self.weight, 0.0, 1.0),
            ("off_track_limit", self.off_track_limit, 0.0, 10.0),
            ("relief_limit", self.relief_limit, 0.0, 10.0),
            ("trajectory_level", self.trajectory_level, 0.5, 1.0),
            ("overdue", self.overdue, 1.0, 10.0),
        ):
            if not low < number.value <= high:
                raise KnowledgeError(
                    ErrorCode.OUT_OF_RANGE,
                    f"{name} of the watch is {number.value:g}; it lies above {low:g}, up to {high:g}",
                )


def watch(
    posterior: Posterior,
    instrument: str,
    rules: WatchRules,
    *,
    every_days: float | None,
    expected: Fan80 | None = None,
) -> tuple[Signal, ...]:
    """Return every signal for a course as it stands at its ``now_day``.

    ``every_days`` is how often a score was agreed upon (``None``: not agreed, silence cannot be
    told); ``expected`` comes from :func:`expected_course` and may be left out.
    """
    if every_days is not None and not (math.isfinite(every_days) and every_days > 0):
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"scores cannot be agreed upon every {every_days:g} days; give more than zero",
        )
    view, course = posterior.prior.view(instrument), posterior.course
    own = [r for r in course.ratings if r.instrument == instrument]
    return (
        off_track(posterior.foretold, view, rules),
        losing_relief(course, view, rules),
        _trajectory(own, view, rules, expected),
        _silence(own, course, rules, every_days),
    )


def ewma(residuals: Sequence[float], weight: float) -> FloatArray:
    """Return the chart: weighted means of residuals over their SD, for residuals of SD one.

    E_k = w·z_k + (1 - w)·E_{k-1}, with variance w/(2 - w)·(1 - (1 - w)^{2k}).
    """
    level, found = 0.0, []
    for k, residual in enumerate(residuals, start=1):
        level = weight * min(max(residual, -_LARGEST), _LARGEST) + (1.0 - weight) * level
        variance = weight / (2.0 - weight) * (1.0 - (1.0 - weight) ** (2 * k))
        found.append(level / math.sqrt(variance))
    return np.array(found)


def off_track(foretold: Sequence[Foretold], view: View, rules: WatchRules) -> Signal:
    """Return whether answers are persistently worse than expected just before each."""
    seen = [f for f in foretold if f.instrument == view.instrument]
    sign = -1.0 if view.inverted else 1.0
    middle = np.array([f.below + 0.5 * f.at for f in seen])
    residuals = sign * ndtri(np.clip(middle, 1e-6, 1.0 - 1e-6))
    return _charted(
        SignalName.OFF_TRACK,
        residuals,
        [f.day for f in seen],
        rules,
        rules.off_track_limit.value,
        raised="Answers have been worse than expected from this person's own course",
        quiet="Answers are about as expected from this person's own course.",
    )


def losing_relief(course: Course, view: View, rules: WatchRules) -> Signal:
    """Return whether answers rise above the person's own level while well.

    The level is the mean of the first two answers in a row that are at least half better; only
    answers a day or more after a dose count.
    """
    limit = rules.relief_limit.value
    first = course.first_rating(view.instrument)
    own = [
        r
        for r in course.ratings
        if r.instrument == view.instrument
        and (r.hours_since_dose is None or r.hours_since_dose >= _TROUGH_HOURS)
        and (first is None or r.day > first.day)
    ]
    burden = view.burden(np.array([float(r.total) for r in own]))
    well = None
    if first is not None:
        start = float(view.burden(np.array(float(first.total))))
        better = burden <= (1.0 - _WELL) * start
        pairs = np.flatnonzero(better[1:] & better[:-1])
        well = int(pairs[0]) if pairs.size else None
    if well is None or len(own) < well + 3:
        return Signal(
            name=SignalName.LOSING_RELIEF,
            state=SignalState.CANNOT_TELL,
            value=None,
            limit=limit,
            since=None,
            sentence="There are not yet two answers at least half better and one after them.",
            accuracy=rules.accuracy.get(SignalName.LOSING_RELIEF),
        )
    level = float(burden[well : well + 2].mean())
    # The level is itself the mean of two answers with the same error.
    sd = view.error.value * math.sqrt(1.5)
    return _charted(
        SignalName.LOSING_RELIEF,
        (burden[well + 2 :] - level) / sd,
        [r.day for r in own[well + 2 :]],
        rules,
        limit,
        raised=f"Answers have risen above the level of {level:g} points held while well",
        quiet=f"Answers stay near the level of {level:g} points held while well.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fan80:
    """The course expected of someone with the same first scores: days, median and a high quantile."""

    days: FloatArray
    middle: FloatArray
    high: FloatArray


def expected_course(
    prior: Prior,
    course: Course,
    instrument: str,
    rules: WatchRules,
    *,
    rng: np.random.Generator,
    particles: int = 1000,
) -> Fan80 | None:
    """Return what was to be expected of the course at its first dose, or ``None`` without one.

    From the answers before the first dose and the treatment since, not from the answers since.
    """
    if not course.doses:
        return None
    start = course.doses[0].day
    days = sorted({r.day for r in course.ratings if r.instrument == instrument and r.day > start})
    if not days:
        return None
    before = Course(
        ratings=tuple(r for r in course.ratings if r.day <= start),
        now_day=start,
        setting=course.setting,
        diagnosis=course.diagnosis,
    )
    known = update(prior, before, rng=rng, particles=particles, with_foretold=False)
    future = Future(
        doses=tuple((d.day, d.mg_per_kg, d.minutes or 0.0) for d in course.doses),
        therapy_days=tuple(t for t in course.therapy_days if t >= start),
    )
    burden = known.prior.view(instrument).burden(
        sample_paths(known, future, instrument, days, rng=rng)
    )
    levels = (0.5, rules.trajectory_level.value)
    middle, high = weighted_quantiles(burden, known.weights, levels)
    return Fan80(days=np.array(days), middle=middle, high=high)


def _trajectory(
    own: Sequence[Rating], view: View, rules: WatchRules, expected: Fan80 | None
) -> Signal:
    level = rules.trajectory_level.value
    known = {} if expected is None else dict(zip(expected.days, expected.high, strict=True))
    beyond = [
        (r.day, float(view.burden(np.array(float(r.total)))) - float(known[r.day]))
        for r in own
        if r.day in known
    ]
    if not beyond:
        return Signal(
            name=SignalName.TRAJECTORY,
            state=SignalState.CANNOT_TELL,
            value=None,
            limit=level,
            since=None,
            sentence="There is no answer after the first dose to hold against the expected course.",
        )
    day, excess = beyond[-1]
    raised = excess > 0
    text = (
        f"worse than what {level:.0%} of people who began alike answer"
        if raised
        else f"no worse than {level:.0%} of people who began alike answer"
    )
    return Signal(
        name=SignalName.TRAJECTORY,
        state=SignalState.RAISED if raised else SignalState.QUIET,
        value=excess,
        limit=level,
        since=day if raised else None,
        sentence=f"The last answer is {text}.",
    )


def _silence(
    own: Sequence[Rating], course: Course, rules: WatchRules, every_days: float | None
) -> Signal:
    limit = rules.overdue.value
    begun = own[-1].day if own else (course.doses[0].day if course.doses else None)
    if every_days is None or begun is None:
        return Signal(
            name=SignalName.SILENCE,
            state=SignalState.CANNOT_TELL,
            value=None,
            limit=limit,
            since=None,
            sentence="No interval between scores is agreed, so silence cannot be told.",
        )
    waited = (course.now_day - begun) / every_days
    raised = waited > limit
    days = course.now_day - begun
    text = (
        f"No score for {days:.0f} days, agreed every {every_days:g}; people who do not improve stay "
        "away more often, so silence is a reason to call."
        if raised
        else f"The last score is {days:.0f} days old, agreed every {every_days:g}."
    )
    return Signal(
        name=SignalName.SILENCE,
        state=SignalState.RAISED if raised else SignalState.QUIET,
        value=waited,
        limit=limit,
        since=begun + limit * every_days if raised else None,
        sentence=text,
    )


def _charted(
    name: SignalName,
    residuals: FloatArray,
    days: Sequence[float],
    rules: WatchRules,
    limit: float,
    *,
    raised: str,
    quiet: str,
) -> Signal:
    """Return the state of a chart at its last point, and since when it has stood above the limit."""
    if not len(residuals):
        return Signal(
            name=name,
            state=SignalState.CANNOT_TELL,
            value=None,
            limit=limit,
            since=None,
            sentence="There is no answer yet to hold against an expectation.",
            accuracy=rules.accuracy.get(name),
        )
    chart = ewma([float(r) for r in residuals], rules.weight.value)
    above = chart > limit
    since: float | None = None
    if above[-1]:
        begun = len(above) - 1
        while begun and above[begun - 1]:
            begun -= 1
        since = float(days[begun])
    accuracy = rules.accuracy.get(name)
    right = (
        ""
        if accuracy is None
        else f" (among virtual people this finds {accuracy.sensitivity.value:.0%} of relapses and is "
        f"quiet in {accuracy.specificity.value:.0%} of those who stay well)"
    )
    return Signal(
        name=name,
        state=SignalState.RAISED if above[-1] else SignalState.QUIET,
        value=float(chart[-1]),
        limit=limit,
        since=since,
        sentence=f"{raised} since day {since:.0f}{right}." if since is not None else quiet,
        reason=f"{raised}." if since is not None else quiet,
        accuracy=accuracy,
    )
