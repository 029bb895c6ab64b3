"""``ketacare knowledge show``, ``list`` and ``cards``: the clinical content for its readers."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ketacare.adapters.report.cards import card_shape
from ketacare.cli.printing import Page
from ketacare.core.errors import ErrorCode, InputError
from ketacare.knowledge.check import check_folder, check_loaders
from ketacare.knowledge.showing import (
    Block,
    Card,
    card_of,
    cards_as_pages,
    kind_named,
    kinds,
    piece_named,
    pieces,
    without_noise,
)

_MARK = "Written by `ketacare knowledge cards`"


def run_show(kind: str, name: str, *, as_json: bool) -> None:
    """Print one piece of content."""
    piece = piece_named(kind_named(kind), name)
    card = card_of(piece, check_folder(piece.file.folder))
    if as_json:
        _print_json("knowledge show", card_shape(card))
        return
    _page(card).print()


def run_list(kind: str, *, as_json: bool) -> None:
    """Print the kinds, or the pieces of one kind."""
    if kind:
        found = pieces(kind_named(kind))
        if as_json:
            _print_json(
                "knowledge list",
                {
                    "kind": kind,
                    "pieces": [
                        {
                            "id": piece.id,
                            "title": piece.title,
                            "version": str(piece.file.table.get("version", "")) or None,
                            "status": piece.file.table.get("status"),
                        }
                        for piece in found
                    ],
                },
            )
            return
        page = Page()
        page.table(("id", "what it is"), [(piece.id, piece.title) for piece in found])
        page.print()
        return
    counted = [(k.name, len(pieces(k)), k.about) for k in kinds()]
    if as_json:
        listed = [{"kind": name, "pieces": n, "about": about} for name, n, about in counted]
        _print_json("knowledge list", {"kinds": listed})
        return
    page = Page()
    page.table(("kind", "pieces", "what it is"), [(k, str(n), about) for k, n, about in counted])
    page.say("See one with: ketacare knowledge show KIND ID.")
    page.print()


def run_cards(folder: Path) -> None:
    """Write every card below ``folder``; remove cards whose content is gone, nothing else."""
    pages = cards_as_pages(check_loaders())
    try:
        changed = _write(folder, pages)
    except OSError as error:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            f"the pages cannot be written: {error.strerror}",
            source=str(folder),
        ) from error
    sys.stdout.write(f"{len(pages)} pages in {folder}, {changed} of them changed or removed.\n")


def _write(folder: Path, pages: dict[str, str]) -> int:
    changed = 0
    for path, text in pages.items():
        file = folder / path
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        changed += 1
    for file in sorted(folder.rglob("*.md")):
        known = file.relative_to(folder).as_posix() in pages
        if not known and _MARK in file.read_text(encoding="utf-8"):
            file.unlink()
            changed += 1
    return changed


def _print_json(command: str, shape: dict[str, Any]) -> None:
    head = {"ketacare": version("ketacare"), "command": command}
    sys.stdout.write(json.dumps({**head, **shape}, ensure_ascii=False, indent=2) + "\n")


def _page(card: Card) -> Page:
    page = Page()
    page.title(f"{card.title} [{card.id}]")
    for sentence in card.standing.sentences():
        page.say(sentence)
    page.say(f"It stands in knowledge/{card.file}.")
    path: list[str] = []
    for block in card.blocks:
        # A part of a part is named with what it belongs to: a terminal has one size of heading.
        path = [*path[: block.level - 2], block.title]
        _block(page, block, " › ".join(path[1:] or path))
    page.heading("Its own checks")
    page.say(card.verdict)
    shown = [check for check in card.checks if not check.passed] or card.checks
    if shown:
        page.table(
            ("check", "expected", "found", "passes"),
            [
                (
                    check.name,
                    without_noise(check.expected),
                    without_noise(check.found),
                    "yes" if check.passed else "no",
                )
                for check in shown
            ],
        )
    if card.sources:
        page.heading("Sources")
        page.items(
            " ".join(part for part in (f"{s.id}: {s.citation}", s.link, s.note) if part)
            for s in card.sources
        )
    return page


def _block(page: Page, block: Block, title: str) -> None:
    if block.paragraphs or block.items or block.grid is not None:
        page.heading(title)
    for paragraph in block.paragraphs:
        page.say(paragraph)
    page.items(block.items)
    if block.grid is not None and block.grid.rows:
        page.table(block.grid.headers, block.grid.rows)
