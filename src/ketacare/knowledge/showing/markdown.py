"""Writes a card as Markdown: the page in ``docs/cards`` that a clinician reads and signs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ketacare.knowledge.showing.cards import Block, Card, Grid
from ketacare.knowledge.showing.figures import sentence, without_noise


def to_markdown(card: Card) -> str:
    """Return the page of one card; the same card is the same text on every machine."""
    return "\n".join(_lines(card)).rstrip("\n") + "\n"


def _lines(card: Card) -> Iterator[str]:
    yield f"# {card.title}"
    yield ""
    yield (
        f"`{card.id}`, from `knowledge/{card.file}`. "
        "Written by `ketacare knowledge cards`; edit the knowledge file instead."
    )
    yield ""
    yield " ".join(card.standing.sentences())
    for block in card.blocks:
        yield from _block(block)
    yield from _checks(card)
    yield from _sources(card)


def _block(block: Block) -> Iterator[str]:
    yield ""
    yield f"{'#' * min(block.level, 6)} {block.title}"
    for paragraph in block.paragraphs:
        yield ""
        yield paragraph
    if block.items:
        yield ""
        yield from (f"- {item}" for item in block.items)
    if block.grid is not None and block.grid.rows:
        yield ""
        yield from _table(block.grid)


def _table(grid: Grid) -> Iterator[str]:
    yield _row(grid.headers)
    yield _row(["---"] * len(grid.headers))
    yield from (_row(row) for row in grid.rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_cells(cells))} |"


def _cells(cells: Iterable[str]) -> Iterator[str]:
    for cell in cells:
        yield cell.replace("|", "\\|").replace("\n", " ")


def _checks(card: Card) -> Iterator[str]:
    yield ""
    yield "## Its own checks"
    yield ""
    yield card.verdict
    if card.checks:
        yield ""
        headers = ("check", "expected", "found", "passes")
        rows = tuple(
            (
                check.name,
                without_noise(check.expected),
                without_noise(check.found),
                "yes" if check.passed else "NO",
            )
            for check in card.checks
        )
        yield from _table(Grid(headers=headers, rows=rows))


def _sources(card: Card) -> Iterator[str]:
    if not card.sources:
        return
    yield ""
    yield "## Sources"
    yield ""
    for source in card.sources:
        link = f" <{source.link}>" if source.link else ""
        note = f" {sentence(source.note)}" if source.note else ""
        yield f"- `{source.id}`: {source.citation}{link}{note}"
