"""Content that changed while its version stayed the same.

``docs/knowledge.lock`` keeps, for every file of content, a digest of what it says in its version and
of what it says from each later day. Content that differs under the same version is a fault: nobody
who read that version would learn of the change. What a second person checked, and the file's own
checks and comments, are not part of what it says; ``sources.toml`` has no version and is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.showing import KnowledgeText

Lock = dict[tuple[str, str, str], str]
"""Digest by path, version, and day from which it applies (empty: from the beginning)."""

_APART = frozenset({"check", "status", "checked_by", "checked_on"})
_NAME = "content and version change together"
_HEAD = (
    "# What each file of content says in its version: path, version, day, digest.",
    "# Written by 'ketacare knowledge lock'; a changed digest under one version is refused.",
)


def lock_of_checkout() -> Path | None:
    """Return where the lock of this checkout is, or ``None`` where only the program is installed."""
    root = Path(str(files("ketacare"))).parents[1]
    return root / "docs" / "knowledge.lock" if (root / "pyproject.toml").exists() else None


def lock_of(texts: Sequence[KnowledgeText]) -> Lock:
    """Return the digests of all content that has a version."""
    lock: Lock = {}
    for file in texts:
        version, first = str(file.table.get("version", "")), file.table.get("since")
        if not version:
            continue
        said = {key: value for key, value in file.table.items() if key not in _APART}
        later: dict[str, list[Any]] = {}
        if type(first) is date:
            for day, where, entry in _later(said, first):
                later.setdefault(day, []).append([where, entry])
            said = _without_later(said, first)
        lock[file.path, version, ""] = _digest(said)
        lock |= {(file.path, version, day): _digest(entries) for day, entries in later.items()}
    return lock


def read_lock(text: str) -> Lock:
    """Return a lock as it was written."""
    rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {(path, ver, "" if day == "-" else day): digest for path, ver, day, digest in rows}


def write_lock(lock: Lock) -> str:
    """Return a lock as text, one digest on a line.

    >>> read_lock(write_lock({("a.toml", "1", ""): "0f"}))
    {('a.toml', '1', ''): '0f'}
    """
    rows = [f"{path} {ver} {day or '-'} {lock[path, ver, day]}" for path, ver, day in sorted(lock)]
    return "\n".join((*_HEAD, *rows)) + "\n"


def changes_without_version(old: Lock, new: Lock) -> list[CheckResult]:
    """Return every content that says something else, or no longer something, in one version."""
    versions = {(path, version) for path, version, _ in new}
    return [
        CheckResult(
            file=path,
            name=_NAME,
            passed=False,
            expected="a higher version, told under Knowledge in CHANGELOG.md; then "
            "'ketacare knowledge lock'",
            found=f"the content{f' from {day}' if day else ''} "
            f"{'changed' if (path, version, day) in new else 'is gone'}, "
            f"but the version is still {version}",
        )
        for (path, version, day), digest in sorted(old.items())
        if (path, version) in versions and new.get((path, version, day)) != digest
    ]


def lock_not_current(old: Lock, new: Lock) -> list[CheckResult]:
    """Return what changed without a version, and which files the lock does not know as they are."""
    changed = changes_without_version(old, new)
    known = {result.file for result in changed}
    moved = sorted({path for path, *_ in old.keys() ^ new.keys()} - known)
    return changed + [
        CheckResult(
            file=path,
            name="the lock knows every version",
            passed=False,
            expected="its version and days in docs/knowledge.lock",
            found="other ones: run 'ketacare knowledge lock'",
        )
        for path in moved
    ]


def _is_later(value: Any, first: date) -> bool:
    return (
        isinstance(value, Mapping)
        and type(value.get("since")) is date
        and bool(value["since"] > first)
    )


def _later(value: Any, first: date, where: str = "") -> Iterator[tuple[str, str, Any]]:
    """Yield day, place and content of every entry that begins after the file."""
    if isinstance(value, Mapping):
        if _is_later(value, first):
            yield value["since"].isoformat(), where, value
            return
        for key, each in value.items():
            yield from _later(each, first, f"{where}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from _later(each, first, where)


def _without_later(value: Any, first: date) -> Any:
    if isinstance(value, Mapping):
        kept = {k: v for k, v in value.items() if not _is_later(v, first)}
        return {key: _without_later(each, first) for key, each in kept.items()}
    if isinstance(value, list):
        return [_without_later(each, first) for each in value if not _is_later(each, first)]
    return value


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return sha256(text.encode()).hexdigest()[:16]
