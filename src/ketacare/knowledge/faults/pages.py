"""Cards of ``docs/cards`` that no longer say what the content says."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.showing import cards_as_pages

_REMEDY = "run: ketacare knowledge cards docs/cards"


def folder_of_cards() -> Path | None:
    """Return the folder of cards of this checkout, or ``None`` where only the program is installed."""
    root = Path(str(files("ketacare"))).parents[1]
    folder = root / "docs" / "cards"
    return folder if (root / "pyproject.toml").exists() and folder.is_dir() else None


def cards_not_current(folder: Path, results: Iterable[CheckResult]) -> list[CheckResult]:
    """Return every card that differs from its content, is missing, or has no content any more."""
    pages = cards_as_pages(results)
    found = []
    for path, text in pages.items():
        file = folder / path
        if not file.exists():
            found.append(_stale(path, "no page"))
        elif file.read_text(encoding="utf-8") != text:
            found.append(_stale(path, "another text"))
    for file in sorted(folder.rglob("*.md")):
        path = file.relative_to(folder).as_posix()
        if path not in pages:
            found.append(_stale(path, "a page without content"))
    return found


def _stale(path: str, found: str) -> CheckResult:
    return CheckResult(
        file=f"docs/cards/{path}",
        name="the card is current",
        passed=False,
        expected=f"what the content says now; {_REMEDY}",
        found=found,
    )
