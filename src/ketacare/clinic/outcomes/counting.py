"""What can be counted about a group: response with its denominators, time to response, coverage.

Pure: courses and comparisons go in, numbers with their intervals come out. Nobody who was not
measured is counted as better or as worse; they are shown beside. Intervals are exact binomial ones
(Clopper and Pearson 1934, Biometrika 26:404); they treat people as independent and say nothing
about why somebody was not measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from scipy.stats import beta
from scipy.stats import t as student

# When "after four weeks" is: the score nearest to day 28 from a week before to two weeks after. The
# clinic's own convention, shown on the page.
_TELLING = 0.2
EARLIER, LATER = timedelta(days=7), timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """``n`` of ``of`` with an exact 95 % interval; ``share`` is ``None`` when there is nobody.

    ``worth`` is how many independent ones they are worth, ``None`` when all are independent.
    """

    n: int
    of: int
    worth: float | None = None

    @property
    def share(self) -> float | None:
        """Return the share, or ``None``: cannot say."""
        return self.n / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the exact 95 % interval, or ``None``: cannot say."""
        if not self.of:
            return None
        of = float(self.of) if self.worth is None else self.worth
        n = of * self.n / self.of
        low = 0.0 if self.n == 0 else float(beta.ppf(0.025, n, of - n + 1))
        high = 1.0 if self.n == self.of else float(beta.ppf(0.975, n + 1, of - n))
        return low, high


