"""Loads ``sources.toml``: every publication, label and guideline the content refers to."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from ketacare.core.errors import ErrorCode
from ketacare.core.sources import Source
from ketacare.knowledge.reading import Section, read_toml


@cache
def load_sources() -> dict[str, Source]:
    """Return all sources by id."""
    text = (files("ketacare.knowledge") / "sources.toml").read_text(encoding="utf-8")
    return read_sources(text, source="sources.toml")


def read_sources(text: str, *, source: str) -> dict[str, Source]:
    """Read sources from TOML text: one table per source, its id as the name of the table."""
    return sources_in(Section(read_toml(text, source=source), source=source))


def sources_in(root: Section) -> dict[str, Source]:
    """Return the sources of a section whose tables are one source each, and close it."""
    found: dict[str, Source] = {}
    for name in root.keys():  # noqa: SIM118 - keys() of a Section marks nothing as read
        part = root.section(name)
        year = part.raw("year", None)
        if year is not None and not isinstance(year, int):
            raise part.error(ErrorCode.WRONG_TYPE, "year", f"{year!r} is not a year")
        found[name] = Source(
            id=name,
            citation=part.text("citation"),
            year=year,
            doi=part.text("doi", ""),
            url=part.text("url", ""),
            note=part.text("note", ""),
        )
        part.close()
    root.close()
    return found


def source_ids() -> frozenset[str]:
    """Return the ids a knowledge file may refer to."""
    return frozenset(load_sources())
