"""Runs every check the knowledge files carry about themselves, and counts what is verified.

Each module of ``knowledge.loading`` offers ``check_all``; they are found, not listed, so that a
new kind of file cannot be forgotten. A file that does not load is a failed check, not a crash.
Beside them stand faults no file can see by itself (``knowledge.faults``) and, in a checkout,
whether the cards of ``docs/cards`` are current, the changelog tells every new version, and no
content changed under the version it has in ``docs/knowledge.lock``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ketacare.core.errors import KetacareError
from ketacare.core.sources import Status
from ketacare.knowledge import loading
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.faults import (
    changelog_of_checkout,
    changes_not_told,
    find_faults,
    lock_not_current,
    lock_of,
    lock_of_checkout,
    read_lock,
)
from ketacare.knowledge.faults.pages import cards_not_current, folder_of_cards
from ketacare.knowledge.showing import knowledge_texts

_CURRENT = CheckResult(
    file="docs/cards",
    name="every card is current",
    passed=True,
    expected="what the content says",
    found="what the content says",
)
_TOLD = CheckResult(
    file="CHANGELOG.md",
    name="every new version is told under Knowledge",
    passed=True,
    expected="every new version",
    found="every new version",
)
_LOCKED = CheckResult(
    file="docs/knowledge.lock",
    name="content and version change together",
    passed=True,
    expected="every version as it was locked",
    found="every version as it was locked",
)


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


def check_everything(cards: Path | None = None) -> CheckReport:
    """Return the results of all checks of all knowledge files.

    ``cards`` is the folder of cards, by default that of the checkout; an installed program has
    none, and then cards are not looked at.
    """
    results = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(loading.__path__)):
        found = _check_module(module)
        if found is not None:
            results[module] = found
    texts = knowledge_texts()
    results["faults"] = tuple(find_faults(texts))
    changelog = changelog_of_checkout()
    if changelog is not None:
        results["changelog"] = tuple(changes_not_told(changelog, texts)) or (_TOLD,)
    lock = lock_of_checkout()
    if lock is not None:
        old = read_lock(lock.read_text(encoding="utf-8")) if lock.is_file() else {}
        results["lock"] = tuple(lock_not_current(old, lock_of(texts))) or (_LOCKED,)
    folder = folder_of_cards() if cards is None else cards
    # A card shows the results of the files' own checks: while one fails, no card can be current.
    apart = {"faults", "changelog", "lock"}
    own = [r for kind, found in results.items() if kind not in apart for r in found]
    if folder is not None and all(result.passed for result in own):
        results["cards"] = tuple(cards_not_current(folder, own)) or (_CURRENT,)
    return CheckReport(results=results, files=tuple(knowledge_files()))


def check_loaders() -> tuple[CheckResult, ...]:
    """Return the results of the checks that stand in the files themselves."""
    names = sorted(m.name for m in pkgutil.iter_modules(loading.__path__))
    return tuple(result for name in names for result in _check_module(name) or ())


def check_folder(folder: str) -> tuple[CheckResult, ...]:
    """Return the results of the checks that can concern files of one top folder."""
    results: list[CheckResult] = []
    for name in sorted(m.name for m in pkgutil.iter_modules(loading.__path__)):
        module = importlib.import_module(f"{loading.__name__}.{name}")
        own = getattr(module, "FOLDER", getattr(module, "_FOLDER", folder))
        if own.partition("/")[0] == folder:
            results += _check_module(name) or ()
    return tuple(results)


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
    for file in knowledge_texts():
        status = file.table.get("status")
        yield KnowledgeFile(
            path=file.path,
            id=str(file.table.get("id", "")),
            title=str(file.table.get("title", "")),
            version=str(file.table.get("version", "")),
            status=Status(status) if status in set(Status) else None,
        )
