"""Reads the quantities of the command line: durations, and numbers whose unit may be left out.

``"40min"``, ``"1 h 30 min"`` and ``"3 d"`` are durations. A weight, an age and a height may be given
without a unit (kg, years, cm), because nobody writes them otherwise; nothing else may.
"""

from __future__ import annotations

import math
import re

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.units import Quantity, parse_quantity

_NUMBER = r"\d+(?:\.\d+)?|\.\d+"
_PART = re.compile(rf"\s*(?P<value>{_NUMBER})\s*(?P<unit>[A-Za-z]+)\s*")
_WORDS = {
    "second": "s",
    "seconds": "s",
    "minute": "min",
    "minutes": "min",
    "hour": "h",
    "hours": "h",
    "day": "d",
    "days": "d",
    "week": "wk",
    "weeks": "wk",
    "years": "year",
}
_TIMES = ("s", "min", "h", "d", "wk")


def read_duration(text: str, *, where: str, example: str = "40 min") -> float:
    """Return minutes of ``"40min"`` or ``"1 h 30 min"``; refuse anything else."""
    minutes = duration_in(text)
    if minutes is None:
        raise InputError(
            ErrorCode.BAD_FORMAT,
            f'"{text}" is not a span of time; write a number and s, min, h, d or wk, '
            f'for example "{example}"',
            where=where,
        )
    return minutes


def duration_in(text: str) -> float | None:
    """Return the minutes that ``text`` says, or ``None`` when it is not a span of time."""
    place, minutes = 0, 0.0
    while place < len(text):
        match = _PART.match(text, place)
        if match is None:
            return None
        unit = _WORDS.get(match["unit"], match["unit"])
        if unit not in _TIMES:
            return None
        minutes += Quantity(float(match["value"]), unit).to("min")
        place = match.end()
    return minutes if text.strip() else None


def read_measure(text: str, unit: str, *, where: str, example: str) -> float:
    """Return a weight, age or height in ``unit``, which a bare number is taken to be in."""
    try:
        bare = float(text)
    except ValueError:
        bare = None
    if bare is not None and math.isfinite(bare):
        value = bare
    else:
        try:
            number = text
            for word, short in _WORDS.items():
                number = re.sub(rf"\b{word}\b", short, number)
            value = parse_quantity(number).to(unit)
        except InputError as error:
            raise InputError(
                error.code,
                f'"{text}" is not understood; write for example "{example}"',
                where=where,
            ) from error
    if value <= 0:
        raise InputError(ErrorCode.OUT_OF_RANGE, f'"{text}" must be more than zero', where=where)
    return value
