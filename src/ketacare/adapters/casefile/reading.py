"""Reads a case file into a :class:`Person`, or refuses it with one sentence.

``docs/case-file.md`` documents every key. The strict reader of the knowledge files does the work;
its errors come out as :class:`InputError`, because a case file comes from outside.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ketacare.adapters.casefile.clock import NOMINAL_ANCHOR, Clock
from ketacare.adapters.casefile.sections import SECTIONS
from ketacare.adapters.casefile.values import optional, read_quantity
from ketacare.adapters.casefile.visit import CaseFile, read_visits
from ketacare.adapters.casefile.vocabulary import Vocabulary
from ketacare.core.errors import ErrorCode, InputError, KetacareError, KnowledgeError
from ketacare.core.record import Calendar, Person, Sex
from ketacare.knowledge.reading import Section, read_toml

FORMAT = 1


def read_case(text: str, *, source: str, known: Vocabulary | None = None) -> Person:
    """Return the person a case file describes; see :func:`read_file` for what belongs to visits."""
    return read_file(text, source=source, known=known).person


def read_file(text: str, *, source: str, known: Vocabulary | None = None) -> CaseFile:
    """Return the person a case file describes, with the orders, vials, waste and stock of visits.

    ``source`` is the name of the file for the reader; ``known`` the names that may be used, by
    default those of the shipped knowledge. Raises :class:`InputError` at the first mistake, with
    file, key, value and remedy in one line.
    """
    try:
        return _read(text, source=source, known=known or Vocabulary.load())
    except KnowledgeError as error:
        raise InputError(
            error.code, error.sentence, where=error.where, source=error.source or source
        ) from error


def _read(text: str, *, source: str, known: Vocabulary) -> CaseFile:
    root = Section(read_toml(text, source=source), source=source)
    form = root.integer("format", FORMAT)
    if form != FORMAT:
        raise root.error(
            ErrorCode.OUT_OF_RANGE, "format", f"format {form} is not known; this reads {FORMAT}"
        )
    head = root.section("person")
    clock = _read_clock(head)
    fields = _read_person(head)
    for name, section in SECTIONS.items():
        fields[section.field] = tuple(
            _build(part, lambda part=part, read=section.read: read(part, clock, known))
            for part in root.sections(name, optional=True)
        )
    visits = read_visits(root, clock, _build)
    root.close()
    _refuse_twins(root, fields["trials"])
    person: Person = _build(
        head, lambda: Person(calendar=clock.calendar, anchor=clock.anchor, **fields)
    )
    return CaseFile(person=person, **visits)


def _build(part: Section, build: Any) -> Any:
    """Return what ``build`` gives; an error of the record gets the place in the file."""
    try:
        built = build()
    except KetacareError as error:
        if error.source:
            raise
        raise error.at(part.where, source=part.source) from error
    part.close()
    return built


def _read_clock(head: Section) -> Clock:
    calendar = head.choice("calendar", Calendar, Calendar.DATES)
    anchor = optional(head, "anchor", lambda key: _anchor(head, key))
    zone = optional(head, "time_zone", lambda key: _zone(head, key))
    if calendar is Calendar.RELATIVE and anchor is None:
        anchor = NOMINAL_ANCHOR
    return Clock(calendar=calendar, anchor=anchor, zone=zone)


def _anchor(head: Section, key: str) -> datetime:
    value = head.raw(key)
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise head.error(
            ErrorCode.WRONG_TYPE,
            key,
            f"{value!r} is not a time with a zone; write for example 2000-01-01T12:00:00Z",
        )
    return value.astimezone(UTC)


def _zone(head: Section, key: str) -> ZoneInfo:
    name = head.text(key)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise head.error(
            ErrorCode.UNKNOWN_NAME,
            key,
            f'time zone "{name}" is not known; write for example "America/New_York"',
        ) from error


def _read_person(head: Section) -> dict[str, Any]:
    identity = head.text("id")
    return {
        "id": identity,
        "label": head.text("label", identity),
        "sex": optional(head, "sex", lambda key: head.choice(key, Sex)),
        "birth_date": optional(head, "birth_date", head.day),
        "age_years": optional(
            head, "age", lambda key: read_quantity(head, key, "year", example="34 years")
        ),
    }


def _refuse_twins(root: Section, trials: Any) -> None:
    seen: dict[str, int] = {}
    for index, trial in enumerate(trials, start=1):
        if trial.id in seen:
            raise root.error(
                ErrorCode.CONTRADICTION,
                f"trial[{index}].id",
                f'"{trial.id}" is also the id of trial {seen[trial.id]}; give each its own',
            )
        seen[trial.id] = index
