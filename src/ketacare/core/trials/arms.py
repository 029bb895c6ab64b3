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
from ketacare.core.trials.studies import Against, Arm, Measured, Observed, Standard, Symptoms

_WEEK = 7.0
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
    entry = np.maximum(
        arm.entry_mean.value + arm.entry_sd.value * draws.entry, 0.25 * arm.entry_mean.value
    )

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
        self.drift = people[TraitName.DRIFT] * arm.entry_mean.value / typical

    def severity(self, day: float) -> FloatArray:
        """Return severity without error and drift on a day of the arm, in points."""
        column = int(np.searchsorted(self.days, day))
        return np.asarray(self.entry * (1.0 - self.x[:, column]))

    def outcome(self, observed: Observed, other: _ArmView | None) -> float:
        """Return the expected value of one outcome; ``other`` is what a contrast is against."""
        if other is not None and observed.measured in _CONTRASTS:
            return self._contrast(observed, other)
        by_kind: dict[Measured, Callable[[Observed], float]] = {
            Measured.RESPONSE: lambda o: float(self._response(o.day, o.threshold).mean()),
            Measured.REMISSION: self._remission,
            Measured.CHANGE: self._change,
            Measured.EFFECT: lambda o: self._change(o) / self._sd(o),
            Measured.IMPROVEMENT: lambda o: self._change(o) / float(self.entry.mean()),
            Measured.RELAPSED: self._relapsed,
            Measured.LOG_ODDS_RATIO: self._log_odds_ratio,
            Measured.RETAINED: self._retained,
            Measured.STOPPED: self._stopped,
        }
        return by_kind[observed.measured](observed)

    def _remission(self, observed: Observed) -> float:
        """Return the share of people whose rating is at or below the cut-off."""
        cutoff = observed.cutoff if observed.cutoff is not None else 0.0
        sd = np.sqrt(self.error**2 + self._drift_variance(observed.day))
        return float(ndtr((cutoff + 0.5 - self.severity(observed.day)) / sd).mean())

    def _change(self, observed: Observed) -> float:
        """Return the mean improvement in points, from entry or from another day."""
        before = self.entry if observed.from_day is None else self.severity(observed.from_day)
        return float((before - self.severity(observed.day)).mean())

    def _sd(self, observed: Observed) -> float:
        """Return the SD an effect is counted in, in points."""
        entry = self.arm.entry_sd.value
        if observed.standard is Standard.ENTRY:
            return entry
        error = self.error**2 + self._drift_variance(observed.day)
        later = float(self.severity(observed.day).var() + error.mean())
        return math.sqrt((entry**2 + later) / 2.0)

    def _contrast(self, observed: Observed, other: _ArmView) -> float:
        """Return the mean improvement beyond the same people treated otherwise."""
        gap = self._change(observed) - other._change(observed)
        return gap if observed.measured is Measured.DIFFERENCE else gap / self._sd(observed)

    def _stopped(self, observed: Observed) -> float:
        """Return the share who leave before ``day``, by response at each visit for a dose."""
        stay = np.ones(len(self.entry))
        for dose in self.arm.doses:
            if 0 < dose.day <= observed.day:
                improved = self._response(dose.day, observed.threshold)
                leave = sum(
                    share * dropout_probability(self.prior, improved=state)
                    for share, state in ((improved, True), (1.0 - improved, False))
                )
                stay = stay * (1.0 - leave)
        return float(1.0 - stay.mean())

    def _retained(self, observed: Observed) -> float:
        """Return the mean drug effect on ``day`` as a share of that on ``from_day``."""
        first, last = (
            float(self.drug[:, int(np.searchsorted(self.days, day))].mean())
            for day in (observed.from_day or 0.0, observed.day)
        )
        return last / first

    def _drift_variance(self, day: float) -> FloatArray:
        return np.asarray(self.drift**2 * max(day, 0.0) / _WEEK)

    def _response(self, day: float, threshold: float) -> FloatArray:
        """Return each person's probability that the ratings show a response on ``day``.

        Both ratings carry error: later + e1 <= (1 - threshold)(entry + e0).
        """
        share = 1.0 - threshold
        gap = share * self.entry - self.severity(day)
        sd = np.sqrt(self.error**2 * (1.0 + share**2) + self._drift_variance(day))
        return np.asarray(ndtr(gap / sd))

    def _log_odds_ratio(self, observed: Observed) -> float:
        """Return the log odds ratio of later by earlier response, independent given the person."""
        first = self._response(observed.from_day or 0.0, observed.threshold)
        later = self._response(observed.day, observed.threshold)
        both = float((first * later).mean())
        only_first = float((first * (1 - later)).mean())
        only_later = float(((1 - first) * later).mean())
        neither = float(((1 - first) * (1 - later)).mean())
        return float(np.log(both * neither / (only_first * only_later)))

    def _relapsed(self, observed: Observed) -> float:
        """Return the share of responders on ``from_day`` whose relapse is dated by ``day``."""
        start = observed.from_day or 0.0
        responded = self._response(start, 0.5)
        days = _rating_days(observed)
        path = np.zeros(len(self.entry))
        low_before = np.zeros(len(self.entry), dtype=bool)
        relapsed = np.zeros(len(self.entry), dtype=bool)
        last = start
        limit = 1.0 - observed.threshold
        for j, day in enumerate(days):
            weeks = (day - last) / _WEEK
            path = path + self.drift * np.sqrt(weeks) * self.draws.walk[:, j]
            last = day
            score = self.severity(day) + path + self.error * self.draws.error[:, j + 1]
            low = score > limit * self.entry
            relapsed |= low & low_before
            low_before = low
        return float((responded * relapsed).sum() / responded.sum())


def _rating_days(observed: Observed) -> list[float]:
    """Return about weekly rating days of a relapse outcome: up to its day, and one more.

    A relapse is dated at the first of the two ratings that show it, so one rating must follow.
    """
    if observed.measured is not Measured.RELAPSED or observed.from_day is None:
        return []
    span = observed.day - observed.from_day
    count = max(round(span / _WEEK), 1)
    return [float(d) for d in observed.from_day + span / count * np.arange(1, count + 2)]


def _all_days(arm: Arm, observed: Observed) -> list[float]:
    days = [observed.day, *_rating_days(observed)]
    if observed.measured is Measured.STOPPED:
        days += [d.day for d in arm.doses if 0 < d.day <= observed.day]
    return days if observed.from_day is None else [observed.from_day, *days]
