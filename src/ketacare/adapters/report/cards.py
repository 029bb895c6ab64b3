"""The JSON shape of a card: one piece of clinical content with its standing, checks and sources."""

from __future__ import annotations

from typing import Any

from ketacare.knowledge.showing import Block, Card


def card_shape(card: Card) -> dict[str, Any]:
    """Return a card as JSON values."""
    standing = card.standing
    return {
        "kind": card.kind,
        "id": card.id,
        "title": card.title,
        "file": card.file,
        "version": standing.version or None,
        "status": None if standing.status is None else standing.status.value,
        "since": None if standing.since is None else standing.since.isoformat(),
        "checked_by": standing.checked_by or None,
        "checked_on": None if standing.checked_on is None else standing.checked_on.isoformat(),
        "blocks": [_block(block) for block in card.blocks],
        "checks": [
            {
                "name": check.name,
                "passed": bool(check.passed),  # some checks compare with NumPy
                "expected": check.expected,
                "found": check.found,
            }
            for check in card.checks
        ],
        "verdict": card.verdict,
        "sources": [
            {
                "id": source.id,
                "citation": source.citation,
                "link": source.link or None,
                "note": source.note or None,
            }
            for source in card.sources
        ],
    }


def _block(block: Block) -> dict[str, Any]:
    grid = block.grid
    return {
        "title": block.title,
        "level": block.level,
        "paragraphs": list(block.paragraphs),
        "items": list(block.items),
        "columns": [] if grid is None else list(grid.headers),
        "rows": [] if grid is None else [list(row) for row in grid.rows],
    }
