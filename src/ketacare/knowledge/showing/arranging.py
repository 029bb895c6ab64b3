"""Arranges any table of a knowledge file into blocks, knowing nothing about its kind.

Kinds that deserve better have a module of their own, which takes what it knows and leaves the rest
to this one: nothing that stands in a file can be missing from its card.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ketacare.knowledge.showing.cards import Block, Grid
from ketacare.knowledge.showing.figures import (
    is_dated,
    is_figure,
    origin,
    rows_of,
    said,
    sentence,
    source_ids_in,
    words,
)

# Said elsewhere on the card: the head of the file, and its checks.
HEAD = frozenset(
    {"id", "title", "version", "status", "since", "sources", "checked_by", "checked_on", "check"}
)
FIGURES = ("what", "value", "where it comes from")
_NAMES = ("name", "label", "title", "id", "code", "kind", "number", "instrument")


def arrange(table: Mapping[str, Any], title: str, level: int = 2) -> Iterator[Block]:
    """Yield the blocks of one table: its facts and numbers first, then what is inside it."""
    if len(table) > 1 and all(_is_inner(v) and isinstance(v, Mapping) for v in table.values()):
        named = [{"name": key, **value} for key, value in table.items() if "name" not in value]
        if len(named) == len(table) and all(map(_is_flat, named)):
            yield Block(title=title, level=level, grid=grid_of(named))
            return
    facts: list[str] = []
    figures: list[tuple[str, str, str]] = []
    inside: list[Block] = []
    for key, value in table.items():
        name = words(key)
        if is_figure(value) or is_dated(value):
            figures += rows_of(name, value)
        elif isinstance(value, Mapping):
            inside += arrange(value, name, level + 1)
        elif _is_tables(value):
            inside += arrange_list(value, name, level + 1)
        elif isinstance(value, list) and value and not _is_short(value):
            inside.append(Block(title=name, level=level + 1, items=tuple(map(said, value))))
        else:
            facts.append(f"{name}: {said(value)}")
    if facts or figures:
        grid = Grid(headers=FIGURES, rows=tuple(figures)) if figures else None
        yield Block(title=title, level=level, items=tuple(facts), grid=grid)
    elif inside and title:
        yield Block(title=title, level=level)
    yield from inside


def arrange_rest(table: Mapping[str, Any], title: str = "Further") -> Iterator[Block]:
    """Yield what a kind's own module left over, its inner tables as parts of the card."""
    single = {k: v for k, v in table.items() if not _is_inner(v)}
    yield from arrange(single, title)
    for key, value in table.items():
        if isinstance(value, Mapping) and _is_inner(value):
            yield from arrange(value, words(key))
        elif _is_inner(value):
            yield from arrange_list(value, words(key))


def _is_inner(value: Any) -> bool:
    if is_figure(value) or is_dated(value):
        return False
    return isinstance(value, Mapping) or _is_tables(value)


def arrange_list(
    tables: Sequence[Mapping[str, Any]], title: str, level: int = 2
) -> Iterator[Block]:
    """Yield a list of tables as one table where they are flat, else one block for each."""
    if all(_is_flat(table) for table in tables):
        yield Block(title=title, level=level, grid=grid_of(tables))
        return
    yield Block(title=title, level=level)
    for place, table in enumerate(tables, start=1):
        key = next((k for k in _NAMES if isinstance(table.get(k), (str, int))), "")
        name = str(table[key]) if key else f"{title} {place}"
        rest = {k: v for k, v in table.items() if k != key}
        blocks = list(arrange(rest, words(name), level + 1))
        yield from blocks or [Block(title=words(name), level=level + 1)]


def grid_of(tables: Sequence[Mapping[str, Any]]) -> Grid:
    """Return flat tables as one: a column for each key, and where the numbers come from."""
    keys = list(dict.fromkeys(key for table in tables for key in table))
    sourced = any(is_figure(v) or is_dated(v) for table in tables for v in table.values())
    rows = []
    for table in tables:
        row = [_cell(table[key]) if key in table else "" for key in keys]
        if sourced:
            row.append(" ".join(dict.fromkeys(_origins(table))))
        rows.append(tuple(row))
    headers = [words(key).lower() for key in keys] + (["where it comes from"] if sourced else [])
    return Grid(headers=tuple(headers), rows=tuple(rows))


def _cell(value: Any) -> str:
    if is_dated(value):
        return "; ".join(shown for _, shown, _ in rows_of("", value))
    return said(value)


def _origins(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        if is_figure(value):
            yield _origin_of(key, value)
        elif is_dated(value):
            yield from (_origin_of(key, entry["number"]) for entry in value)


def _origin_of(key: str, figure: Mapping[str, Any]) -> str:
    """Return where one of several numbers of a row comes from, with its column's name."""
    basis, _, rest = origin(figure).partition(": ")
    return sentence(f"{words(key)}: {basis}, {rest}")


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, Mapping) for v in value)


def _is_short(value: list[Any]) -> bool:
    return sum(len(said(v)) for v in value) <= 200 or not all(isinstance(v, str) for v in value)


def _is_flat(table: Mapping[str, Any]) -> bool:
    """Return whether a table holds bare values and figures only, few enough to stand in a row."""
    plain = all(
        is_figure(v) or is_dated(v) or (not isinstance(v, Mapping) and not _is_tables(v))
        for v in table.values()
    )
    return plain and len(table) <= 7 and len(list(source_ids_in(table))) <= 2
