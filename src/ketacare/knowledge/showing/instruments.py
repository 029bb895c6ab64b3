"""Arranges an instrument: how it is asked and scored, its bands, what a change means, its licence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ketacare.knowledge.showing.arranging import FIGURES, HEAD, arrange, arrange_rest, grid_of
from ketacare.knowledge.showing.cards import Block, Grid
from ketacare.knowledge.showing.catalogue import Piece
from ketacare.knowledge.showing.figures import is_figure, rows_of, said, sentence, words

_FIGURES = {
    "minimum": "Lowest total",
    "maximum": "Highest total",
    "response": "Response: the total falls by at least",
    "remission": "Remission: a total of at most",
    "mcid": "Smallest change that matters to people",
    "reliable_change": "Change larger than measurement error",
    "sem": "Standard error of measurement",
}


def arrange_instrument(piece: Piece) -> Iterator[Block]:
    """Yield the blocks of one instrument."""
    table = {k: v for k, v in piece.table.items() if k not in HEAD}
    wording = dict(table.pop("wording", {}))
    scale, items = table.pop("option", []), table.pop("item", [])
    asked = [
        f"Short name: {table.pop('name', piece.id)}",
        f"Answered by: {words(str(table.pop('rater', 'not said'))).lower()}",
        f"Time looked back on: {table.pop('recall', 'not said')}",
    ]
    days = table.pop("recall_days", None)
    if days is not None:
        asked.append(f"In days: {days}")
    prompt = str(table.pop("prompt", ""))
    yield Block(title="How it is asked", paragraphs=(prompt,) if prompt else (), items=tuple(asked))
    figures = [
        row
        for key, label in _FIGURES.items()
        if is_figure(table.get(key))
        for row in rows_of(label, table.pop(key))
    ]
    yield Block(title="Scoring", grid=Grid(headers=FIGURES, rows=tuple(figures)))
    missing = dict(table.pop("missing_rule", {}))
    if missing:
        yield from arrange(missing, "Answers left out", 3)
    bands = table.pop("band", [])
    if bands:
        yield Block(title="Bands", grid=_bands(bands))
    if items:
        held = any(item.get("text") for item in items)
        note = "The wording is not held here; each item is named by its topic."
        yield Block(title="Items", grid=_items(items), paragraphs=() if held else (note,))
        if scale:
            yield Block(title="Answers of every item without its own", level=3, grid=grid_of(scale))
    else:
        yield Block(
            title="Items",
            paragraphs=("The text of the items is not held here; totals are recorded.",),
        )
    licence = words(str(wording.pop("licence", "not said")))
    yield Block(
        title="Wording and licence",
        paragraphs=tuple(
            sentence(text)
            for text in (f"Licence: {licence.lower()}", str(wording.pop("notice", "")))
            if text
        ),
        items=tuple(f"{words(key)}: {said(value)}" for key, value in wording.items()),
    )
    yield Block(title="Codes", paragraphs=(codes_sentence(table.pop("loinc", {})),))
    yield from arrange_rest(table)


def codes_sentence(codes: Mapping[str, Any]) -> str:
    """Return what is known about LOINC codes: those found, that none was, or that nobody looked."""
    found = [f"{key} {codes[key]}" for key in ("panel", "total") if codes.get(key)]
    if "looked_up" not in codes:
        return "LOINC codes of this scale have not been looked up yet."
    when = f"looked up on {codes['looked_up']}"
    return f"LOINC: {', '.join(found)} ({when})." if found else f"No LOINC code was found ({when})."


def _bands(bands: Sequence[Mapping[str, Any]]) -> Grid:
    rows = tuple(
        (
            f"{said(b['low'])} to {said(b['high'])}",
            str(b["label"]),
            ", ".join(str(b[k]) for k in ("source", "locus") if b.get(k)),
        )
        for b in bands
    )
    return Grid(headers=("total", "band", "where it comes from"), rows=rows)


def _items(items: Sequence[Mapping[str, Any]]) -> Grid:
    rows = []
    for item in items:
        own = "; ".join(_answer(option) for option in item.get("option", []))
        rest = {
            k: v
            for k, v in item.items()
            if k not in {"number", "text", "detail", "option", "loinc"}
        }
        text = " ".join(str(item[k]) for k in ("text", "detail") if item.get(k))
        if not text and item.get("topic"):
            text = str(rest.pop("topic"))
        more = f" ({said(rest)})" if rest else ""
        rows.append((str(item["number"]), f"{text}{more}", own, str(item.get("loinc", ""))))
    headers = ("item", "text", "own answers", "LOINC")
    keep = [i for i in range(4) if i < 2 or any(row[i] for row in rows)]
    return Grid(
        headers=tuple(headers[i] for i in keep),
        rows=tuple(tuple(row[i] for i in keep) for row in rows),
    )


def _answer(option: Mapping[str, Any]) -> str:
    more = {k: v for k, v in option.items() if k not in {"value", "label"}}
    return f"{option['value']} {option['label']}{f' ({said(more)})' if more else ''}"
