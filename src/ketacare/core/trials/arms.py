"""What the model expects of a published arm: the same people, doses, days and definitions.

Shares are means of each simulated person's own probability (measurement error and drift integrated
out), so that they change smoothly with the prior; relapse, which depends on a whole path of ratings,
is counted on noise drawn once per arm.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.special import ndtr

from ketacare.core.response import (
    Dose,
    Prior,
    Rater,
    Relief,
    TraitName,
    Traits,
    dropout_probability,
    lagged,
    relief,
)
from ketacare.core.response.prior import FloatArray
from ketacare.core.trials.studies import (
    RELAPSES,
    Against,
    Arm,
    Measured,
    Observed,
    Standard,
    Symptoms,
)

_WEEK = 7.0
_TINY: Final = 1e-12  # keeps a ratio finite in a group in which nobody responds
_CONTRASTS: Final = frozenset({Measured.DIFFERENCE, Measured.SEPARATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Random numbers of one arm, drawn once so that two priors are compared on the same people."""

    z: FloatArray
    entry: FloatArray
    walk: FloatArray
    error: FloatArray

    @classmethod
    def of(cls, prior: Prior, arm: Arm, *, n: int, rng: np.random.Generator) -> Draws:
        """Return draws for ``n`` simulated people, enough for the arm's longest follow-up."""
        ratings = max((len(_rating_days(o)) for o in arm.outcomes), default=0)
        return cls(
            z=prior.draw(n, rng=rng),
            entry=rng.standard_normal(n),
            walk=rng.standard_normal((n, ratings)),
            error=rng.standard_normal((n, ratings + 1)),
        )


def expected_outcomes(prior: Prior, arm: Arm, draws: Draws) -> FloatArray:
    """Return what the prior expects of each outcome of the arm, in the outcome's own unit.

    The prior is that of one group with the arm's diagnosis (``Prior.for_diagnosis``, then
    ``Prior.one_group``): people differ by their own spread only.
    """
    people = prior.people(draws.z)
    doses = arm.doses_by_vein(prior)
    days = np.array(sorted({d for o in arm.outcomes for d in _all_days(arm, o)}))
    # Points away from no symptoms; a quarter of the mean at least, or a share of it means nothing.
    typical = abs(arm.entry_mean.value - arm.best)
    entry = np.maximum(typical + arm.entry_sd.value * draws.entry, 0.25 * typical)

    def view(given: Sequence[Dose], therapy_days: Sequence[float]) -> _ArmView:
        calculate = lagged if arm.symptoms is Symptoms.FUNCTION else relief
        parts = calculate(
            prior, people, doses=given, therapy_days=therapy_days, days=days, setting=arm.setting
        )
        return _ArmView(prior, arm, people, parts, entry, draws)

    own = view(doses, arm.therapy_days)
    inert = [replace(d, mg_per_kg=0.0) for d in doses]
    others: dict[Against, _ArmView] = {}
    for outcome in arm.outcomes:
        if outcome.measured in _CONTRASTS and outcome.against not in others:
            others[outcome.against] = (
                view(inert, arm.therapy_days)
                if outcome.against is Against.INERT
                else view(doses, ())
            )
    return np.array([own.outcome(o, others.get(o.against)) for o in arm.outcomes])


