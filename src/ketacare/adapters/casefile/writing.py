"""Writes a person as a case file that reads back as the same person.

Times are written with the offset UTC, or as days for a record that counts days. What is missing
is left out. Comments of a file that was read before are not kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from ketacare.adapters.casefile.clock import Clock
from ketacare.core.record import (
    Calendar,
    Concentration,
    Diagnosis,
    Fact,
    Infusion,
    InfusionEvent,
    Measurement,
    Medicine,
    Person,
    Score,
    TherapySession,
    TreatmentTrial,
)

Rows = Iterator[tuple[str, Any]]


def write_case(person: Person) -> str:
    """Return the case file of ``person`` as TOML text."""
    clock = Clock(calendar=person.calendar, anchor=person.anchor, zone=None)
    lines = ["format = 1", "", "[person]", *_lines(_person(person), clock)]
    tables: list[tuple[str, Any, Any]] = [
        ("diagnosis", person.diagnoses, _diagnosis),
        ("trial", person.trials, _trial),
        ("medicine", person.medicines, _medicine),
        ("fact", person.facts, _fact),
        ("measurement", person.measurements, _measurement),
        ("infusion", person.infusions, _infusion),
        ("concentration", person.concentrations, _concentration),
        ("therapy", person.therapy, _therapy),
        ("score", person.scores, _score),
    ]
    for name, items, rows in tables:
        for item in items:
            lines += ["", f"[[{name}]]", *_lines(rows(item), clock)]
            for event in getattr(item, "events", ()):
                lines += ["", f"[[{name}.event]]", *_lines(_event(event), clock)]
    return "\n".join(lines) + "\n"


def _lines(rows: Rows, clock: Clock) -> list[str]:
    lines = []
    for key, value in rows:
        if value is None or (value == "" and key != "value"):
            continue
        if isinstance(value, datetime) and key != "anchor":
            lines.append(f"{clock.key(key)} = {_time(value, clock)}")
        else:
            lines.append(f"{key} = {_value(value)}")
    return lines


def _time(at: datetime, clock: Clock) -> str:
    if clock.calendar is Calendar.DATES or clock.anchor is None:
        return at.isoformat()
    return repr((at - clock.anchor) / timedelta(days=1))


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (StrEnum, str)):
        return _text(str(value))
    if isinstance(value, tuple):
        return "[" + ", ".join('""' if v is None else str(v) for v in value) + "]"
    if isinstance(value, (int, float)):
        return repr(value)
    return str(value.isoformat())


def _text(text: str) -> str:
    """Return a TOML basic string (TOML 1.0, section String)."""
    escaped = "".join(_ESCAPES.get(c) or (f"\\u{ord(c):04X}" if _hidden(c) else c) for c in text)
    return f'"{escaped}"'


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _hidden(character: str) -> bool:
    return ord(character) < 0x20 or ord(character) == 0x7F


def _with(unit: str, value: float | None) -> str | None:
    return None if value is None else f"{value!r} {unit}"


def _person(person: Person) -> Rows:
    yield "id", person.id
    yield "label", person.label
    yield "sex", person.sex
    yield "birth_date", person.birth_date
    yield "age", _with("year", person.age_years)
    yield "calendar", person.calendar
    yield "anchor", person.anchor


def _diagnosis(item: Diagnosis) -> Rows:
    yield "name", item.name
    yield "code", item.code
    yield "confirmed_by", item.confirmed_by
    yield "confirmed_on", item.confirmed_on
    yield "in_person", item.in_person
    yield "primary", item.primary
    yield "since", item.since


def _trial(item: TreatmentTrial) -> Rows:
    yield "id", item.id
    yield "treatment", item.treatment
    yield "name", item.name
    yield "dose", _with("mg/day", item.dose_mg_per_day)
    yield "time_at_dose", _with("wk", item.weeks_at_dose)
    yield "started", item.started
    yield "ended", item.ended
    yield "ongoing", item.ongoing
    yield "adherence", item.adherence
    yield "outcome", item.outcome
    yield "end_reason", item.end_reason
    yield "sessions", item.sessions
    yield "duration", _with("wk", item.weeks)
    yield "disorder_specific", item.disorder_specific
    yield "exposure_delivered", item.exposure_delivered
    yield "therapist_qualified", item.therapist_qualified
    yield "homework", _with("1", item.homework_fraction)
    yield "role", item.role
    yield "added_to", item.added_to or None
    yield "optimised", item.optimised
    yield "certainty", item.certainty
    yield "recorded_by", item.recorded_by
    yield "note", item.note


def _medicine(item: Medicine) -> Rows:
    yield "ingredient", item.ingredient
    yield "name", item.name
    yield "dose", _with("mg/day", item.mg_per_day)
    yield "since", item.since
    yield "until", item.until
    yield "last_taken", item.last_taken
    yield "as_needed", item.as_needed


def _fact(item: Fact) -> Rows:
    yield "code", item.code
    yield "value", f"{item.value!r} {item.unit}" if item.unit else item.value
    yield "at", item.at
    yield "by", item.by
    yield "note", item.note


def _measurement(item: Measurement) -> Rows:
    yield "kind", item.kind
    yield "value", _with(item.kind.unit, item.value)
    yield "at", item.at
    yield "origin", item.origin
    yield "by", item.by


def _infusion(item: Infusion) -> Rows:
    yield "at", item.at
    yield "dose", _with("mg", item.dose_mg)
    yield "duration", _with("min", item.minutes)
    yield "weight", _with("kg", item.weight_kg)
    yield "route", item.route
    yield "drug", item.drug
    yield "completed", item.completed
    yield "note", item.note


def _concentration(item: Concentration) -> Rows:
    yield "at", item.at
    yield "analyte", item.analyte
    yield "value", _with(item.unit, item.value)
    yield "lloq", _with(item.unit, item.lloq)
    yield "site", item.site
    yield "arm", item.arm
    yield "note", item.note


def _event(item: InfusionEvent) -> Rows:
    yield "kind", item.kind
    yield "at", item.at
    yield "rate", _with("mg/h", item.mg_per_h)
    yield "reason", item.reason
    yield "by", item.by


def _therapy(item: TherapySession) -> Rows:
    yield "kind", item.kind
    yield "at", item.at
    yield "duration", _with("min", item.minutes)
    yield "attended", item.attended
    yield "structured", item.structured
    yield "by", item.by
    yield "note", item.note


def _score(item: Score) -> Rows:
    yield "instrument", item.instrument
    yield "at", item.at
    yield "total", item.total
    yield "items", item.items
    yield "rater", item.rater
    yield "wording", item.wording
