"""Arranges a safety rule: what it asks and when, its limits by date, and what it says aloud."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ketacare.knowledge.showing.arranging import FIGURES, HEAD, arrange_rest
from ketacare.knowledge.showing.cards import Block, Grid
from ketacare.knowledge.showing.catalogue import Piece, knowledge_texts
from ketacare.knowledge.showing.figures import amount, is_figure, rows_of, said, words

_NAME = re.compile(r"\{(?P<name>\w+)(?P<bare>:number)?\}")
_BINDING = {
    "hard_stop": "a hard stop that nobody overrides",
    "override": "a stop that may be overridden with a reason",
    "warning": "a warning",
    "information": "information",
}


def arrange_rule(piece: Piece) -> Iterator[Block]:
    """Yield the blocks of one rule."""
    table = {k: v for k, v in piece.table.items() if k not in HEAD}
    limits = table.pop("limits", {})
    asked, situations = table.pop("facts", []), table.pop("situation", {})
    strength, signers = table.pop("strength", ""), table.pop("override_by", [])
    stations = [words(s).lower() for s in table.pop("stations", [])]
    items = [f"Reference in the clinic's list of rules: {table.pop('reference', 'none')}."]
    items.append(f"Asked at: {', '.join(stations) or 'no station'}.")
    items.append(f"It is {_BINDING.get(strength, strength)}.")
    if signers:
        items.append(f"May be overridden by: {' and '.join(signers)}.")
    yield Block(
        title="What it holds",
        paragraphs=(fill(str(table.pop("limit", "")), limits),),
        items=tuple(items),
    )
    if limits:
        rows = [row for name, dated in limits.items() for row in rows_of(words(name), dated)]
        yield Block(title="Limits", grid=Grid(headers=FIGURES, rows=tuple(rows)))
    if asked:
        yield Block(title="Questions it asks", items=tuple(_questions(asked)))
    yield Block(title="What it says", grid=_situations(situations, limits, strength, signers))
    yield from arrange_rest(table)


def fill(template: str, limits: Mapping[str, Any]) -> str:
    """Return a sentence with its limits put in; what only a patient has stands in brackets."""

    def put(match: re.Match[str]) -> str:
        entries = limits.get(match["name"])
        if not entries:
            return f"[{words(match['name']).lower()}]"
        number = entries[-1]["number"]
        return said(number["value"]) if match["bare"] else amount(number)

    return _NAME.sub(put, template)


def _questions(codes: list[str]) -> Iterator[str]:
    known = {
        fact["code"]: fact
        for file in knowledge_texts()
        if file.path == "safety/facts.toml"
        for fact in file.table["fact"]
    }
    for code in codes:
        fact = known.get(code)
        yield f"{code}: {fact['question']}" if fact else code


def _situations(
    situations: Mapping[str, Any], limits: Mapping[str, Any], strength: str, signers: list[str]
) -> Grid:
    rows = []
    for name, part in situations.items():
        passes = name == "pass"
        binding = part.get("strength", "information" if passes else strength)
        outcome = part.get("outcome", "pass" if passes else "block")
        by = part.get("override_by", signers if outcome == "block" else [])
        overridable = binding == "override" and outcome == "block"
        rows.append(
            (
                words(name).lower(),
                f"{outcome}, {words(binding).lower()}",
                " and ".join(by) if overridable else "nobody" if outcome == "block" else "",
                fill(str(part["sentence"]), limits),
            )
        )
    return Grid(headers=("when", "outcome", "overridden by", "what it says"), rows=tuple(rows))


def arrange_fact(piece: Piece) -> Iterator[Block]:
    """Yield the blocks of one question: how it is asked, how long it holds, which rules use it."""
    table = dict(piece.table)
    validity = piece.file.table["validity"]
    figures = []
    for key in [k for k in table if k.startswith("validity")]:
        span = validity[table.pop(key)]
        at = key.removeprefix("validity").removeprefix("_")
        figures += rows_of(f"Good for{f' ({words(at).lower()})' if at else ''}", span)
    items = [f"{words(k)}: {said(v)}" for k, v in table.items() if k not in {"code", "question"}]
    yield Block(
        title="Question",
        paragraphs=(str(table["question"]),),
        items=tuple(items),
        grid=Grid(headers=FIGURES, rows=tuple(figures)) if figures else None,
    )
    users = [
        str(file.table["id"])
        for file in knowledge_texts()
        if file.folder == "safety" and piece.id in file.table.get("facts", [])
    ]
    if users:
        yield Block(title="Rules that ask it", items=tuple(users))


def arrange_rule_list(piece: Piece) -> Iterator[Block]:
    """Yield the clinic's list of rules by what keeps each: a rule here, another part, or nothing."""
    listed = piece.table.get("listed", [])
    decided = [rule for rule in listed if rule.get("rules")]
    yield Block(
        title="Decided from recorded facts",
        grid=Grid(
            headers=("id", "rule", "decided by"),
            rows=tuple((r["id"], r["sentence"], ", ".join(r["rules"])) for r in decided),
        ),
    )
    kept = [rule for rule in listed if rule.get("kept_by")]
    yield Block(
        title="Not decidable from recorded facts, kept by another part of the program",
        grid=Grid(
            headers=("id", "rule", "why, and what keeps it"),
            rows=tuple((r["id"], r["sentence"], f"{r['how']} ({r['kept_by']})") for r in kept),
        ),
    )
    bare = [rule for rule in listed if rule.get("not_built") or rule.get("open")]
    yield Block(
        title="Not kept, or not wholly",
        grid=Grid(
            headers=("id", "rule", "what is lacking, and why"),
            rows=tuple((r["id"], r["sentence"], r.get("not_built") or r.get("open")) for r in bare),
        ),
    )


def figures_of(table: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield the rows of the figures that stand directly in ``table``."""
    for key, value in table.items():
        if is_figure(value):
            yield from rows_of(words(key), value)
