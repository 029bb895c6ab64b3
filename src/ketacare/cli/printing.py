"""Prints results: JSON with a common head, or text made of titles, paragraphs and tables.

Text is collected first and written at once, so that an error never leaves half a result behind.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ketacare.core.record import Person

# A terminal that is not one (a pipe, a file) gets this many columns.
_COLUMNS = 100

# How an outcome looks: a word that says it, a colour that repeats it.
_STYLES = {
    "yes": "green",
    "pass": "green",
    "no": "red",
    "block": "bold red",
    "warn": "yellow",
    "cannot tell": "yellow",
    "possible": "yellow",
}


def print_json(
    shape: dict[str, Any], *, command: str, file: Path | None, person: Person | None, at: str
) -> None:
    """Print a shape with what it belongs to."""
    head = {
        "ketacare": version("ketacare"),
        "command": command,
        "file": None if file is None else file.name,
        "person": None if person is None else person.id,
        "at": at,
    }
    sys.stdout.write(json.dumps({**head, **shape}, ensure_ascii=False, indent=2) + "\n")


class Page:
    """Text to be printed at once when it is complete."""

    def __init__(self) -> None:
        terminal = sys.stdout.isatty()
        self._buffer = io.StringIO()
        self._console = Console(
            file=self._buffer,
            width=None if terminal else _COLUMNS,
            force_terminal=terminal,
            highlight=False,
        )

    def title(self, text: str) -> None:
        """Add the name of the page."""
        self._console.print(Text(text, style="bold"))

    def heading(self, text: str) -> None:
        """Add a heading with space before it."""
        self._console.print()
        self._console.print(Text(text, style="bold"))

    def say(self, text: str, *, indent: int = 0) -> None:
        """Add a paragraph."""
        self._console.print(Padding(Text(text), (0, 0, 0, indent)))

    def items(self, texts: Iterable[str], *, indent: int = 2) -> None:
        """Add a list."""
        for text in texts:
            table = Table.grid(padding=(0, 1))
            table.add_row(Text("–"), Text(text))
            self._console.print(Padding(table, (0, 0, 0, indent)))

    def missing(self, parts: Sequence[str], *, indent: int = 2) -> None:
        """Add what would have to be known, in one entry, or nothing when nothing is missing."""
        if parts:
            self.items([f"missing: {'; '.join(parts)}"], indent=indent)

    def table(
        self, headers: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0
    ) -> None:
        """Add a table; the last ``numbers`` columns stand to the right."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for index, header in enumerate(headers):
            right = index >= len(headers) - numbers
            table.add_column(header, justify="right" if right else "left")
        for row in rows:
            table.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in row))
        self._console.print(table)

    def print(self) -> None:
        """Write everything to standard output."""
        # Rich pads lines to the full width; nobody wants that in a file or on the clipboard.
        lines = [line.rstrip() for line in self._buffer.getvalue().splitlines()]
        sys.stdout.write("\n".join(lines) + "\n")


def said(value: bool | None) -> str:
    """Return yes, no or cannot tell."""
    if value is None:
        return "cannot tell"
    return "yes" if value else "no"


def name_of(person: Person) -> str:
    """Return how a person is called on a page."""
    return person.label or person.id
