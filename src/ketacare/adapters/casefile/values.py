"""Reads single values of a case file: optional keys, quantities with units, names with near ones.

Everything is refused in one sentence that names what is wrong and what to write instead.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Vital
from ketacare.core.units import Quantity, dimension, known_units, parse_quantity
from ketacare.knowledge.reading import Section

T = TypeVar("T")

# How people write units that the closed set knows under a shorter name.
_SPELLINGS = {
    "week": "wk",
    "weeks": "wk",
    "day": "d",
    "days": "d",
    "hour": "h",
    "hours": "h",
    "minute": "min",
    "minutes": "min",
    "years": "year",
    "mg/d": "mg/day",
    "°C": "degC",
    "points": "point",
}
# Beats and breaths are told apart by what is measured, so a bare "/min" is enough.
_PER_MINUTE = ("bpm", "/min", "1/min", "beats/min", "breaths/min")
_PARTS = re.compile(r"^\s*(?P<value>[-+]?[\d.]+(?:[eE][-+]?\d+)?)(?![\d.])\s*(?P<unit>\S.*?)\s*$")


def optional(part: Section, key: str, read: Callable[[str], T]) -> T | None:
    """Return what ``read`` makes of ``key``, or ``None`` when the key is not there."""
    if key in part:
        return read(key)
    part.raw(key, None)
    return None


def read_quantity(part: Section, key: str, unit: str, *, zero: bool = False, example: str) -> float:
    """Return a quantity in ``unit``; refuse a bare number, another dimension, a negative value."""
    text = part.raw(key)
    if not isinstance(text, str):
        raise part.error(
            ErrorCode.WRONG_TYPE,
            key,
            f'{text!r} has no unit; write a text with its unit, for example "{example}"',
        )
    value = _in_unit(part, key, text, unit, example)
    if value < 0 or (value == 0 and not zero):
        wanted = "zero or more" if zero else "more than zero"
        raise part.error(
            ErrorCode.OUT_OF_RANGE,
            key,
            f'"{text}" must be {wanted}; correct it, or leave the key out if it is not known',
        )
    return value


def optional_quantity(
    part: Section, key: str, unit: str, *, zero: bool = False, example: str
) -> float | None:
    """Return a quantity that may be missing."""
    return optional(part, key, lambda k: read_quantity(part, k, unit, zero=zero, example=example))


def read_vital(part: Section, key: str, kind: Vital) -> float:
    """Return a measured value in the unit of its kind."""
    return read_quantity(part, key, kind.unit, zero=True, example=f"{_EXAMPLES[kind]}")


def split_unit(text: str) -> Quantity | None:
    """Return ``text`` as a quantity when it is one, else ``None``: for answers that may be words."""
    match = _PARTS.match(text)
    if match is None:
        return None
    unit = _SPELLINGS.get(match["unit"], match["unit"])
    return parse_quantity(f"{match['value']} {unit}") if unit in known_units() else None


def _in_unit(part: Section, key: str, text: str, unit: str, example: str) -> float:
    match = _PARTS.match(text)
    written = match["unit"] if match else ""
    spelled = _SPELLINGS.get(written, written)
    if dimension(unit) in {"heart rate", "respiratory rate"} and written in _PER_MINUTE:
        spelled = unit
    try:
        quantity = parse_quantity(f"{match['value']} {spelled}" if match else text)
        # No factor where none is needed: what is written in the record's unit stays exact.
        return quantity.value if quantity.unit == unit else quantity.to(unit)
    except (InputError, ValueError) as error:
        if isinstance(error, InputError) and error.code is ErrorCode.BAD_FORMAT:
            sentence = f'"{text}" is not a number with a unit; write for example "{example}"'
            raise part.error(error.code, key, sentence) from error
        code = error.code if isinstance(error, InputError) else ErrorCode.BAD_FORMAT
        raise part.error(
            code,
            key,
            f'"{text}" is not a {dimension(unit)}; give it in {unit}, for example "{example}"',
        ) from error


def read_name(part: Section, key: str, known: Iterable[str], what: str) -> str:
    """Return a name out of ``known``; the refusal lists near ones, or all when they are few."""
    name, names = part.text(key), list(known)
    if name in names:
        return name
    near = difflib.get_close_matches(name.casefold(), names, n=3, cutoff=0.6)
    if near:
        advice = f"did you mean {' or '.join(near)}?"
    elif len(names) <= 12:
        advice = f"known are {', '.join(names)}"
    else:
        advice = "see docs/case-file.md for the list"
    raise part.error(ErrorCode.UNKNOWN_NAME, key, f'{what} "{name}" is not known; {advice}')


_EXAMPLES = {
    Vital.SYSTOLIC: "128 mmHg",
    Vital.DIASTOLIC: "82 mmHg",
    Vital.HEART_RATE: "72 /min",
    Vital.SPO2: "97 %",
    Vital.RESPIRATORY_RATE: "14 /min",
    Vital.TEMPERATURE: "36.8 degC",
    Vital.WEIGHT: "68 kg",
    Vital.HEIGHT: "172 cm",
    Vital.MOAAS: "5 point",
    Vital.CADSS: "12 point",
    Vital.CADSS6: "4 point",
    Vital.DISTRESS: "3 point",
    Vital.NAUSEA: "1 point",
    Vital.PAIN: "0 point",
}
