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
from ketacare.clinic.infusions.models import Chair, Session
from ketacare.core.pharmacology import Baseline
from ketacare.core.record import Vital


@contextmanager
def later_work_dropped(wanted: bool) -> Iterator[None]:
    """Leave out what would be computed after a commit: most people need no second forecast."""
    with transaction.atomic():
        yield
        if wanted:
            connection.run_on_commit.clear()


Medicines = Callable[[date], tuple[histories.Row, ...]]

_TWICE_A_WEEK = (3, 4)
_FIRST_DOSE_AFTER = 4  # days from the baseline to the first infusion
_REFERRED_BEFORE = 24  # days from the referral to the baseline


def no_medicines(_referred: date) -> tuple[histories.Row, ...]:
    """Nothing that changes the advice."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What makes one person different from the next.

    ``last_dose`` is days before today; ``given`` of ``order.number`` infusions were given;
    ``later`` are visits with scores, in days after the last dose; ``advised_after`` the infusions
    after whose score options are computed and kept; ``unscored`` leaves out the newest scores;
    ``forecast`` keeps what the signed plan is expected to bring; ``rest`` is pressure and pulse at rest;
    ``brief`` writes less at each visit.
    """

    key: str
    station: str
    sentence: str
    history: histories.Kind = histories.Kind.RESISTANT
    medicines: Medicines = no_medicines
    fits: Fits = anybody
    order: Order = field(default_factory=Order)
    given: int = 0
    last_dose: int = 0
    gaps: tuple[int, ...] = _TWICE_A_WEEK
    later: tuple[int, ...] = ()
    advised_after: frozenset[int] = frozenset()
    advised_later: frozenset[int] = frozenset()
    unscored: int = 0
    hypertensive: bool = False
    diazepam_mg_per_day: float = 0.0
    changed: Mapping[str, Value] = field(default_factory=dict)
    integrates: bool = True
    forecast: bool = False
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

    def ago(self, **span: float) -> datetime:
        """Return a moment before now."""
        return self.now - timedelta(**span)


def dose_days(story: Story) -> list[int]:
    """Return the days of the infusions given, counted from the baseline; at least one."""
    days = [_FIRST_DOSE_AFTER]
    for index in range(max(story.given, 1) - 1):
        days.append(days[-1] + story.gaps[index % len(story.gaps)])
    return days


def course_of(story: Story, cohort: Cohort) -> Course:
    """Return the course of the first virtual person that fits the story."""
    days = dose_days(story)
    treated = story.integrates and story.order.therapy and story.given
    return cohort.find(
        story.fits,
        dose_days=days if story.given else (),
        later_days=[days[-1] + day for day in story.later],
        mg_per_kg=story.order.dose_mg_per_kg,
        minutes=story.order.minutes,
        diazepam_mg_per_day=story.diazepam_mg_per_day,
        therapy_days=[day + 2 for day in days] if treated else (),
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
        self.dose_days = dose_days(story)
        back = story.last_dose + self.dose_days[-1] if story.given else _FIRST_DOSE_AFTER
        self.baseline = scene.today - timedelta(days=back)

    def day(self, offset: float) -> date:
        """Return the date of a day of the course, counted from the baseline."""
        return self.baseline + timedelta(days=int(offset))

    def moment(self, offset: float, *, minutes: int = 0) -> datetime:
        """Return this person's time of day on a day of the course."""
        at = self.scene.at(self.day(offset), self.hour, self.minute)
        return at + timedelta(minutes=minutes)

    # The parts, in order.

    def refer(self, *, before: int = _REFERRED_BEFORE) -> None:
        """Take in the referral and the history."""
        referred = self.baseline - timedelta(days=before)
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
        taken = min(self.scene.at(referred + timedelta(days=6), 14, 0), self.scene.ago(hours=20))
        self.chart.tell(taken, told)

    def assess(self) -> None:
        """Ask the baseline, rate the HAM-A and do the work-up."""
        self.score(self.course.baseline, self.moment(0))
        self.chart.rate(self.moment(0, minutes=60), self.course.baseline.items[RATED])
        self.chart.work_up(self.moment(0, minutes=90), changed=self.story.changed)

    def decide(self, *, advised: bool) -> None:
        """Sign review, consent and plan, on the three days before the first infusion."""
        self.chart.override_held(self.moment(1), "Weighed up with the patient; see the note.")
        self.chart.review(self.moment(1, minutes=30))
        self.chart.consent(self.moment(2))
        if advised:
            self.chart.advise(self.moment(2, minutes=30))
        with later_work_dropped(not self.story.forecast):
            self.chart.sign(self.moment(2, minutes=40), self.story.order)
        if self.story.order.therapy:
            self.chart.talk(self.moment(3), "preparation")

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
        self.score(self.course.after[number - 1], scored)
        if number in story.advised_after:
            self.chart.advise(scored + timedelta(minutes=1))
        held = self.moment(offset + 2, minutes=30)
        if story.integrates and story.order.therapy and held < self.scene.ago(hours=2):
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
                self.chart.rate(at + timedelta(minutes=50), visit.items[RATED])
            if index in self.story.advised_later:
                self.chart.advise(at + timedelta(minutes=60))

        self._talk_until(self.scene.ago(hours=2))

    def _talk_until(self, until: datetime) -> None:
        """Record the therapy sessions that took place before ``until``."""
        while self.therapy_due and self.therapy_due[0][0] < until:
            at, kind = self.therapy_due.pop(0)
            self.chart.talk(at, kind)

    def score(self, visit: Visit, at: datetime) -> None:
        """Answer GAD-7 and PHQ-9; older answers about risk have been acted on within the hour."""
        items = {name: visit.items[name] for name in ASKED}
        if self.story.brief and not self.story.order.therapy:
            self.chart.write_down(at, items)
        else:
            self.chart.answer(at, items)
        if at < self.scene.ago(hours=26):
            self.chart.take_charge(at + timedelta(minutes=55))

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
