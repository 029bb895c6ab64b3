"""Runs every check the knowledge files carry about themselves, and counts what is verified.

Each module of ``knowledge.loading`` offers ``check_all``; they are found, not listed, so that a
new kind of file cannot be forgotten. A file that does not load is a failed check, not a crash.
"""

from __future__ import annotations

import importlib
import pkgutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from ketacare.core.errors import KetacareError
from ketacare.core.sources import Status
from ketacare.knowledge import loading
from ketacare.knowledge.checks import CheckResult


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeFile:
    """One file with its head, as far as it has one."""

    path: str
    id: str
    title: str
    version: str
    status: Status | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """All results by kind of file, and all files."""

    results: dict[str, tuple[CheckResult, ...]]
    files: tuple[KnowledgeFile, ...]

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """Return the checks that failed."""
        return tuple(r for found in self.results.values() for r in found if not r.passed)

    @property
    def count(self) -> int:
        """Return how many checks were run."""
        return sum(len(found) for found in self.results.values())

    def having(self, status: Status) -> int:
        """Return how many files have ``status``."""
        return sum(file.status is status for file in self.files)


def check_everything() -> CheckReport:
    """Return the results of all checks of all knowledge files."""
    results = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(loading.__path__)):
        found = _check_module(module)
        if found is not None:
            results[module] = found
    return CheckReport(results=results, files=tuple(knowledge_files()))


def _check_module(name: str) -> tuple[CheckResult, ...] | None:
    module = importlib.import_module(f"{loading.__name__}.{name}")
    check = getattr(module, "check_all", None)
    if check is None:
        return None
    try:
        return tuple(check())
    except KetacareError as error:
        failure = CheckResult(
            file=error.source or name,
            name="loads",
            passed=False,
            expected="a file without mistakes",
            found=str(error),
        )
        return (failure,)


def knowledge_files() -> Iterator[KnowledgeFile]:
    """Yield every knowledge file by path, with what its head says."""
    for path, file in sorted(_tree(files("ketacare.knowledge"), "")):
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        status = table.get("status")
        yield KnowledgeFile(
            path=path,
            id=str(table.get("id", "")),
            title=str(table.get("title", "")),
            version=str(table.get("version", "")),
            status=Status(status) if status in set(Status) else None,
        )


def _tree(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _tree(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".toml"):
            yield f"{prefix}{entry.name}", entry
