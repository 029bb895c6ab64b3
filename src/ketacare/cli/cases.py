"""Opens a case file and decides from when it is looked at: the clock is read here and nowhere else.

A file that counts days has no "now"; its last entry is the natural one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ketacare.adapters.casefile import CaseFile, Noted, read_file
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Calendar, ContradictionKind, Person, find_contradictions

_NOTHING: dict[str, tuple[Noted, ...]] = {}


def open_case(file: Path) -> Person:
    """Return the person of a case file; refuse a file that cannot be read."""
    return open_file(file).person


def open_file(file: Path) -> CaseFile:
    """Return a whole case file: the person, and what was noted at visits."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(
            ErrorCode.NOT_AVAILABLE, "there is no such file; check the path", source=str(file)
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(
            ErrorCode.BAD_FORMAT, f"the file cannot be read: {reason}", source=str(file)
        ) from error
    return read_file(text, source=str(file))


def moment_of(
    person: Person, at: str, file: Path | None, *, visits: dict[str, tuple[Noted, ...]] = _NOTHING
) -> datetime:
    """Return the time the person is looked at: as asked, or now, or the last entry of the file.

    ``visits`` are the tables of the file that belong to visits; their times count as any other.
    """
    timed = {**_timed(person), **visits}
    if person.calendar is Calendar.RELATIVE:
        return _day(person, at) if at else _last_entry(person, timed)
    if not at:
        now = datetime.now(UTC)
        _refuse_the_future(person, timed, now, source=str(file or ""))
        return now
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        raise InputError(
            ErrorCode.BAD_FORMAT,
            f'"{at}" is not a time; write for example 2026-05-03T10:30-04:00',
            where="--at",
        ) from None
    if found.tzinfo is None:
        raise InputError(
            ErrorCode.BAD_FORMAT,
            f'"{at}" has no time zone; write for example {at}{"" if "T" in at else "T12:00"}+00:00',
            where="--at",
        )
    return found.astimezone(UTC)


def _day(person: Person, at: str) -> datetime:
    assert person.anchor is not None  # noqa: S101 - a relative record cannot be built without one
    try:
        return person.anchor + timedelta(days=float(at.removeprefix("day")))
    except (ValueError, OverflowError):
        raise InputError(
            ErrorCode.BAD_FORMAT,
            f'"{at}" is not a day; this file counts days, write for example --at 14',
            where="--at",
        ) from None


def _refuse_the_future(
    person: Person, timed: dict[str, tuple[Any, ...]], now: datetime, *, source: str
) -> None:
    """Refuse an entry that has not happened: left out silently, it would look as if unread."""
    for section, items in timed.items():
        for number, item in enumerate(items, start=1):
            if item.at > now:
                raise InputError(
                    ErrorCode.OUT_OF_RANGE,
                    f"{item.at.date()} is in the future; correct it, or look from a later time "
                    f"with --at {item.at.date()}T23:59+00:00",
                    where=f"{section}[{number}]",
                    source=source,
                )
    later = [
        found.sentence
        for found in find_contradictions(person, today=now)
        if found.kind is ContradictionKind.FUTURE
    ]
    if later:
        # Starts and ends of trials, diagnoses and medicines: all of them are named at once.
        raise InputError(ErrorCode.OUT_OF_RANGE, " ".join(later), source=source)


def _last_entry(person: Person, timed: dict[str, tuple[Any, ...]]) -> datetime:
    assert person.anchor is not None  # noqa: S101 - a relative record cannot be built without one
    times = [item.at for items in timed.values() for item in items]
    return max(times, default=person.anchor)


def _timed(person: Person) -> dict[str, tuple[Any, ...]]:
    """Return the entries that happened at one time, by their section of the case file."""
    return {
        "fact": person.facts,
        "measurement": person.measurements,
        "infusion": person.infusions,
        "concentration": person.concentrations,
        "therapy": person.therapy,
        "score": person.scores,
    }


def read_dose(text: str, *, where: str = "--dose") -> tuple[float, float | None]:
    """Return mg and minutes of ``"35 mg over 40 min"``; minutes are ``None`` when not said."""
    from ketacare.core.units import parse_quantity

    amount, _, duration = text.partition(" over ")
    try:
        dose = parse_quantity(amount).to("mg")
        minutes = parse_quantity(duration).to("min") if duration else None
    except InputError as error:
        raise InputError(
            error.code, f'{error.sentence}; write for example "35 mg over 40 min"', where=where
        ) from error
    if dose <= 0 or (minutes is not None and minutes < 0):
        raise InputError(ErrorCode.OUT_OF_RANGE, f'"{text}" must be more than zero', where=where)
    return dose, minutes


def read_amount(text: str, unit: str, *, where: str, example: str) -> float:
    """Return an option's quantity in ``unit``; refuse another dimension, zero and below."""
    from ketacare.core.units import parse_quantity

    try:
        value = parse_quantity(text.replace("years", "year")).to(unit)
    except InputError as error:
        raise InputError(
            error.code, f'"{text}" is not understood; write for example "{example}"', where=where
        ) from error
    if value <= 0:
        raise InputError(ErrorCode.OUT_OF_RANGE, f'"{text}" must be more than zero', where=where)
    return value
