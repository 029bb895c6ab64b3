"""Values that change by date: a new entry is added, the old one keeps answering for its days.

A site changes a threshold by adding an entry with its ``since``; nothing is overwritten, so a
finding of last month can be computed again with the limit of last month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Self

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.core.sources import Sourced

_SPOKEN = {
    "1/min (beats)": "beats per minute",
    "1/min (breaths)": "breaths per minute",
    "degC": "°C",
    "xULN": "times the upper limit of normal",
    "point": "points",
    "year": "years",
    "d": "days",
    "wk": "weeks",
    "count": "",
}


def spoken(value: float, unit: str) -> str:
    """Return a number with its unit as it is said: ``"180 mmHg"``, ``"94%"``, ``"14 days"``.

    >>> spoken(1, "d")
    '1 day'
    """
    number = f"{value:.4g}"
    if unit == "%":
        return f"{number}%"
    word = _SPOKEN.get(unit, unit)
    if value == 1 and word in {"points", "years", "days", "weeks"}:
        word = word[:-1]
    return f"{number} {word}".rstrip()


class Said(str):
    """A number with its unit as said; ``{name:number}`` in a sentence gives the number alone."""

    __slots__ = ("number",)
    number: str

    def __new__(cls, value: float, unit: str) -> Self:
        """Return the number as said, remembering it without its unit."""
        made = super().__new__(cls, spoken(value, unit))
        made.number = f"{value:.4g}"
        return made

    def __format__(self, spec: str, /) -> str:
        return self.number if spec == "number" else super().__format__(spec)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One value of a limit and the first day it applies."""

    since: date
    number: Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A limit with its history, oldest entry first."""

    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        if not self.entries:
            raise KnowledgeError(
                ErrorCode.MISSING_KEY, "a limit without any entry says nothing; add one with since"
            )
        days = [entry.since for entry in self.entries]
        if any(later <= earlier for earlier, later in pairwise(days)):
            raise KnowledgeError(
                ErrorCode.CONTRADICTION,
                f"entries begin on {', '.join(map(str, days))}; order them by since, oldest first",
            )
        if len({entry.number.unit for entry in self.entries}) > 1:
            raise KnowledgeError(
                ErrorCode.UNIT_MISMATCH, "entries of one limit use different units; keep to one"
            )

    def on(self, day: date) -> Sourced:
        """Return the value that applied on ``day``.

        Before the first entry the first one answers: no older policy exists to ask.
        """
        chosen = self.entries[0]
        for entry in self.entries:
            if entry.since <= day:
                chosen = entry
        return chosen.number
