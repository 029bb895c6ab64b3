"""Finds what a record says twice and differently: named for a person to settle, never settled here.

A correction that was made on purpose is not in the record any more; what is found here stands side
by side. That a man could be pregnant is no contradiction: sex and anatomy are asked apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from ketacare.core.record.clinical import Vital
from ketacare.core.record.dates import spoken_date
from ketacare.core.record.person import Person
from ketacare.core.record.trials import TreatmentTrial


class ContradictionKind(StrEnum):
    """What cannot both be so."""

    TWO_VALUES = "two_values"
    TWO_ANSWERS = "two_answers"
    TWO_SCORES = "two_scores"
    PRESSURE = "pressure"
    DUPLICATE_TRIAL = "duplicate_trial"
    DUPLICATE_MEDICINE = "duplicate_medicine"
    DUPLICATE_INFUSION = "duplicate_infusion"
    ONGOING_AND_ENDED = "ongoing_and_ended"
    AGE = "age"
    BEFORE_BIRTH = "before_birth"
    FUTURE = "future"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """One thing that cannot be, with a sentence that names both sides and what to do."""

    kind: ContradictionKind
    subject: str
    sentence: str
    at: datetime | None = None


def find_contradictions(
    person: Person,
    *,
    weight_tolerance_kg: float = 0.0,
    until: datetime | None = None,
    today: datetime | None = None,
) -> tuple[Contradiction, ...]:
    """Return every contradiction in the record, in a fixed order.

    Weights of one day may differ by ``weight_tolerance_kg``. Entries later than ``until`` are not
    looked at; with ``today`` (the real now) dates that lie after it are named.
    """
    seen = _until(person, until)
    found = [
        *_bodies(seen, weight_tolerance_kg),
        *_pressures(seen),
        *_answers(seen),
        *_scores(seen),
        *_trials(seen),
        *_medicines(seen),
        *_infusions(seen),
        *_births(seen),
    ]
    if today is not None:
        found += _futures(person, today)
    return tuple(found)


def _until(person: Person, until: datetime | None) -> Person:
    if until is None:
        return person
    slack = until + timedelta(minutes=1)  # as for answers: clocks differ by seconds
    return replace(
        person,
        facts=tuple(f for f in person.facts if f.at <= slack),
        measurements=tuple(m for m in person.measurements if m.at <= slack),
        scores=tuple(s for s in person.scores if s.at <= slack),
        infusions=tuple(i for i in person.infusions if i.at <= slack),
    )


def _bodies(person: Person, tolerance_kg: float) -> Iterator[Contradiction]:
    limits = {Vital.WEIGHT: tolerance_kg, Vital.HEIGHT: 0.0}
    by_day: dict[tuple[Vital, date], list[Any]] = defaultdict(list)
    for measurement in person.measurements:
        if measurement.kind in limits:
            by_day[measurement.kind, measurement.at.date()].append(measurement)
    for (kind, _), measured in by_day.items():
        values = sorted({m.value for m in measured})
        if values[-1] - values[0] > limits[kind]:
            said = " and ".join(f"{value:g} {kind.unit}" for value in values)
            yield Contradiction(
                kind=ContradictionKind.TWO_VALUES,
                subject=kind.value,
                sentence=f"On {person.spoken(measured[0].at)} the {kind.value} is {said}: "
                "strike out the wrong one.",
                at=measured[-1].at,
            )


def _pressures(person: Person) -> Iterator[Contradiction]:
    """Yield pressures of one moment whose systolic value is not above the diastolic one."""
    taken: dict[datetime, dict[Vital, float]] = defaultdict(dict)
    for measurement in person.measurements:
        if measurement.kind in {Vital.SYSTOLIC, Vital.DIASTOLIC}:
            taken[measurement.at][measurement.kind] = measurement.value
    for at, values in taken.items():
        if len(values) == 2 and values[Vital.SYSTOLIC] <= values[Vital.DIASTOLIC]:
            yield Contradiction(
                kind=ContradictionKind.PRESSURE,
                subject="blood pressure",
                sentence=f"On {person.spoken(at)} the blood pressure is {values[Vital.SYSTOLIC]:g}/"
                f"{values[Vital.DIASTOLIC]:g} mmHg: the upper value has to be the higher one; were "
                "they exchanged?",
                at=at,
            )


def _answers(person: Person) -> Iterator[Contradiction]:
    by_moment: dict[tuple[str, datetime], set[Any]] = defaultdict(set)
    for fact in person.facts:
        by_moment[fact.code, fact.at].add(fact.value)
    for (code, at), values in by_moment.items():
        if len(values) > 1:
            said = " and ".join(sorted(_said(value) for value in values))
            yield Contradiction(
                kind=ContradictionKind.TWO_ANSWERS,
                subject=code,
                sentence=f'The question "{code}" is answered {said} at the same moment '
                f"({person.spoken(at)}): ask again.",
                at=at,
            )


def _scores(person: Person) -> Iterator[Contradiction]:
    by_moment: dict[tuple[str, datetime, str], set[Any]] = defaultdict(set)
    for score in person.scores:
        by_moment[score.instrument, score.at, score.rater.value].add((score.total, score.items))
    for (instrument, at, _), values in by_moment.items():
        if len(values) > 1:
            yield Contradiction(
                kind=ContradictionKind.TWO_SCORES,
                subject=instrument,
                sentence=f'The scale "{instrument}" has {len(values)} different results at the same moment '
                f"({person.spoken(at)}): keep the right one.",
                at=at,
            )


def _trials(person: Person) -> Iterator[Contradiction]:
    for trial in person.trials:
        if trial.ongoing and trial.ended is not None:
            yield Contradiction(
                kind=ContradictionKind.ONGOING_AND_ENDED,
                subject=_name(trial),
                sentence=f"{_name(trial)} is still going on and ended on "
                f"{person.spoken(trial.ended)}: correct one of them.",
                at=trial.ended,
            )
    trials = person.trials
    for index, trial in enumerate(trials):
        for other in trials[index + 1 :]:
            how = _twice(trial, other)
            if how:
                yield Contradiction(
                    kind=ContradictionKind.DUPLICATE_TRIAL,
                    subject=_name(trial),
                    sentence=f"{_name(trial)} is there twice ({how}): strike out one, or correct "
                    "its dates.",
                    at=trial.started,
                )


def _twice(one: TreatmentTrial, other: TreatmentTrial) -> str:
    """Return in words how two trials of one treatment are the same, or nothing."""
    if one.treatment != other.treatment:
        return ""
    if one.started is not None and other.started is not None:
        if one.started == other.started:
            return "same start"
        last = datetime.max.replace(tzinfo=UTC)
        overlap = one.started < (other.ended or last) and other.started < (one.ended or last)
        known = one.ended is not None and other.ended is not None
        return "overlapping dates" if overlap and known else ""
    undated = one.started is None and other.started is None
    return "the same in everything" if undated and _bare(one) == _bare(other) else ""


def _bare(trial: TreatmentTrial) -> TreatmentTrial:
    """Return a trial without who said it and how it was called."""
    return replace(trial, id="", note="", recorded_by="", certainty=None, name="")


def _medicines(person: Person) -> Iterator[Contradiction]:
    seen: set[Any] = set()
    for medicine in person.medicines:
        bare = replace(medicine, name="", last_taken=None)
        if bare in seen:
            yield Contradiction(
                kind=ContradictionKind.DUPLICATE_MEDICINE,
                subject=medicine.name or medicine.ingredient,
                sentence=f"{medicine.name or medicine.ingredient} is on the list twice with the same "
                "dose and dates: strike out one.",
                at=medicine.since,
            )
        seen.add(bare)


def _infusions(person: Person) -> Iterator[Contradiction]:
    ordered = sorted(person.infusions, key=lambda i: i.at)
    for one, other in pairwise(ordered):
        ended = one.ended
        if other.at == one.at or (ended is not None and other.at < ended):
            yield Contradiction(
                kind=ContradictionKind.DUPLICATE_INFUSION,
                subject="infusion",
                sentence=f"Two infusions overlap on {person.spoken(other.at)}: strike out one.",
                at=other.at,
            )


def _births(person: Person) -> Iterator[Contradiction]:
    born = person.birth_date
    if born is None:
        return
    first = min((at for _, at in _moments(person)), default=None)
    if person.age_years is not None and first is not None:
        counted = replace(person, age_years=None).age_at(max(at for _, at in _moments(person)))
        if counted is not None and abs(counted - person.age_years) > 1:
            yield Contradiction(
                kind=ContradictionKind.AGE,
                subject="age",
                sentence=f"The age is given as {person.age_years:g} years, and the birth date "
                f"{spoken_date(born)} makes it {counted:g}: correct one of them.",
            )
    birth = datetime.combine(born, time.min, tzinfo=UTC) - timedelta(days=1)  # any time zone
    for what, at in _moments(person):
        if at < birth:
            yield Contradiction(
                kind=ContradictionKind.BEFORE_BIRTH,
                subject=what,
                sentence=f"{what} on {person.spoken(at)} is before the birth date {spoken_date(born)}: "
                "correct one of them.",
                at=at,
            )


def _futures(person: Person, today: datetime) -> Iterator[Contradiction]:
    limit = today + timedelta(days=1)  # a date without a time is midnight in some zone
    if person.birth_date is not None and person.birth_date > limit.date():
        yield Contradiction(
            kind=ContradictionKind.FUTURE,
            subject="birth date",
            sentence=f"The birth date {spoken_date(person.birth_date)} lies in the future: correct it.",
        )
    for what, at in _moments(person):
        if at > limit:
            yield Contradiction(
                kind=ContradictionKind.FUTURE,
                subject=what,
                sentence=f"{what[:1].upper()}{what[1:]} on {person.spoken(at)} lies in the future: "
                "correct the date.",
                at=at,
            )


def _moments(person: Person) -> Iterable[tuple[str, datetime]]:
    """Yield everything that happened at a time, with what it is called."""
    for trial in person.trials:
        for word, at in (("start", trial.started), ("end", trial.ended)):
            if at is not None:
                yield f"the {word} of {_name(trial)}", at
    for diagnosis in person.diagnoses:
        for word, at in (("since", diagnosis.since), ("confirmed", diagnosis.confirmed_on)):
            if at is not None:
                yield f"{diagnosis.name} ({word})", at
    for medicine in person.medicines:
        if medicine.since is not None:
            yield f"the start of {medicine.name or medicine.ingredient}", medicine.since
    yield from ((fact.code, fact.at) for fact in person.facts)
    yield from ((measured.kind.value, measured.at) for measured in person.measurements)
    yield from (("infusion", infusion.at) for infusion in person.infusions)
    yield from ((score.instrument, score.at) for score in person.scores)


def _name(trial: TreatmentTrial) -> str:
    return trial.name or trial.treatment.replace("_", " ")


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