def clustered(inside: Sequence[bool], person: Sequence[int]) -> Share:
    """Return a share of which several belong to one ``person``, with its wider interval.

    Korn and Graubard 1998 (Surv Methodol 24:193): the exact interval at the number of independent
    ones that would have the variance seen between people, with their degrees of freedom. All in, or
    all out, says nothing about that variance: then each person counts once.
    """
    n, of = sum(inside), len(inside)
    people = sorted(set(person))
    if len(people) == of:
        return Share(n=n, of=of)
    if n in {0, of} or len(people) < 2:
        return Share(n=n, of=of, worth=float(len(people)))
    share = n / of
    apart = sum(
        sum(ok - share for ok, who in zip(inside, person, strict=True) if who == one) ** 2
        for one in people
    )
    between = len(people) / (len(people) - 1) * apart / of**2
    alone = share * (1.0 - share) / (of - 1)
    worth = of * alone / between if between > 0 else float(of)
    worth *= float(student.ppf(0.975, of - 1) / student.ppf(0.975, len(people) - 1)) ** 2
    return Share(n=n, of=of, worth=min(max(worth, 1.0), float(of)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One total; ``usable`` says that it is not from the first hours after an infusion."""

    at: datetime
    total: float
    usable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatedCourse:
    """One person's infusions and scores on one instrument, in order of time."""

    infusions: tuple[datetime, ...]
    readings: tuple[Reading, ...]

    @property
    def baseline(self) -> float | None:
        """Return the last total before the first infusion."""
        before = [r.total for r in self.readings if r.at <= self.infusions[0]]
        return before[-1] if before else None

    @property
    def after(self) -> tuple[Reading, ...]:
        """Return the usable readings after the first infusion."""
        return tuple(r for r in self.readings if r.at > self.infusions[0] and r.usable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What became of a group after ``weeks``: every treated person is in exactly one of the first
    four numbers. ``at_least`` and ``at_most`` bound the response if all, or none, of those that were
    not measured had responded.
    """  # noqa: D205 - one sentence that needs two lines

    weeks: float
    treated: int
    not_due: int
    no_baseline: int
    not_measured: int
    measured: int
    response: Share
    remission: Share

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Return the least and the most the response can be among all whose time has come."""
        due = self.measured + self.not_measured
        if not due:
            return None
        return self.response.n / due, (self.response.n + self.not_measured) / due


def respond(
    courses: Iterable[TreatedCourse],
    *,
    now: datetime,
    judged: timedelta,
    response: float,
    remission: float,
) -> Response:
    """Return response and remission ``judged`` after the first infusion.

    ``response`` is the least fall as a share of the baseline, ``remission`` the highest total.
    """
    courses = tuple(courses)
    not_due = no_baseline = not_measured = responded = remitted = measured = 0
    for course in courses:
        reading = _nearest(course, judged)
        if reading is None and now < course.infusions[0] + judged + LATER:
            not_due += 1
        elif course.baseline is None or course.baseline <= 0:
            no_baseline += 1
        elif reading is None:
            not_measured += 1
        else:
            measured += 1
            responded += reading.total <= (1.0 - response) * course.baseline
            remitted += reading.total <= remission
    return Response(
        weeks=judged / timedelta(weeks=1),
        treated=len(courses),
        not_due=not_due,
        no_baseline=no_baseline,
        not_measured=not_measured,
        measured=measured,
        response=Share(n=responded, of=measured),
        remission=Share(n=remitted, of=measured),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ByDay:
    """The share that has responded by a day, with the people still followed at that day."""

    day: int
    share: float
    low: float
    high: float
    followed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeToResponse:
    """Kaplan-Meier: ``median_days`` is ``None`` when fewer than half have responded."""

    people: int
    responded: int
    median_days: float | None
    by_day: tuple[ByDay, ...]


def time_to_response(
    courses: Iterable[TreatedCourse], *, response: float, days: Sequence[int]
) -> TimeToResponse:
    """Return how soon people first had a score down by ``response``, of those measured at all.

    A person counts until their last score. Kaplan and Meier 1958, J Am Stat Assoc 53:457, with
    Greenwood's variance on the log(-log) scale.
    """
    times: list[tuple[float, bool]] = []
    for course in courses:
        base = course.baseline
        if base is None or base <= 0 or not course.after:
            continue
        start = course.infusions[0]
        hit = next((r for r in course.after if r.total <= (1.0 - response) * base), None)
        last = hit or course.after[-1]
        times.append(((last.at - start) / timedelta(days=1), hit is not None))
    events = sorted({t for t, responded in times if responded})
    survival, greenwood, median = 1.0, 0.0, None
    steps: list[tuple[float, float, float]] = []
    for t in events:
        at_risk = sum(1 for other, _ in times if other >= t)
        died = sum(1 for other, responded in times if responded and other == t)
        survival *= 1.0 - died / at_risk
        greenwood += died / (at_risk * (at_risk - died)) if at_risk > died else math.inf
        steps.append((t, survival, greenwood))
        if median is None and survival <= 0.5:
            median = t
    return TimeToResponse(
        people=len(times),
        responded=sum(1 for _, responded in times if responded),
        median_days=median,
        by_day=tuple(_by_day(day, steps, times) for day in days),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Infusions:
    """How many infusions people have had: the middle one, the least and the most."""

    people: int
    total: int
    median: float | None
    least: int | None
    most: int | None


def infusions_used(courses: Iterable[TreatedCourse]) -> Infusions:
    """Return how many infusions the people of a group have had."""
    counts = sorted(len(course.infusions) for course in courses)
    if not counts:
        return Infusions(people=0, total=0, median=None, least=None, most=None)
    return Infusions(
        people=len(counts),
        total=sum(counts),
        median=float(np.median(counts)),
        least=counts[0],
        most=counts[-1],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One score with the percentiles that were forecast for it."""

    total: float
    p5: float
    p10: float
    p25: float
    p75: float
    p90: float
    p95: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many scores fell into a band that promised ``promised``."""

    promised: float
    inside: Share

    @property
    def verdict(self) -> str:
        """Return "holds", "too narrow", "too wide" or "cannot say", by the 95 % interval.

        A band is not called holding while the interval would let it miss by a fifth or more: few
        scores contradict nothing.
        """
        interval = self.inside.interval
        if interval is None:
            return "cannot say"
        low, high = interval
        if high < self.promised:
            return "too narrow"
        if low > self.promised:
            return "too wide"
        return "holds" if self.promised - low < _TELLING else "cannot say"


def coverage(held: Iterable[Held], person: Iterable[int] | None = None) -> tuple[Coverage, ...]:
    """Return the coverage of the 50, 80 and 90 % bands; the ends of a band belong to it.

    ``person`` says whose each score is; without it every score counts as another person's.
    """
    rows = tuple(held)
    whose = tuple(range(len(rows))) if person is None else tuple(person)
    inside = {
        0.5: [h.p25 <= h.total <= h.p75 for h in rows],
        0.8: [h.p10 <= h.total <= h.p90 for h in rows],
        0.9: [h.p5 <= h.total <= h.p95 for h in rows],
    }
    return tuple(
        Coverage(promised=promised, inside=clustered(found, whose))
        for promised, found in inside.items()
    )


def _nearest(course: TreatedCourse, judged: timedelta) -> Reading | None:
    middle = course.infusions[0] + judged
    near = [r for r in course.after if middle - EARLIER <= r.at <= middle + LATER]
    return min(near, key=lambda r: abs(r.at - middle), default=None)


def _by_day(
    day: int, steps: Sequence[tuple[float, float, float]], times: Sequence[tuple[float, bool]]
) -> ByDay:
    survival, greenwood = 1.0, 0.0
    for t, s, g in steps:
        if t <= day:
            survival, greenwood = s, g
    low = high = 1.0 - survival
    if 0.0 < survival < 1.0:
        spread = 1.96 * math.sqrt(greenwood) / abs(math.log(survival))
        high = 1.0 - survival ** math.exp(spread)
        low = 1.0 - survival ** math.exp(-spread)
    followed = sum(1 for t, _ in times if t >= day)
    return ByDay(day=day, share=1.0 - survival, low=low, high=high, followed=followed)
