"""One instrument over time, every score with the time since the last dose: a trough is not a peak.

A change between a score at the peak of a dose and one at the trough of the next is partly the time
since the dose; it is reported with that caution, and beside it the change since the last score of
the same kind. Scores that cannot be used are named with the reason, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ketacare.core.measures.change import Change, judge_change
from ketacare.core.measures.instruments import Instrument
from ketacare.core.measures.problems import Problem, usable_scores
from ketacare.core.measures.scoring import score
from ketacare.core.measures.totals import Rated
from ketacare.core.record import Person
from ketacare.core.sources import Provenance, Sourced

_HOUR = timedelta(hours=1)


class DoseClass(StrEnum):
    """When a score was given, seen from the doses around it."""

    BEFORE = "before_any_dose"
    FIRST_HOURS = "first_hours"
    PEAK = "peak"
    BETWEEN = "between"
    TROUGH = "trough"


_WORDS = {
    DoseClass.BEFORE: "before any dose",
    DoseClass.FIRST_HOURS: "in the first hours after a dose",
    DoseClass.PEAK: "at the peak of a dose",
    DoseClass.BETWEEN: "between two doses",
    DoseClass.TROUGH: "at the trough",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseTiming:
    """The limits between the classes; content of ``knowledge/measures/dose_timing.toml``."""

    provenance: Provenance
    first_hours_until: Sourced
    peak_until: Sourced
    trough_from: Sourced
    trough_before_next: Sourced

    def class_of(self, hours_after: float | None, hours_before_next: float | None) -> DoseClass:
        """Return the class of a score ``hours_after`` the last dose; ``None`` before any."""
        if hours_after is None:
            return DoseClass.BEFORE
        if hours_after < self.first_hours_until.to("h"):
            return DoseClass.FIRST_HOURS
        if hours_after <= self.peak_until.to("h"):
            return DoseClass.PEAK
        soon = hours_before_next is not None and hours_before_next <= self.trough_before_next.to(
            "h"
        )
        if soon or hours_after >= self.trough_from.to("h"):
            return DoseClass.TROUGH
        return DoseClass.BETWEEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One score of a trajectory.

    ``hours_since_dose`` is ``None`` before any dose; ``recall_reaches_back`` says that the
    questions ask about a time that began before the last dose, so that part of the answer is about
    then. ``caution`` is empty when the change since the previous score compares like with like.
    """

    rated: Rated
    hours_since_dose: float | None
    dose_class: DoseClass
    recall_reaches_back: bool
    since_previous: Change | None
    since_baseline: Change | None
    since_same_class: Change | None
    is_baseline: bool
    caution: str

    @property
    def at(self) -> datetime:
        """Return when it was answered."""
        return self.rated.at

    @property
    def total(self) -> float | None:
        """Return the total in points."""
        return self.rated.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """All usable scores of one instrument up to ``now``, oldest first, and what was left out."""

    instrument: Instrument
    points: tuple[Point, ...]
    problems: tuple[Problem, ...]
    sentence: str

    @property
    def baseline(self) -> Point | None:
        """Return the last score before the first dose; without doses the first score."""
        return next((point for point in self.points if point.is_baseline), None)

    @property
    def latest(self) -> Point | None:
        """Return the newest score."""
        return self.points[-1] if self.points else None


def trajectory(
    person: Person, instrument: Instrument, timing: DoseTiming, *, now: datetime
) -> Trajectory:
    """Return the scores of ``instrument`` with hours since the last dose, class and changes.

    A score at the very time of an infusion counts as before it. Doses and scores after ``now`` are
    not looked at; later scores are named among the problems.
    """
    usable, problems = usable_scores(person, instrument, now=now)
    rated = sorted(
        (Rated(reported=reported, scored=score(instrument, reported)) for reported in usable),
        key=lambda r: r.at,
    )
    doses = sorted(infusion.at for infusion in person.infusions if infusion.at <= now)
    baseline = _baseline(rated, doses)
    points: list[Point] = []
    for one in rated:
        points.append(_point(one, points, baseline, doses, instrument, timing))
    return Trajectory(
        instrument=instrument,
        points=tuple(points),
        problems=problems,
        sentence=_sentence(instrument, points, person),
    )


