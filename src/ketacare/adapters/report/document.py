"""A document to be read on a page and on paper: sections of facts, tables and one picture.

The same value is drawn by the clinic's template and by :mod:`.pdf`, so that paper says what the page
says. It knows nothing of what it is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ketacare.adapters.plots import Chart


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with a heading for each column. ``wide`` is the column that takes the room left."""

    caption: str
    headers: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    wide: int = -1
    small: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart with its title; its own table stands beside it."""

    title: str
    chart: Chart


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part under its heading: sentences, facts (name and value), a picture, tables."""

    title: str
    anchor: str = ""
    sentences: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    picture: Picture | None = None
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that travels inside the PDF."""

    name: str
    kind: str
    description: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The whole: ``at`` is its date, ``marks`` stand in large type under the title."""

    title: str
    language: str
    author: str
    at: datetime
    marks: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()
    foot: str = ""
    attachments: tuple[Attachment, ...] = ()
