"""One series of infusions with the score that belongs to each, as the guideline counts response.

The baseline is the last score before the first infusion; an infusion's score is the one nearest to
24 hours after it, never from its first hours and never from after the next. What was not rated
stays ``None``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ketacare.core.measures import Instrument, score
from ketacare.core.planning.rules import Thresholds
from ketacare.core.record import Infusion, Person
from ketacare.core.sources import Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """One score: total in the instrument's points, when, and hours after the last infusion."""

    total: float
    at: datetime
    hours_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Treated:
    """One infusion of the series with its score.

    ``improvement`` is in percent of the baseline (negative when worse). ``is_due`` says that its
    score should be there by now.
    """

    number: int
    infusion: Infusion
    rating: Rated | None
    improvement: float | None
    is_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The current series of one person on one instrument, up to ``now``.

    ``usable`` are all scores that say something about lasting relief: before the first infusion,
    or at least ``rated_from`` after the one before. ``latest`` is the newest of them.
    """

    instrument: str
    name: str
    baseline: Rated | None
    infusions: tuple[Treated, ...]
    usable: tuple[Rated, ...]
    now: datetime

    @property
    def number(self) -> int:
        """Return how many infusions the series has so far."""
        return len(self.infusions)

    @property
    def latest(self) -> Rated | None:
        """Return the newest usable score."""
        return self.usable[-1] if self.usable else None

    @property
    def last(self) -> Treated | None:
        """Return the latest infusion."""
        return self.infusions[-1] if self.infusions else None

    def improvement(self, total: float) -> float | None:
        """Return the improvement of ``total`` in percent of the baseline, if that can be said."""
        return improvement_percent(self.baseline, total)


def improvement_percent(baseline: Rated | None, total: float) -> float | None:
    """Return 100 * (baseline - total) / baseline; ``None`` without a baseline above zero."""
    if baseline is None or baseline.total <= 0:
        return None
    return 100.0 * (baseline.total - total) / baseline.total


def series_of(
    person: Person, instrument: Instrument, thresholds: Thresholds, *, now: datetime
) -> Series:
    """Return the current series of ``person`` on ``instrument``; nothing after ``now`` is seen."""
    infusions = _current(person, _span(thresholds.series_gap), now)
    given = sorted((i for i in person.infusions if i.at <= now), key=lambda i: i.at)
    scores = _totals(person, instrument, given, now)
    earliest = _span(thresholds.rated_from)
    usable = tuple(
        rated
        for rated in scores
        if rated.hours_after is None or timedelta(hours=rated.hours_after) >= earliest
    )
    baseline = _baseline(usable, infusions, _span(thresholds.baseline_age))
    treated = []
    for number, infusion in enumerate(infusions, start=1):
        following = infusions[number].at if number < len(infusions) else None
        rating = _rating(scores, infusion, following, thresholds)
        due = infusion.at + _span(thresholds.rated_about)
        treated.append(
            Treated(
                number=number,
                infusion=infusion,
                rating=rating,
                improvement=(
                    None if rating is None else improvement_percent(baseline, rating.total)
                ),
                is_due=following is not None or now >= due,
            )
        )
    return Series(
        instrument=instrument.id,
        name=instrument.name,
        baseline=baseline,
        infusions=tuple(treated),
        usable=usable,
        now=now,
    )


def _current(person: Person, gap: timedelta, now: datetime) -> list[Infusion]:
    given = sorted((i for i in person.infusions if i.at <= now), key=lambda i: i.at)
    current: list[Infusion] = []
    for infusion in given:
        if current and infusion.at - current[-1].at > gap:
            current = []
        current.append(infusion)
    return current


def _totals(
    person: Person, instrument: Instrument, infusions: Sequence[Infusion], now: datetime
) -> list[Rated]:
    found = []
    for entry in person.scores_of(instrument.id):
        total = score(instrument, entry).total
        if entry.at > now or total is None:
            continue
        before = [i.at for i in infusions if i.at < entry.at]
        hours = (entry.at - before[-1]) / timedelta(hours=1) if before else None
        found.append(Rated(total=float(total), at=entry.at, hours_after=hours))
    return found


def _baseline(
    usable: Sequence[Rated], infusions: Sequence[Infusion], age: timedelta
) -> Rated | None:
    if not infusions:
        return usable[-1] if usable else None
    first = infusions[0].at
    before = [rated for rated in usable if first - age <= rated.at <= first]
    return before[-1] if before else None


def _rating(
    scores: Sequence[Rated], infusion: Infusion, following: datetime | None, limits: Thresholds
) -> Rated | None:
    earliest = infusion.at + _span(limits.rated_from)
    latest = infusion.at + _span(limits.rated_until)
    about = infusion.at + _span(limits.rated_about)
    fitting = [
        rated
        for rated in scores
        if earliest <= rated.at <= latest and (following is None or rated.at <= following)
    ]
    return min(fitting, key=lambda rated: abs(rated.at - about), default=None)


def _span(number: Sourced) -> timedelta:
    return timedelta(minutes=number.to("min"))
