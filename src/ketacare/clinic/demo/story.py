"""One sample person's story up to now: what is told, when, and the course it is about.

Days are counted back from today, so that the caseload is fresh whenever it is made. The common
part (referral, history, work-up, review, consent, plan, infusions with their scores and therapy)
is here; what is special about each person stands in :mod:`.cast`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection, transaction

from ketacare.clinic.demo import histories
from ketacare.clinic.demo.answers import Value
from ketacare.clinic.demo.chart import Chart, Order
from ketacare.clinic.demo.virtual import ASKED, RATED, Cohort, Course, Fits, Visit, anybody
from ketacare.clinic.demo.workdays import (
    infusion_days,
    integration_after,
    workday_from,
    workdays_before,
)
from ketacare.clinic.infusions.models import Chair, Session
from ketacare.core.pharmacology import Baseline
from ketacare.core.record import Vital


@contextmanager
def later_work_dropped(*, wanted: bool) -> Iterator[None]:
    """Leave out what would be computed after a commit: most people need no second forecast."""
    with transaction.atomic():
        yield
        if wanted:
            connection.run_on_commit.clear()


Medicines = Callable[[date], tuple[histories.Row, ...]]

_FIRST_DOSE_AFTER = 7  # days from the baseline to the first infusion
_REFERRED_BEFORE = 24  # days from the referral to the baseline
_WEEK = 7.0


def no_medicines(_referred: date) -> tuple[histories.Row, ...]:
    """Nothing that changes the advice."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What makes one person different from the next.

    ``why`` is the reason for the order; ``last_dose`` is days before today; ``given`` of ``order.number`` infusions were given;
    ``later`` are visits with scores, in days after the last dose; ``advised_after`` the infusions
    after whose score options are computed and kept; ``unscored`` leaves out the newest scores;
    ``forecast`` keeps what the signed plan is expected to bring; ``risk_open`` leaves the newest
    answer about risk, given this hour, to whoever looks; ``rest`` is pressure and pulse at rest;
    ``brief`` writes less at each visit.
    """

    key: str
    station: str
    sentence: str
    history: histories.Kind = histories.Kind.RESISTANT
    medicines: Medicines = no_medicines
    fits: Fits = anybody
    order: Order = field(default_factory=Order)
    why: str = ""
    given: int = 0
    last_dose: int = 0
    later: tuple[int, ...] = ()
    advised_after: frozenset[int] = frozenset()
    advised_later: frozenset[int] = frozenset()
    unscored: int = 0
    hypertensive: bool = False
    diazepam_mg_per_day: float = 0.0
    changed: Mapping[str, Value] = field(default_factory=dict)
    integrates: bool = True
    forecast: bool = False
    risk_open: bool = False
    rest: Baseline | None = None
    brief: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where and when all stories take place."""

    now: datetime
    zone: ZoneInfo
    seed: int
    chairs: Sequence[Chair]

    @property
    def today(self) -> date:
        """Today in the clinic's zone."""
        return self.now.astimezone(self.zone).date()

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Return a time of day in the clinic's zone."""
        return datetime.combine(day, time(hour, minute), tzinfo=self.zone)

    def open(self, workdays_ago: int, hour: int, minute: int = 0) -> datetime:
        """Return a time of day on the day so many working days before today."""
        return self.at(workdays_before(self.today, workdays_ago), hour, minute)

    def ago(self, **span: float) -> datetime:
        """Return a moment before now."""
        return self.now - timedelta(**span)


def dose_dates(story: Story, today: date) -> list[date]:
    """Return the days of the infusions given; without any, the day of the first one to come."""
    if not story.given:
        return [today]
    return infusion_days(
        last_by=today - timedelta(days=story.last_dose),
        count=story.given,
        weekly=story.order.days_between >= _WEEK,
    )


def course_of(story: Story, cohort: Cohort, today: date) -> Course:
    """Return the course of the first virtual person that fits the story."""
    dates = dose_dates(story, today)
    baseline = dates[0] - timedelta(days=_FIRST_DOSE_AFTER)
    days = [(day - baseline).days for day in dates]
    treated = story.integrates and story.order.therapy and story.given
    return cohort.find(
        story.fits,
        dose_days=days if story.given else (),
        later_days=[days[-1] + day for day in story.later],
        mg_per_kg=story.order.dose_mg_per_kg,
        minutes=story.order.minutes,
        diazepam_mg_per_day=story.diazepam_mg_per_day,
        therapy_days=[
            offset + integration_after(day) for offset, day in zip(days, dates, strict=True)
        ]
        if treated
        else (),
    )


