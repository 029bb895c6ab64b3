"""Walks through every table of a knowledge file, and writes down a fault where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.showing import KnowledgeText


def tables(value: Any, where: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every table below ``value`` with its place; a file's own checks are left out."""
    if isinstance(value, Mapping):
        yield where, value
        for key, inside in value.items():
            if key != "check":
                yield from tables(inside, f"{where}.{key}" if where else key)
    elif isinstance(value, list):
        for number, inside in enumerate(value, start=1):
            yield from tables(inside, f"{where}[{number}]")


def fault(file: KnowledgeText, where: str, *, expected: str, found: str) -> CheckResult:
    """Return a failed result that names the place."""
    return CheckResult(
        file=file.path, name=where or "the file", passed=False, expected=expected, found=found
    )
