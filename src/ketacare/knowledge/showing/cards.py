"""What a card is made of: blocks of sentences, lists and tables, a standing, checks and citations.

A card holds everything a reader needs to judge one piece of content, as plain text in order. How
it looks on a terminal, on a page or as JSON is decided by whoever prints it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ketacare.core.sources import Source, Status
from ketacare.knowledge.checks import CheckResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table of texts: one header for each column, rows of the same length."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One part of a card; ``level`` 2 is a heading of the card, 3 and more are parts of it."""

    title: str
    level: int = 2
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    grid: Grid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far the content has been checked, by whom, and since when it applies."""

    version: str
    status: Status | None
    since: date | None
    checked_by: str
    checked_on: date | None

    def sentences(self) -> Iterator[str]:
        """Yield what a reader has to know before using the content."""
        if self.status is Status.VERIFIED:
            yield f"Verified: {self.checked_by} compared it with its sources on {self.checked_on}."
        elif self.status is Status.CANDIDATE:
            yield "Candidate: nobody has compared it with its sources yet."
        if self.version and self.since:
            yield f"Version {self.version}, in force since {self.since}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One piece of clinical content as a reader wants it."""

    kind: str
    id: str
    title: str
    file: str
    standing: Standing
    blocks: tuple[Block, ...]
    checks: tuple[CheckResult, ...]
    sources: tuple[Source, ...]

    @property
    def verdict(self) -> str:
        """Return in one sentence whether the content's own checks pass."""
        if not self.checks:
            return "It carries no checks of its own."
        failed = sum(not check.passed for check in self.checks)
        number = len(self.checks)
        if failed:
            return f"{failed} of {number} checks fail."
        return "Its one check passes." if number == 1 else f"All {number} checks pass."
