"""A person's course as the response model reads it: days, doses, scores, therapy.

Built from the record up to a stated moment; what lies after it does not exist. What cannot be used
(a dose without weight, a total that cannot be computed) is left out and said so, never guessed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.measures import Instrument, score
from ketacare.core.record import (
    Infusion,
    Person,
    Route,
    Score,
    TherapyKind,
    TherapySession,
    Vital,
)
from ketacare.core.response.dynamics import Dose
from ketacare.core.response.prior import Setting

_ANXIETY = ("F40", "F41", "F42", "F43")  # phobic, other anxiety, obsessive-compulsive, stress
# Care counts from the first entry. A score from long before the first infusion (half a year; a judgement)
# would start it then, and what happened in between is not on record.
_BEFORE_CARE: Final = timedelta(days=182)
_INTRAVENOUS_ONLY: Mapping[str, float] = {Route.INTRAVENOUS.value: 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One integer score on a day of the course. ``hours_since_dose`` is ``None`` before any dose."""

    day: float
    instrument: str
    total: int
    hours_since_dose: float | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.day):
            raise InputError(
                ErrorCode.OUT_OF_RANGE, f"day {self.day} of a score is not a finite number"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What happened to one person, in days since their first record (day 0).

    ``now_day`` is the moment of looking; ``zero`` the date of day 0, ``None`` for a virtual person.
    ``diagnosis`` is the ICD-10 code of what is treated, empty when not recorded. ``left_out`` says
    in sentences what of the record could not be used; ``skipped`` counts scores without a total.
    """

    doses: tuple[Dose, ...] = ()
    ratings: tuple[Rating, ...] = ()
    therapy_days: tuple[float, ...] = ()
    now_day: float = 0.0
    zero: datetime | None = None
    setting: Setting = Setting.OPEN
    diagnosis: str = ""
    skipped: int = 0
    left_out: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        # One order for every way of writing the same course down: results must not depend on it.
        object.__setattr__(self, "doses", tuple(sorted(self.doses, key=lambda d: d.day)))
        object.__setattr__(
            self,
            "ratings",
            tuple(sorted(self.ratings, key=lambda r: (r.day, r.instrument, r.total))),
        )
        object.__setattr__(self, "therapy_days", tuple(sorted(self.therapy_days)))
        last = max(
            [d.day for d in self.doses] + [r.day for r in self.ratings], default=self.now_day
        )
        if last > self.now_day:
            raise InputError(
                ErrorCode.CONTRADICTION,
                f"the course has an entry on day {last:g}, after now (day {self.now_day:g}); "
                "leave out what has not happened yet",
            )
        first = min([d.day for d in self.doses] + [r.day for r in self.ratings], default=0.0)
        if first < 0:
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"the course has an entry on day {first:g}; count days from its first entry",
            )

    def first_rating(self, instrument: str) -> Rating | None:
        """Return the last rating on or before the first dose, or the first of all without one.

        It is what "change from the beginning" is counted from.
        """
        own = [r for r in self.ratings if r.instrument == instrument]
        if self.doses:
            before = [r for r in own if r.day <= self.doses[0].day]
            if before:
                return before[-1]
            return None
        return own[0] if own else None

    def day_of(self, at: datetime) -> float:
        """Return ``at`` as a day of this course."""
        if self.zero is None:
            raise InputError(
                ErrorCode.NOT_AVAILABLE, "this course has no dates; count in days instead"
            )
        return (at - self.zero) / timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Future:
    """What might be done next: doses as (day of the course, mg/kg, minutes), and therapy days."""

    doses: tuple[tuple[float, float, float], ...] = ()
    therapy_days: tuple[float, ...] = ()


def course_of(
    person: Person,
    instruments: Mapping[str, Instrument],
    now: datetime,
    *,
    routes: Mapping[str, float] = _INTRAVENOUS_ONLY,
    diazepam_mg_at: Callable[[datetime], float | None] | None = None,
) -> Course:
    """Return the course of ``person`` up to ``now``, in days since the first record.

    ``routes`` gives the intravenous equivalent of a milligram by route (a prior has it).
    ``diazepam_mg_at`` tells the benzodiazepine taken at a time, in mg/day of diazepam; without it
    the doses carry none. Scores of instruments that are not in ``instruments`` are left out and said so.
    """
    infusions = [i for i in person.infusions if i.at <= now]
    left_out: list[str] = []
    scores = _of_this_care(person, infusions, now, left_out)
    times = [s.at for s in scores if s.instrument in instruments] + [i.at for i in infusions]
    zero = min(times, default=now)

    doses: list[Dose] = []
    for infusion in sorted(infusions, key=lambda i: i.at):
        mg_per_kg = _equivalent(person, infusion, routes, left_out)
        if mg_per_kg is not None:
            doses.append(
                Dose(
                    day=(infusion.at - zero) / timedelta(days=1),
                    mg_per_kg=mg_per_kg,
                    minutes=infusion.minutes,
                    diazepam_mg_per_day=diazepam_mg_at(infusion.at) if diazepam_mg_at else None,
                )
            )
    ratings, skipped = _ratings(person, scores, instruments, zero, doses, left_out)
    return Course(
        doses=tuple(doses),
        ratings=ratings,
        therapy_days=tuple(
            (t.at - zero) / timedelta(days=1) for t in person.therapy if _counts(t) and t.at <= now
        ),
        now_day=(now - zero) / timedelta(days=1),
        zero=zero,
        diagnosis=_treated(person),
        skipped=skipped,
        left_out=tuple(left_out),
    )


def _of_this_care(
    person: Person, infusions: list[Infusion], now: datetime, left_out: list[str]
) -> list[Score]:
    """Return the scores up to now that are not from long before the first infusion."""
    begin = min((i.at for i in infusions), default=now) - _BEFORE_CARE
    known = [s for s in person.scores if s.at <= now]
    old = sum(1 for s in known if s.at < begin)
    if old:
        left_out.append(
            f"{old} {'score' if old == 1 else 'scores'} before {person.spoken(begin)}: more than half a "
            f"year before {'the first infusion' if infusions else 'now'}"
        )
    return [s for s in known if s.at >= begin]


def _ratings(  # noqa: PLR0917 - private, called once
    person: Person,
    scores: list[Score],
    instruments: Mapping[str, Instrument],
    zero: datetime,
    doses: list[Dose],
    left_out: list[str],
) -> tuple[tuple[Rating, ...], int]:
    """Return the usable scores as ratings, and how many had no total."""
    ratings: list[Rating] = []
    skipped = 0
    unknown = Counter(s.instrument for s in scores if s.instrument not in instruments)
    left_out.extend(
        f"{name}, {count} {'score' if count == 1 else 'scores'}: the response model has no error "
        "model for it"
        for name, count in sorted(unknown.items())
    )
    for entry in scores:
        if entry.instrument not in instruments:
            continue
        total = score(instruments[entry.instrument], entry).total
        if total is None:
            skipped += 1
            left_out.append(
                f"{entry.instrument} of {person.spoken(entry.at)}: too many items are missing"
            )
            continue
        day = (entry.at - zero) / timedelta(days=1)
        earlier = [d.day for d in doses if d.day < day]
        ratings.append(
            Rating(
                day=day,
                instrument=entry.instrument,
                total=round(total),
                hours_since_dose=24.0 * (day - earlier[-1]) if earlier else None,
            )
        )
    return tuple(ratings), skipped


def _equivalent(
    person: Person, infusion: Infusion, routes: Mapping[str, float], left_out: list[str]
) -> float | None:
    """Return the intravenous-equivalent mg/kg of an infusion, or say why there is none."""
    day = person.spoken(infusion.at)
    if infusion.drug != "ketamine":
        left_out.append(f"dose of {day}: the model knows racemic ketamine, not {infusion.drug}")
        return None
    factor = routes.get(infusion.route.value)
    if factor is None:
        left_out.append(f"dose of {day}: no intravenous equivalent for the {infusion.route} route")
        return None
    mg_per_kg = infusion.mg_per_kg
    if mg_per_kg is None:
        weight = person.latest(Vital.WEIGHT, before=infusion.at)
        if weight is None:
            left_out.append(f"dose of {day}: no weight recorded, so no dose per kilogram")
            return None
        mg_per_kg = infusion.dose_mg / weight.value
    return mg_per_kg * factor


def _treated(person: Person) -> str:
    """Return the code of the primary diagnosis, else of the first anxiety diagnosis with a code."""
    coded = [d for d in person.diagnoses if d.code]
    primary = [d for d in coded if d.primary]
    anxiety = [d for d in coded if d.code.upper().startswith(_ANXIETY)]
    return (primary or anxiety or coded)[0].code if coded else ""


def _counts(session: TherapySession) -> bool:
    """Return whether a session is structured therapy that took place.

    CBT is structured unless the record says otherwise; any other kind must say so. Attendance
    that nobody recorded does not count: the benefit would be invented.
    """
    if session.attended is not True:
        return False
    if session.kind is TherapyKind.CBT:
        return session.structured is not False
    return session.structured is True
