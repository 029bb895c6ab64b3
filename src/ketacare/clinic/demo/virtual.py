"""Finds, among virtual people, the first whose course fits a story; nobody's scores are written by hand.

The cohort is drawn from the same prior the clinic advises with, so the caseload is as varied as
the model thinks people are; a story only says which kind of course it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ketacare.core.response import Dose
from ketacare.core.trials import VirtualPerson, simulate_course, virtual_cohort
from ketacare.knowledge.load import load_instruments, load_prior

COHORT = 400
ASKED = ("gad7", "phq9")
RATED = "hama"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Item answers of one day by questionnaire; ``hama`` is there when it was rated that day."""

    day: float
    items: Mapping[str, tuple[int, ...]]

    def total(self, instrument: str) -> int:
        """Return the sum of the items."""
        return sum(self.items[instrument])


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One virtual person's answers: the baseline, the day after each dose, and later visits."""

    baseline: Visit
    after: tuple[Visit, ...]
    later: tuple[Visit, ...]

    def gain(self, number: int) -> float:
        """Return the share of the GAD-7 gained the day after dose ``number``, counted from 1."""
        return self._gain(self.after[number - 1])

    def later_gain(self, index: int) -> float:
        """Return the share of the GAD-7 gained at a later visit."""
        return self._gain(self.later[index])

    def _gain(self, visit: Visit) -> float:
        return 1.0 - visit.total("gad7") / max(self.baseline.total("gad7"), 1)


Fits = Callable[[Course], bool]


def anybody(course: Course) -> bool:
    """Fit everybody who is severe enough to be treated here."""
    return course.baseline.total("gad7") >= 10


class Cohort:
    """The virtual people of one caseload; each takes part in one story."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._people = list(virtual_cohort(COHORT, load_prior(), rng=np.random.default_rng(seed)))
        self._taken: set[int] = set()

    def find(
        self,
        fits: Fits,
        *,
        dose_days: Sequence[float],
        later_days: Sequence[float] = (),
        mg_per_kg: float = 0.5,
        minutes: float = 40.0,
        diazepam_mg_per_day: float = 0.0,
        therapy_days: Sequence[float] = (),
    ) -> Course:
        """Return the course of the first person not taken yet that fits; days count from baseline.

        Raises ``LookupError`` when nobody does: the story asks for what the prior hardly expects.
        """
        doses = tuple(
            Dose(
                day=day,
                mg_per_kg=mg_per_kg,
                minutes=minutes,
                diazepam_mg_per_day=diazepam_mg_per_day,
            )
            for day in dose_days
        )
        for person in self._people:
            if person.number in self._taken:
                continue
            course = self._course(person, doses, later_days, therapy_days)
            if anybody(course) and fits(course):
                self._taken.add(person.number)
                return course
        raise LookupError("no virtual person has such a course; change the story or the seed")

    def _course(
        self,
        person: VirtualPerson,
        doses: Sequence[Dose],
        later_days: Sequence[float],
        therapy_days: Sequence[float],
    ) -> Course:
        after = [dose.day + 1.0 for dose in doses]
        known = load_instruments()
        scores = simulate_course(
            person,
            doses=doses,
            therapy_days=therapy_days,
            visit_days=[0.0, *after, *later_days],
            instruments={name: known[name] for name in (*ASKED, RATED)},
            rng=np.random.default_rng([self._seed, person.number]),
        )
        by_day: dict[float, dict[str, tuple[int, ...]]] = {}
        for score in scores:
            by_day.setdefault(score.day, {})[score.instrument] = score.items or ()
        visits = {day: Visit(day=day, items=items) for day, items in by_day.items()}
        return Course(
            baseline=visits[0.0],
            after=tuple(visits[day] for day in after),
            later=tuple(visits[float(day)] for day in later_days),
        )
