"""Recorded scores that cannot be used as they stand, each named with its place and the reason.

Nothing is repaired here: of two results that contradict each other neither counts until somebody
corrects the record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ketacare.core.errors import InputError
from ketacare.core.measures.instruments import Instrument
from ketacare.core.measures.scoring import score
from ketacare.core.record import Person, Score


class ProblemKind(StrEnum):
    """What is the matter with a recorded score."""

    FUTURE = "in_the_future"
    UNKNOWN = "unknown_instrument"
    IMPOSSIBLE = "impossible"
    TWICE = "recorded_twice"
    CONTRADICTORY = "contradictory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A recorded score that cannot be used as it stands; ``where`` is its place in the record."""

    kind: ProblemKind
    where: str
    sentence: str


def score_problems(
    person: Person, instruments: Mapping[str, Instrument], *, now: datetime
) -> tuple[Problem, ...]:
    """Return every recorded score that cannot be used as it stands, with the reason.

    Future times, unknown instruments, impossible totals or answers, the same form entered twice,
    and two different results of one instrument at one time.
    """
    found = (
        _problem(person, index, reported, instruments, now)
        for index, reported in enumerate(person.scores)
    )
    return tuple(problem for problem in found if problem is not None)


def usable_scores(
    person: Person, instrument: Instrument, *, now: datetime
) -> tuple[tuple[Score, ...], tuple[Problem, ...]]:
    """Return the scores of one instrument that can be used, and what is the matter with others.

    Of a form entered twice with the same result the first one is used.
    """
    known = {instrument.id: instrument}
    usable, problems = [], []
    for index, reported in enumerate(person.scores):
        if reported.instrument != instrument.id:
            continue
        problem = _problem(person, index, reported, known, now)
        if problem is not None:
            problems.append(problem)
        repeat = problem is not None and problem.kind is ProblemKind.TWICE
        if problem is None or (repeat and not _is_repeat(person.scores, index)):
            usable.append(reported)
    return tuple(usable), tuple(problems)


def _problem(
    person: Person,
    index: int,
    reported: Score,
    instruments: Mapping[str, Instrument],
    now: datetime,
) -> Problem | None:
    where = f"scores[{index + 1}]"
    instrument = instruments.get(reported.instrument)
    name = reported.instrument if instrument is None else instrument.name
    when = person.spoken(reported.at)
    if reported.at > now:
        return Problem(
            kind=ProblemKind.FUTURE,
            where=where,
            sentence=f"{name} of {when} lies after {person.spoken(now)}: it is not counted.",
        )
    if instrument is None:
        return Problem(
            kind=ProblemKind.UNKNOWN,
            where=where,
            sentence=f'"{reported.instrument}" of {when} is no instrument known here.',
        )
    try:
        score(instrument, reported)
    except InputError as error:
        return Problem(
            kind=ProblemKind.IMPOSSIBLE,
            where=where,
            sentence=f"{name} of {when} is not counted: {error.sentence}.",
        )
    same = [
        other
        for other in person.scores
        if other is not reported
        and (other.instrument, other.at) == (reported.instrument, reported.at)
    ]
    if any((s.total, s.items) != (reported.total, reported.items) for s in same):
        return Problem(
            kind=ProblemKind.CONTRADICTORY,
            where=where,
            sentence=f"{name} of {when} stands there with different results: "
            "none of them is counted; correct them.",
        )
    if same:
        return Problem(
            kind=ProblemKind.TWICE,
            where=where,
            sentence=f"{name} of {when} is recorded twice with the same result: it counts once.",
        )
    return None


def _is_repeat(scores: Sequence[Score], index: int) -> bool:
    mine = scores[index]
    return any((s.instrument, s.at) == (mine.instrument, mine.at) for s in scores[:index])
