"""Arranges the entries of files that hold many: treatments, rules of the guideline, sources."""

from __future__ import annotations

from collections.abc import Iterator

from ketacare.knowledge.showing.arranging import FIGURES, arrange_rest
from ketacare.knowledge.showing.cards import Block, Grid
from ketacare.knowledge.showing.catalogue import Piece, knowledge_texts
from ketacare.knowledge.showing.figures import (
    is_figure,
    rows_of,
    said,
    sentence,
    source_ids_in,
    words,
)

_TRIAL = {
    "minimum": "Lowest adequate dose",
    "weeks": "Fewest weeks at that dose",
    "preferred_weeks": "Weeks that are better",
    "highest": "Highest usual dose",
    "lorazepam_mg": "Dose that equals 1 mg of lorazepam",
    "diazepam_mg": "Dose that equals 10 mg of diazepam",
}


def arrange_treatment(piece: Piece) -> Iterator[Block]:
    """Yield the blocks of one treatment."""
    table = dict(piece.table)
    table.pop("id", None)
    table.pop("name", None)
    items = [f"Kind: {words(str(piece.file.table.get('kind', 'not said'))).lower()}"]
    items.append(f"Classes: {', '.join(words(c).lower() for c in table.pop('classes', []))}")
    if aliases := table.pop("aliases", []):
        items.append(f"Also called: {', '.join(aliases)}")
    if substance := table.pop("substance", ""):
        items.append(f"Same substance as: {substance}")
    note = str(table.pop("note", ""))
    yield Block(title="What it is", items=tuple(items), paragraphs=(note,) if note else ())
    figures = [
        row
        for key, label in _TRIAL.items()
        if is_figure(table.get(key))
        for row in rows_of(label, table.pop(key))
    ]
    counts, why = table.pop("counts", True), str(table.pop("counts_note", ""))
    sentences = []
    if not figures and "course" not in table:
        sentences.append("No adequate trial of it is defined here; it is recorded by name only.")
    elif not counts:
        sentences.append("A trial of it does not count towards treatment resistance.")
    if why:
        sentences.append(sentence(why))
    yield Block(
        title="An adequate trial",
        paragraphs=tuple(sentences),
        grid=Grid(headers=FIGURES, rows=tuple(figures)) if figures else None,
    )
    yield from arrange_rest(table)


def arrange_adaptive(piece: Piece) -> Iterator[Block]:
    """Yield the blocks of one rule of the guideline."""
    table = dict(piece.table)
    for key in ("id", "title"):
        table.pop(key, None)
    when = dict(table.pop("when", {}))
    yield Block(
        title="What it says",
        paragraphs=(str(table.pop("sentence", "")),),
        items=tuple(table.pop("options", [])),
    )
    if when:
        yield Block(
            title="When it applies",
            items=tuple(f"{words(key)}: {said(value)}" for key, value in when.items()),
        )
    rests = [f"Evidence: {table.pop('evidence', 'not said')}"]
    place = ", ".join(str(table.pop(k)) for k in ("source", "locus") if table.get(k))
    rests.append(f"Source: {place or 'none'}")
    if note := table.pop("note", ""):
        rests.append(f"Note: {note}")
    yield Block(title="What it rests on", items=tuple(rests))
    yield from arrange_rest(table)


def arrange_source(piece: Piece) -> Iterator[Block]:
    """Yield the blocks of one source: its citation, and the files that refer to it."""
    table = dict(piece.table)
    doi, address = str(table.get("doi", "")), str(table.get("url", ""))
    items = [f"https://doi.org/{doi}" if doi else address]
    if table.get("note"):
        items.append(sentence(str(table["note"])))
    yield Block(
        title="Citation",
        paragraphs=(str(table["citation"]),),
        items=tuple(item for item in items if item),
    )
    users = [
        file.path
        for file in knowledge_texts()
        if file.path != "sources.toml" and piece.id in set(source_ids_in(file.table))
    ]
    yield Block(title="Files that refer to it", items=tuple(users) or ("none",))
