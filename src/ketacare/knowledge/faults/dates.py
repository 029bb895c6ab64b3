"""Dated content that answers twice for one day: the case of one day must have one answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.faults.walking import fault, tables
from ketacare.knowledge.showing import KnowledgeText


def overlapping_dates(texts: Sequence[KnowledgeText]) -> list[CheckResult]:
    """Return entries of one limit that begin on one day or out of order, and two files of one id.

    An entry applies from its ``since`` to the day before the next one, or to its own ``until``.
    """
    found = []
    for file in texts:
        for where, table in tables(file.table):
            for key, value in table.items():
                if _is_history(value):
                    place = f"{where}.{key}" if where else key
                    found += [
                        fault(file, place, expected="one answer for each day", found=problem)
                        for problem in _overlaps(value)
                    ]
    return found + _twins(texts)


def _is_history(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(isinstance(v, Mapping) and isinstance(v.get("since"), date) for v in value)
        # Entries with a name, or bands with limits of their own, stand side by side in time.
        and not any({"id", "low"} & set(v) for v in value)
    )


def _overlaps(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    found = []
    for earlier, later in pairwise(entries):
        if later["since"] <= earlier["since"]:
            found.append(
                f"an entry since {later['since']} after one since {earlier['since']}; "
                "order them oldest first, each on its own day"
            )
        until = earlier.get("until")
        if isinstance(until, date) and until >= later["since"]:
            found.append(f"an entry until {until}, and the next one since {later['since']}")
    return found


def _twins(texts: Sequence[KnowledgeText]) -> list[CheckResult]:
    """Return files that share an id and begin on the same day."""
    seen: dict[tuple[Any, Any], str] = {}
    found = []
    for file in texts:
        name = (file.table.get("id"), file.table.get("since"))
        if not isinstance(name[0], str) or not isinstance(name[1], date):
            continue
        if name in seen:
            found.append(
                fault(
                    file,
                    "id",
                    expected="one file for an id and a day",
                    found=f'"{name[0]}" since {name[1]} also stands in {seen[name]}',
                )
            )
        seen.setdefault(name, file.path)
    return found
