"""Writes sourced numbers, dated limits and bare values the way they are read aloud.

A figure is a table with ``value`` and ``unit``; a dated limit is a list of tables with ``since`` and
``number``. Both are recognised by their shape, so that new kinds of files need nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

# Units that are words on a page; all others are read as they are written.
_SPOKEN = {
    "1": "",
    "count": "",
    "point": "points",
    "wk": "weeks",
    "d": "days",
    "year": "years",
    "degC": "°C",
    "1/min (beats)": "beats per min",
    "1/min (breaths)": "breaths per min",
    "xULN": "times the upper limit of normal",
}
_ONE = {
    "points": "point",
    "weeks": "week",
    "days": "day",
    "years": "year",
    "beats per min": "beat per min",
    "breaths per min": "breath per min",
}
# Keys whose words are not the ones a reader knows.
_KNOWN_AS = {
    "n": "Number of people",
    "sd": "Standard deviation",
    "entry_sd": "Standard deviation at entry",
    "loinc": "LOINC",
    "mdc": "MDC code",
    "id": "id",
    "c50": "Half-maximal concentration",
}
_WORD = re.compile(r"(?:a|[a-z]{2,})[\s,:;.]")


def is_figure(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Return whether ``value`` is a number with a unit."""
    return isinstance(value, Mapping) and "value" in value and "unit" in value


def is_dated(value: object) -> bool:
    """Return whether ``value`` is a limit with its history."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(v, Mapping) and set(v) == {"since", "number"} for v in value)
    )


def amount(figure: Mapping[str, Any]) -> str:
    """Return number and unit, ``"140 mmHg"``; a bare ratio or count stands alone."""
    number = figure["value"]
    text = f"{number:g}" if isinstance(number, (int, float)) else str(number)
    unit = _SPOKEN.get(figure["unit"], str(figure["unit"]))
    if number == 1:
        unit = _ONE.get(unit, unit)
    return f"{text} {unit}".strip()


def origin(figure: Mapping[str, Any]) -> str:
    """Return where a number comes from: what kind of number, source, place in it, note."""
    basis = figure.get("basis", "reported")
    place = ", ".join(str(figure[key]) for key in ("source", "locus") if figure.get(key))
    note = f". {sentence(str(figure['note']))}" if figure.get("note") else ""
    return f"{basis}: {place or 'no source'}{note}"


def sentence(text: str) -> str:
    """Return ``text`` with a capital and a full stop."""
    text = text.strip()
    end = "" if text.endswith((".", "!", "?", ":")) else "."
    # "ln(2)" and "x = 3" stay as they are written.
    first = text[:1].upper() if _WORD.match(f"{text} ") else text[:1]
    return f"{first}{text[1:]}{end}"


def rows_of(name: str, value: Any) -> list[tuple[str, str, str]]:
    """Return name, value and origin of a figure, one row for each date of a dated limit."""
    if is_figure(value):
        return [(name, amount(value), origin(value))]
    return [
        (name, f"{amount(entry['number'])} since {entry['since']}", origin(entry["number"]))
        for entry in value
    ]


def words(key: str) -> str:
    """Return a key as words: ``most_missing`` is "Most missing"."""
    if key in _KNOWN_AS:
        return _KNOWN_AS[key]
    text = key.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def said(value: Any) -> str:
    """Return a value without a unit as text."""
    if isinstance(value, Mapping):
        pairs = (f"{words(k).lower()} {said(v)}" for k, v in value.items())
        return amount(value) if is_figure(value) else ", ".join(pairs)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(said(v) for v in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def source_ids_in(value: Any) -> Iterator[str]:
    """Yield every source that ``value`` names, at any depth, in order."""
    if isinstance(value, Mapping):
        for key, inside in value.items():
            if key == "source" and isinstance(inside, str):
                yield inside
            elif key in {"sources", "source"} and isinstance(inside, list):
                yield from (text for text in inside if isinstance(text, str))
            elif key != "check":
                yield from source_ids_in(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from source_ids_in(inside)


# Differences that are rounding noise of the machine must not make a card differ between machines.
_NOISE = re.compile(r"\b\d+(?:\.\d+)?e-(?:0[89]|[1-9]\d)\b")


def without_noise(text: str) -> str:
    """Return ``text`` with numbers below 1e-7 written as such."""
    return _NOISE.sub("under 1e-7", text)
