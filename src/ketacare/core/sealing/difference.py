"""What differs between a sealed record and the same record read again, event by event.

Both sides are events with a key of their own. The answer names the event, the place in it, and both
values, so that a person can see what was changed and judge how.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

KEY = "key"
_ABSENT = object()


class Change(StrEnum):
    """How an event differs."""

    CHANGED = "changed"
    MISSING = "missing"  # it is in the sealed record and no longer there
    ADDED = "added"  # it is there and not in the sealed record


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place in one event; ``sealed`` and ``found`` are ``None`` where the event is not there."""

    key: str
    change: Change
    place: str = ""
    sealed: Any = None
    found: Any = None


def differences(
    sealed: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]
) -> tuple[Difference, ...]:
    """Return every place where ``found`` differs from ``sealed``, in the order of the sealed record.

    Each event carries its name under ``key``. A name that stands twice on one side is compared in
    order of appearance.
    """
    left, right = _named(sealed), _named(found)
    told: list[Difference] = []
    for name, event in left.items():
        other = right.get(name)
        if other is None:
            told.append(Difference(key=name[0], change=Change.MISSING))
            continue
        told += [
            Difference(key=name[0], change=Change.CHANGED, place=place, sealed=one, found=two)
            for place, one, two in _places("", event, other)
        ]
    told += [Difference(key=name[0], change=Change.ADDED) for name in right if name not in left]
    return tuple(told)


def _named(events: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int], Mapping[str, Any]]:
    found: dict[tuple[str, int], Mapping[str, Any]] = {}
    for event in events:
        key, turn = str(event[KEY]), 0
        while (key, turn) in found:
            turn += 1
        found[key, turn] = event
    return found


def _places(where: str, one: Any, two: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        for name in sorted({*one, *two}):
            inner = f"{where}.{name}" if where else name
            yield from _places(inner, one.get(name, _ABSENT), two.get(name, _ABSENT))
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        for index, (first, second) in enumerate(zip(one, two, strict=True)):
            yield from _places(f"{where}[{index}]", first, second)
    elif one is _ABSENT or two is _ABSENT or type(one) is not type(two) or one != two:
        yield where, None if one is _ABSENT else one, None if two is _ABSENT else two
