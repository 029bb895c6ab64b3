"""Numbers without a source, with a source nobody recorded, or in a unit outside the closed set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ketacare.core.units import known_units
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.faults.walking import fault, tables
from ketacare.knowledge.showing import KnowledgeText
from ketacare.knowledge.showing.figures import is_figure

_SOURCES = "sources.toml"


def missing_sources(texts: Sequence[KnowledgeText]) -> list[CheckResult]:
    """Return every number without source or locus, and every source that is not recorded."""
    known = {name for file in texts if file.path == _SOURCES for name in file.table}
    return [
        found
        for file in texts
        if file.path != _SOURCES
        for found in (*_head(file, known), *_numbers(file), *_named(file, known))
    ]


def _head(file: KnowledgeText, known: set[str]) -> Iterator[CheckResult]:
    for name in file.table.get("sources", []):
        if name not in known:
            yield _unrecorded(file, "sources", name)


def _numbers(file: KnowledgeText) -> Iterator[CheckResult]:
    for where, table in tables(file.table):
        for key in ("source", "locus"):
            if is_figure(table) and not str(table.get(key, "")).strip():
                yield fault(file, where, expected=f"a {key}", found=f"a number without {key}")


def _named(file: KnowledgeText, known: set[str]) -> Iterator[CheckResult]:
    for where, table in tables(file.table):
        name = table.get("source")
        # In the structure of a drug model "source" is the compartment something leaves.
        cited = is_figure(table) or "locus" in table or file.folder != "drugs"
        if cited and isinstance(name, str) and name.strip() and name not in known:
            yield _unrecorded(file, f"{where}.source", name)


def _unrecorded(file: KnowledgeText, where: str, name: str) -> CheckResult:
    return fault(
        file,
        where,
        expected="an id of sources.toml",
        found=f'"{name}", which is not there; add it or correct the id',
    )


def unknown_units(texts: Sequence[KnowledgeText]) -> list[CheckResult]:
    """Return every number whose unit the project does not know."""
    known = set(known_units())
    return [
        fault(
            file,
            where,
            expected="a unit of the closed set",
            found=f'"{table["unit"]}"; correct it, or add it to the closed set with its dimension',
        )
        for file in texts
        for where, table in tables(file.table)
        if is_figure(table) and table["unit"] not in known
    ]
