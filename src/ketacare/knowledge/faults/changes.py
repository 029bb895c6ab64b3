"""Changes of content that the changelog does not tell.

Content that is no longer in its first version changed after somebody may have read it. People who do
not read code learn of it under "Knowledge" in the changelog, where its id stands with the version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.showing import KnowledgeText

_FIRST = frozenset({"1", "1.0"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_KNOWLEDGE = re.compile(r"^### Knowledge$(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)


def changelog_of_checkout() -> str | None:
    """Return the changelog of this checkout, or ``None`` where only the program is installed."""
    root = Path(str(files("ketacare"))).parents[1]
    file = root / "CHANGELOG.md"
    if not (root / "pyproject.toml").exists() or not file.is_file():
        return None
    return file.read_text(encoding="utf-8")


def changes_not_told(changelog: str, texts: Sequence[KnowledgeText]) -> list[CheckResult]:
    """Return every file whose version, or a value that begins later, is not told in ``changelog``.

    A version is told as ```dose.step` 2``, a later value by the id and its day in one entry.
    """
    entries = [
        " ".join(entry.split())
        for section in _KNOWLEDGE.findall(changelog)
        for entry in re.split(r"^- ", section, flags=re.MULTILINE)
    ]
    return [
        _untold(file, wanted)
        for file in texts
        for wanted in sorted(_wanted(file.table))
        if not any(_tells(entry, *wanted) for entry in entries)
    ]


def _wanted(table: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return id and version, and id and day, of what a reader of the first version has not seen."""
    name, version = str(table.get("id", "")), str(table.get("version", ""))
    if not name:
        return set()
    days = {day for day in _days(table) if day > table.get("since", day)}
    versions = {version} - _FIRST - {""}
    return {(name, what) for what in (*versions, *(day.isoformat() for day in days))}


def _days(value: Any) -> Iterator[date]:
    """Yield every day from which something in a table applies."""
    if isinstance(value, Mapping):
        if type(value.get("since")) is date:
            yield value["since"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _days(each)


def _tells(entry: str, name: str, what: str) -> bool:
    if f"`{name}`" not in entry:
        return False
    if _DAY.fullmatch(what):
        return what in entry
    return re.search(rf"`{re.escape(name)}` {re.escape(what)}(?![\w.]*\d)", entry) is not None


def _untold(file: KnowledgeText, wanted: tuple[str, str]) -> CheckResult:
    name, what = wanted
    return CheckResult(
        file=file.path,
        name="the changelog tells the change",
        passed=False,
        expected=f"an entry under Knowledge in CHANGELOG.md that names `{name}` {what}",
        found="no entry",
    )
