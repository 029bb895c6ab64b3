"""Puts a card together: the dossier, the kind's own blocks, the checks' results, the citations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from ketacare.core.sources import Source, Status
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.sources import load_sources
from ketacare.knowledge.showing.arranging import HEAD, arrange_rest
from ketacare.knowledge.showing.cards import Block, Card, Standing
from ketacare.knowledge.showing.catalogue import KnowledgeText, Piece
from ketacare.knowledge.showing.dossier import read_dossier
from ketacare.knowledge.showing.drugs import arrange_drug
from ketacare.knowledge.showing.entries import (
    arrange_adaptive,
    arrange_source,
    arrange_treatment,
)
from ketacare.knowledge.showing.figures import source_ids_in
from ketacare.knowledge.showing.instruments import arrange_instrument
from ketacare.knowledge.showing.rules import arrange_fact, arrange_rule, arrange_rule_list

_ARRANGED: dict[str, Callable[[Piece], Iterator[Block]]] = {
    "adaptive": arrange_adaptive,
    "drugs": arrange_drug,
    "effects": arrange_drug,
    "facts": arrange_fact,
    "instruments": arrange_instrument,
    "rules": arrange_rule,
    "sources": arrange_source,
    "treatments": arrange_treatment,
}


# A file of a kind whose other files are read as they stand.
_ARRANGED_BY_ID = {"safety_rule_list": arrange_rule_list}


def card_of(piece: Piece, results: Iterable[CheckResult]) -> Card:
    """Return the card of one piece; ``results`` may be those of all files."""
    return Card(
        kind=piece.kind,
        id=piece.id,
        title=piece.title,
        file=piece.file.path,
        standing=_standing(piece.file),
        blocks=(*_dossier(piece), *_blocks(piece)),
        checks=tuple(_checks(piece, results)),
        sources=tuple(_sources(piece)),
    )


def _standing(file: KnowledgeText) -> Standing:
    head = file.table
    status, since, checked = head.get("status"), head.get("since"), head.get("checked_on")
    return Standing(
        version=str(head.get("version", "")) if status else "",
        status=Status(status) if status in set(Status) else None,
        since=since if isinstance(since, date) else None,
        checked_by=str(head.get("checked_by", "")),
        checked_on=checked if isinstance(checked, date) else None,
    )


def _dossier(piece: Piece) -> Iterator[Block]:
    if piece.kind in {"facts", "sources"}:
        return
    parts = read_dossier(piece.file.text)
    title = (
        f"About the whole file: {piece.file.table.get('title', '')}"
        if piece.is_entry
        else "Dossier"
    )
    prose = tuple(part.text for part in parts if not part.label)
    named = tuple(f"{part.label}: {part.text}" for part in parts if part.label)
    if piece.kind == "drugs" and "Gated" not in {part.label for part in parts}:
        named += ("Gated: nothing is named.",)
    if parts:
        yield Block(title=title, paragraphs=prose, items=named)


def _blocks(piece: Piece) -> Iterator[Block]:
    special = _ARRANGED_BY_ID.get(piece.id) or _ARRANGED.get(piece.kind)
    if special is not None:
        yield from special(piece)
        return
    table = {k: v for k, v in piece.table.items() if k not in HEAD}
    if piece.kind == "planning":
        table.pop("rule", None)  # each rule is a piece of its own, of the kind "adaptive"
    yield from arrange_rest(table, "Content")


def _checks(piece: Piece, results: Iterable[CheckResult]) -> Iterator[CheckResult]:
    prefix = f"{piece.id}: "
    own = [
        replace(result, name=result.name.removeprefix(prefix))
        for result in results
        if result.file == piece.file.path
    ]
    if not piece.is_entry:
        yield from own
        return
    checks = piece.file.table.get("check", [])
    if piece.kind == "sources" or not isinstance(checks, list):
        return
    names = {str(c.get("name", "")) for c in checks if _mentions(c, _called(piece))}
    yield from (result for result in own if result.name in names)


def _called(piece: Piece) -> frozenset[str]:
    """Return what a check may call an entry by."""
    aliases = piece.table.get("aliases", [])
    names = [piece.id, str(piece.table.get("name", "")), *map(str, aliases)]
    return frozenset(name.casefold() for name in names if name)


def _mentions(value: Any, names: frozenset[str]) -> bool:
    if isinstance(value, Mapping):
        return any(_mentions(v, names) for k, v in value.items() if k != "name")
    if isinstance(value, list):
        return any(_mentions(v, names) for v in value)
    return isinstance(value, str) and value.casefold() in names


def _sources(piece: Piece) -> Iterator[Source]:
    if piece.kind == "sources":
        return
    known = load_sources()
    for name in dict.fromkeys(source_ids_in(piece.table)):
        if name in known:
            yield known[name]