class Telling:
    """Tells one story in order of time; ``sessions`` are the infusions given so far."""

    def __init__(
        self, story: Story, chart: Chart, scene: Scene, *, number: int, chair: Chair, course: Course
    ) -> None:
        self.story, self.chart, self.scene = story, chart, scene
        self.chair, self.course = chair, course
        self.rng = np.random.default_rng([scene.seed, 3, number])
        # Each person has an own time of day, the same or later at each visit, so that a week is
        # never a few minutes short of seven days.
        self.hour, self.minute = 9 + number % 6, (number * 7) % 50
        self.sessions: list[Session] = []
        self.therapy_due: list[tuple[datetime, str]] = []
        dates = dose_dates(story, scene.today)
        self.baseline = dates[0] - timedelta(days=_FIRST_DOSE_AFTER)
        self.dose_days = [(day - self.baseline).days for day in dates]

    def day(self, offset: float) -> date:
        """Return the date of a day of the course, counted from the baseline."""
        return self.baseline + timedelta(days=int(offset))

    def moment(self, offset: float, *, minutes: int = 0) -> datetime:
        """Return this person's time of day on a day of the course."""
        at = self.scene.at(self.day(offset), self.hour, self.minute)
        return at + timedelta(minutes=minutes)

    def open_moment(self, offset: float, *, minutes: int = 0) -> datetime:
        """Return this person's time on a day of the course, on Monday instead of the weekend."""
        at = self.scene.at(workday_from(self.day(offset)), self.hour, self.minute)
        return at + timedelta(minutes=minutes)

    # The parts, in order.

    def refer(self, *, before: int = _REFERRED_BEFORE) -> None:
        """Take in the referral and the history."""
        referred = workday_from(self.baseline - timedelta(days=before))
        told = histories.history(
            self.story.history,
            referred=referred,
            rng=self.rng,
            medicines=self.story.medicines(referred),
        )
        main = told.diagnoses[0]["name"]
        self.chart.refer(
            self.scene.at(referred, 9, 10),
            f"{main}, not better after {len(told.trials)} treatments. Please see whether "
            "ketamine is an option.",
        )
        taken = workday_from(referred + timedelta(days=6))
        self.chart.tell(self.scene.at(taken, 14, 0), told)

    def assess(self) -> None:
        """Ask the baseline, rate the HAM-A and do the work-up."""
        self.score(self.course.baseline, self.open_moment(0))
        self.chart.rate(self.open_moment(0, minutes=60), self.course.baseline.items[RATED])
        self.chart.work_up(self.open_moment(0, minutes=90), changed=self.story.changed)

    def decide(self, *, advised: bool) -> None:
        """Sign review, consent and plan, in the days before the first infusion."""
        self.chart.override_held(
            self.open_moment(2, minutes=100), "Weighed up with the patient; see the note."
        )
        self.chart.review(self.open_moment(2, minutes=110))
        self.chart.consent(self.open_moment(3, minutes=120))
        if advised:
            self.chart.advise(self.open_moment(3, minutes=125))
        with later_work_dropped(wanted=not self.story.forecast):
            self.chart.sign(
                self.open_moment(3, minutes=130), self.story.order, reason=self.story.why
            )
        if self.story.order.therapy:
            self.chart.talk(self.open_moment(4, minutes=140), "preparation")

    def treat(self, *, at_most: int | None = None) -> None:
        """Give the infusions with the score after each, and the integration sessions."""
        given = self.story.given if at_most is None else at_most
        for number, offset in enumerate(self.dose_days[:given], start=1):
            at = self.moment(offset, minutes=number * 3)
            self.sessions.append(self.chart.infuse(at, self.chair))
            self._afterwards(number, offset)

    def _afterwards(self, number: int, offset: int) -> None:
        story = self.story
        if number > story.given - story.unscored:
            return
        scored = self.moment(offset + 1, minutes=number * 3 + 15)
        if scored > self.scene.ago(minutes=5):
            return
        risk_open = story.risk_open and number == story.given
        if risk_open:
            scored = self.scene.ago(minutes=50)
        self.score(self.course.after[number - 1], scored, risk_open=risk_open)
        if number in story.advised_after:
            self.chart.advise(scored + timedelta(minutes=1))
        if not (story.integrates and story.order.therapy):
            return
        after = integration_after(self.day(offset))
        held = self.moment(offset + after, minutes=90)
        if held < self.scene.ago(hours=2):
            self.chart.talk(held, "integration", infusion=self.sessions[-1], note=_NOTE)

    def follow(self) -> None:
        """Ask at the later visits."""
        last = self.dose_days[-1]
        for index, (days, visit) in enumerate(
            zip(self.story.later, self.course.later, strict=True), start=1
        ):
            at = self.moment(last + days, minutes=30)
            self._talk_until(at)
            self.score(visit, at)
            if index % 2 == 0:
                self.chart.rate(at + timedelta(minutes=100), visit.items[RATED])
            if index in self.story.advised_later:
                self.chart.advise(at + timedelta(minutes=110))

        self._talk_until(self.scene.ago(hours=2))

    def _talk_until(self, until: datetime) -> None:
        """Record the therapy sessions that took place before ``until``."""
        while self.therapy_due and self.therapy_due[0][0] < until:
            at, kind = self.therapy_due.pop(0)
            self.chart.talk(at, kind)

    def score(self, visit: Visit, at: datetime, *, risk_open: bool = False) -> None:
        """Answer GAD-7 and PHQ-9; an answer about risk is acted on within the hour."""
        items = {name: visit.items[name] for name in ASKED}
        if self.story.brief and not self.story.order.therapy:
            self.chart.write_down(at, items)
        else:
            self.chart.answer(at, items)
        if not risk_open:
            self.chart.take_charge(min(at + timedelta(minutes=55), self.scene.now))

    def series(self, *, advised: bool = True) -> None:
        """Tell everything from the referral to the last infusion and its scores."""
        self.refer()
        self.assess()
        self.decide(advised=advised)
        self.treat()


_NOTE = {
    "brought": "Sample note: what came up in the infusion, in the person's own words.",
    "worked_on": "One step that anxiety had made impossible, planned in small parts.",
    "homework": "The first of these steps, before the next session.",
}
RED_PRESSURE = {Vital.SYSTOLIC: 186.0, Vital.DIASTOLIC: 112.0}