def trajectories(
    person: Person,
    instruments: Mapping[str, Instrument],
    timing: DoseTiming,
    *,
    now: datetime,
) -> tuple[Trajectory, ...]:
    """Return a trajectory for every known instrument the person has a score of."""
    used = dict.fromkeys(reported.instrument for reported in person.scores)
    return tuple(
        trajectory(person, instruments[name], timing, now=now)
        for name in used
        if name in instruments
    )


def _baseline(rated: Sequence[Rated], doses: Sequence[datetime]) -> Rated | None:
    with_total = [one for one in rated if one.total is not None]
    if not doses:
        return with_total[0] if with_total else None
    before = [one for one in with_total if one.at <= doses[0]]
    return before[-1] if before else None


def _point(  # noqa: PLR0917 - private, called once
    one: Rated,
    earlier: Sequence[Point],
    baseline: Rated | None,
    doses: Sequence[datetime],
    instrument: Instrument,
    timing: DoseTiming,
) -> Point:
    before = [at for at in doses if at < one.at]
    after = [at for at in doses if at >= one.at]
    hours = (one.at - before[-1]) / _HOUR if before else None
    to_next = (after[0] - one.at) / _HOUR if after else None
    kind = timing.class_of(hours, to_next)
    with_total = [point for point in earlier if point.total is not None]
    previous = with_total[-1] if with_total else None
    alike = [point for point in with_total if point.dose_class is kind]
    return Point(
        rated=one,
        hours_since_dose=hours,
        dose_class=kind,
        recall_reaches_back=hours is not None and hours < 24.0 * instrument.recall_days,
        since_previous=_change(instrument, previous.rated if previous else None, one),
        since_baseline=(
            _change(instrument, baseline, one)
            if baseline is not None and one.at > baseline.at
            else None
        ),
        since_same_class=_change(instrument, alike[-1].rated if alike else None, one),
        is_baseline=one is baseline,
        caution=_caution(previous, kind, hours),
    )


def _change(instrument: Instrument, before: Rated | None, after: Rated) -> Change | None:
    if before is None or before.total is None or after.total is None:
        return None
    return judge_change(instrument, before.total, after.total)


def _caution(previous: Point | None, kind: DoseClass, hours: float | None) -> str:
    if previous is None or previous.dose_class is kind or hours is None:
        return ""
    if kind is DoseClass.FIRST_HOURS:
        return "Given in the first hours after a dose: relief then is no response."
    if previous.dose_class is DoseClass.BEFORE:
        return ""  # before and after the first dose is the comparison that is wanted
    return (
        f"The score before was {_WORDS[previous.dose_class]}, this one {_WORDS[kind]}: "
        "part of the difference is the time since the dose."
    )


def _sentence(instrument: Instrument, points: Sequence[Point], person: Person) -> str:
    if not points:
        return f"There is no usable score of {instrument.name}."
    last = points[-1]
    total = "not scored" if last.total is None else f"{last.total:.3g}"
    when = "before any dose"
    if last.hours_since_dose is not None:
        h = last.hours_since_dose
        span = f"{h:.0f} h" if h < 48 else f"{h / 24:.0f} days"
        when = f"{span} after a dose, {_WORDS[last.dose_class]}"
    reach = ""
    if last.recall_reaches_back:
        reach = f"; its questions ask about {instrument.recall}, which began before that dose"
    return (
        f"{instrument.name}: {len(points)} score{'' if len(points) == 1 else 's'}, the last "
        f"{total} on {person.spoken(last.at)} ({when}){reach}."
    )