class _ArmView:
    """One simulated arm, asked outcome by outcome."""

    def __init__(  # noqa: PLR0917 - private, called by one function
        self,
        prior: Prior,
        arm: Arm,
        people: Traits,
        parts: Relief,
        entry: FloatArray,
        draws: Draws,
    ) -> None:
        self.prior, self.arm, self.days, self.entry, self.draws = (
            prior,
            arm,
            parts.days,
            entry,
            draws,
        )
        drug = parts.drug + parts.peri_dose
        if arm.symptoms is not Symptoms.ANXIETY:
            drug = drug * people[TraitName.PHQ9_GAIN][:, None]
        nonspecific = parts.nonspecific
        if arm.rater is Rater.CLINICIAN:
            nonspecific = nonspecific * people[TraitName.CLINICIAN][:, None]
        self.x = np.clip(drug + nonspecific, 0.0, 1.0)
        self.drug = parts.drug
        self.error = arm.error.value * people[TraitName.NOISE]
        # Drift is kept in GAD-7 points; on another instrument it is the same share of severity.
        typical = prior.trait(TraitName.SET_POINT).median.value
        self.drift = people[TraitName.DRIFT] * abs(arm.entry_mean.value - arm.best) / typical
        # Percent of a score that never reaches 0 counts its lowest points as well.
        self.floor = 0.0 if arm.inverted else arm.best
        chosen = np.ones(len(entry))
        if arm.responders_on is not None:
            chosen = self._response(arm.responders_on, arm.responders_threshold)
        self.share = _shares(chosen)

    def _mean(self, values: FloatArray) -> float:
        """Return the mean over the people of the arm: all, or those who were randomised later."""
        return float(self.share @ values)

    def severity(self, day: float) -> FloatArray:
        """Return severity on a day of the arm, in points away from no symptoms, without error."""
        column = int(np.searchsorted(self.days, day))
        return np.asarray(self.entry * (1.0 - self.x[:, column]))

    def outcome(self, observed: Observed, other: _ArmView | None) -> float:
        """Return the expected value of one outcome; ``other`` is what a contrast is against."""
        if other is not None and observed.measured in _CONTRASTS:
            return self._contrast(observed, other)
        by_kind: dict[Measured, Callable[[Observed], float]] = {
            Measured.RESPONSE: self._responded,
            Measured.REMISSION: self._remission,
            Measured.CHANGE: self._change,
            Measured.EFFECT: lambda o: self._change(o) / self._sd(o),
            Measured.IMPROVEMENT: lambda o: self._change(o) / self._mean(self.entry + self.floor),
            Measured.RELAPSED: self._relapsed,
            Measured.LOG_ODDS_RATIO: self._log_odds_ratio,
            Measured.RETAINED: self._retained,
            Measured.STOPPED: self._stopped,
            Measured.MEAN: self._score,
            Measured.KEPT: self._kept,
            Measured.MEDIAN_DAYS: self._median_days,
        }
        return by_kind[observed.measured](observed)

    def _responded(self, observed: Observed) -> float:
        """Return the share of people who respond on the day."""
        return self._mean(self._response(observed.day, observed.threshold) * self._counts(observed))

    def _counts(self, observed: Observed) -> FloatArray | float:
        """Return how likely each is to be counted: everybody, or only who is still there."""
        return self._staying(observed) if observed.leavers_fail else 1.0

    def _remission(self, observed: Observed) -> float:
        """Return the share of people whose rating is at or below the cut-off."""
        cutoff = abs((observed.cutoff or 0.0) - self.arm.best)
        sd = np.sqrt(self.error**2 + self._drift_variance(observed.day))
        remitted = ndtr((cutoff + 0.5 - self.severity(observed.day)) / sd)
        return self._mean(remitted * self._counts(observed))

    def _score(self, observed: Observed) -> float:
        """Return the mean score as the instrument counts it."""
        away = self._mean(self.severity(observed.day))
        return self.arm.best - away if self.arm.inverted else self.arm.best + away

    def _change(self, observed: Observed) -> float:
        """Return the mean improvement in points, from entry or from another day."""
        before = self.entry if observed.from_day is None else self.severity(observed.from_day)
        return self._mean(before - self.severity(observed.day))

    def _sd(self, observed: Observed) -> float:
        """Return the SD an effect is counted in, in points."""
        entry = self.arm.entry_sd.value
        if observed.standard is Standard.ENTRY:
            return entry
        error = self.error**2 + self._drift_variance(observed.day)
        severity = self.severity(observed.day)
        later = self._mean((severity - self._mean(severity)) ** 2 + error)
        return math.sqrt((entry**2 + later) / 2.0)

    def _contrast(self, observed: Observed, other: _ArmView) -> float:
        """Return the mean improvement beyond the same people treated otherwise."""
        gap = self._change(observed) - other._change(observed)
        return gap if observed.measured is Measured.DIFFERENCE else gap / self._sd(observed)

    def _stopped(self, observed: Observed) -> float:
        """Return the share who leave before ``day``."""
        return 1.0 - self._mean(self._staying(observed))

    def _staying(self, observed: Observed) -> FloatArray:
        """Return how likely each is to stay until ``day``, by response at each visit for a dose."""
        stay = np.ones(len(self.entry))
        for dose in self.arm.doses:
            if 0 < dose.day <= observed.day:
                improved = self._response(dose.day, observed.threshold)
                leave = sum(
                    share * dropout_probability(self.prior, improved=state)
                    for share, state in ((improved, True), (1.0 - improved, False))
                )
                stay = stay * (1.0 - leave)
        return stay

    def _retained(self, observed: Observed) -> float:
        """Return the mean drug effect on ``day`` as a share of that on ``from_day``."""
        first, last = (
            self._mean(self.drug[:, int(np.searchsorted(self.days, day))])
            for day in (observed.from_day or 0.0, observed.day)
        )
        return last / max(first, _TINY)

    def _drift_variance(self, day: float) -> FloatArray:
        return np.asarray(self.drift**2 * max(day, 0.0) / _WEEK)

    def _response(self, day: float, threshold: float) -> FloatArray:
        """Return each person's probability that the ratings show a response on ``day``.

        Both ratings carry error: later + e1 <= (1 - threshold)(entry + e0).
        """
        share = 1.0 - threshold
        gap = share * self.entry - threshold * self.floor - self.severity(day)
        sd = np.sqrt(self.error**2 * (1.0 + share**2) + self._drift_variance(day))
        return np.asarray(ndtr(gap / sd))

    def _log_odds_ratio(self, observed: Observed) -> float:
        """Return the log odds ratio of later by earlier response, independent given the person."""
        first = self._response(observed.from_day or 0.0, observed.threshold)
        later = self._response(observed.day, observed.threshold)
        both = self._mean(first * later)
        only_first = self._mean(first * (1 - later))
        only_later = self._mean((1 - first) * later)
        neither = self._mean((1 - first) * (1 - later))
        return float(
            np.log(
                (both + _TINY) * (neither + _TINY) / ((only_first + _TINY) * (only_later + _TINY))
            )
        )

    def _responders(self, observed: Observed) -> FloatArray:
        """Return the weight of each person among the responders on ``from_day``."""
        start, threshold = observed.from_day or 0.0, 0.5
        if observed.measured is Measured.KEPT:
            threshold = observed.threshold
        weight = self.share
        if start != self.arm.responders_on:  # else they are responders of that day already
            weight = weight * self._response(start, threshold)
        return _shares(weight)

    def _kept(self, observed: Observed) -> float:
        """Return the share of responders on ``from_day`` who respond on ``day``."""
        later = self._response(observed.day, observed.threshold)
        return float(self._responders(observed) @ later)

    def _relapsed(self, observed: Observed) -> float:
        """Return the share of responders on ``from_day`` whose relapse is dated by ``day``."""
        return self._relapses(observed)[1][-1]

    def _median_days(self, observed: Observed) -> float:
        """Return the days until half of the responders have relapsed, at most the follow-up."""
        days, shares = self._relapses(observed)
        start = observed.from_day or 0.0
        if shares[-1] < 0.5:
            return observed.day - start
        return float(np.interp(0.5, [0.0, *shares], [start, *days])) - start

    def _relapses(self, observed: Observed) -> tuple[list[float], list[float]]:
        """Return about weekly days, and the share of responders who have relapsed by each."""
        weight = self._responders(observed)
        days = _rating_days(observed)
        path = np.zeros(len(self.entry))
        low_before = np.zeros(len(self.entry), dtype=bool)
        relapsed = np.zeros(len(self.entry), dtype=bool)
        last = observed.from_day or 0.0
        limit = 1.0 - observed.threshold
        shares: list[float] = []
        for j, day in enumerate(days):
            weeks = (day - last) / _WEEK
            path = path + self.drift * np.sqrt(weeks) * self.draws.walk[:, j]
            last = day
            score = self.severity(day) + path + self.error * self.draws.error[:, j + 1]
            low = score > limit * self.entry
            relapsed |= low & low_before
            low_before = low
            if j:  # dated at the first of the two ratings
                shares.append(float(weight @ relapsed))
        return days[:-1], shares


def _shares(weight: FloatArray) -> FloatArray:
    """Return weights that add up to one; where nobody counts, everybody does alike."""
    whole = weight + _TINY
    return np.asarray(whole / whole.sum())


def _rating_days(observed: Observed) -> list[float]:
    """Return about weekly rating days of a relapse outcome: up to its day, and one more.

    A relapse is dated at the first of the two ratings that show it, so one rating must follow.
    """
    if observed.measured not in RELAPSES or observed.from_day is None:
        return []
    span = observed.day - observed.from_day
    count = max(round(span / _WEEK), 1)
    return [float(d) for d in observed.from_day + span / count * np.arange(1, count + 2)]


def _all_days(arm: Arm, observed: Observed) -> list[float]:
    days = [observed.day, *_rating_days(observed)]
    if arm.responders_on is not None:
        days.append(arm.responders_on)
    if observed.measured is Measured.STOPPED or observed.leavers_fail:
        days += [d.day for d in arm.doses if 0 < d.day <= observed.day]
    return days if observed.from_day is None else [observed.from_day, *days]
