"""One person with everything recorded about them, in one immutable value.

The clinic builds it from its tables, the command line from a case file; the rooms of the core
read it. Tuples are in order of time where their items have one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record._checks import require_aware, require_positive
from ketacare.core.record.blood import Concentration
from ketacare.core.record.care import Infusion, Score, TherapySession
from ketacare.core.record.clinical import Diagnosis, Fact, Measurement, Medicine, Vital
from ketacare.core.record.dates import spoken_date
from ketacare.core.record.trials import TreatmentTrial


class Sex(StrEnum):
    """Sex recorded for dosing and safety; gender and pronouns are the clinic's."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class Calendar(StrEnum):
    """Whether times are dates, or days counted from the first infusion of a published case.

    A relative record carries nominal times anchored at :data:`Person.anchor`; whoever shows them
    writes "day -4", never the nominal date.
    """

    DATES = "dates"
    RELATIVE = "relative"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person's record. ``id`` and ``label`` are for the reader, never for the science."""

    id: str
    label: str
    sex: Sex | None = None
    birth_date: date | None = None
    age_years: float | None = None
    calendar: Calendar = Calendar.DATES
    anchor: datetime | None = None
    diagnoses: tuple[Diagnosis, ...] = ()
    trials: tuple[TreatmentTrial, ...] = ()
    medicines: tuple[Medicine, ...] = ()
    facts: tuple[Fact, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    infusions: tuple[Infusion, ...] = ()
    therapy: tuple[TherapySession, ...] = ()
    scores: tuple[Score, ...] = ()
    concentrations: tuple[Concentration, ...] = ()

    def __post_init__(self) -> None:
        require_positive("age", self.age_years, "years")
        require_aware("anchor", self.anchor)
        if self.calendar is Calendar.RELATIVE and self.anchor is None:
            raise InputError(
                ErrorCode.MISSING_KEY, "a record that counts days needs an anchor for day 0"
            )

    def age_at(self, at: datetime) -> float | None:
        """Return the age in years at ``at``, or ``None`` when neither birth date nor age is known."""
        if self.birth_date is None:
            return self.age_years
        born, today = self.birth_date, at.date()
        had_birthday = (today.month, today.day) >= (born.month, born.day)
        return float(today.year - born.year - (0 if had_birthday else 1))

    def latest(self, kind: Vital, *, before: datetime) -> Measurement | None:
        """Return the newest measurement of ``kind`` taken at or before ``before``."""
        known = [m for m in self.measurements if m.kind is kind and m.at <= before]
        return max(known, key=lambda m: m.at, default=None)

    def fact(self, code: str, *, before: datetime) -> Fact | None:
        """Return the newest answer to ``code`` given at or before ``before``.

        ``None`` also while two answers of that moment differ: neither is taken.
        """
        known = [f for f in self.facts if f.code == code and f.at <= before]
        newest = max(known, key=lambda f: f.at, default=None)
        if newest is None or any(f.at == newest.at and f.value != newest.value for f in known):
            return None
        return newest

    def scores_of(self, instrument: str) -> tuple[Score, ...]:
        """Return the scores of one instrument in order of time."""
        return tuple(sorted((s for s in self.scores if s.instrument == instrument), key=_time))

    def day(self, at: datetime) -> float:
        """Return ``at`` as days since day 0: the anchor, or else the first infusion."""
        zero = self.day_zero
        if zero is None:
            raise InputError(
                ErrorCode.NOT_AVAILABLE,
                f"{self.label} has no infusion yet, so no day 0 to count from",
            )
        return (at - zero) / timedelta(days=1)

    @property
    def day_zero(self) -> datetime | None:
        """Return the time days are counted from, or ``None`` before the first infusion."""
        if self.anchor is not None:
            return self.anchor
        return min((i.at for i in self.infusions), default=None)

    def when(self, at: datetime) -> str:
        """Return ``at`` as the record counts time, for programs: ``"day -4"`` or ``"2026-05-03"``."""
        if self.calendar is Calendar.RELATIVE:
            return f"day {self.day(at):.4g}"
        return at.date().isoformat()

    def spoken(self, at: datetime) -> str:
        """Return ``at`` as the record counts time, for sentences: ``"day -4"`` or ``"3 May 2026"``."""
        return self.when(at) if self.calendar is Calendar.RELATIVE else spoken_date(at)


def _time(score: Score) -> datetime:
    return score.at
