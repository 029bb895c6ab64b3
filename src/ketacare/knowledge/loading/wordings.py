"""Reads a clinic's own licensed texts: a folder of TOML files, one per instrument.

They are the clinic's, under its own licences, and never part of this project. The same strict
reader as for the project's content refuses what is unknown, missing or does not fit the instrument.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.core.measures import Instrument, SiteText, with_site_text
from ketacare.knowledge.reading import Section, read_toml


def with_site_texts(instruments: Mapping[str, Instrument], folder: Path) -> dict[str, Instrument]:
    """Return the instruments with the texts found in ``folder`` put in place.

    Raises :class:`KnowledgeError` naming file and key when the folder is missing, when a file is
    not right, and when two files are about the same instrument.
    """
    if not folder.is_dir():
        raise KnowledgeError(
            ErrorCode.NOT_AVAILABLE,
            "there is no such folder; make it, or correct its name",
            source=str(folder),
        )
    found = dict(instruments)
    seen: dict[str, str] = {}
    for file in sorted(folder.glob("*.toml")):
        text = read_site_text(file.read_text(encoding="utf-8"), source=file.name)
        if text.instrument not in instruments:
            raise KnowledgeError(
                ErrorCode.UNKNOWN_NAME,
                f'instrument "{text.instrument}" is not known',
                where="instrument",
                source=file.name,
            )
        if text.instrument in seen:
            raise KnowledgeError(
                ErrorCode.CONTRADICTION,
                f"{seen[text.instrument]} is about {text.instrument} too; keep one of them",
                where="instrument",
                source=file.name,
            )
        seen[text.instrument] = file.name
        try:
            found[text.instrument] = with_site_text(instruments[text.instrument], text)
        except KnowledgeError as error:
            raise error.at(source=file.name) from error
    return found


def read_site_text(text: str, *, source: str) -> SiteText:
    """Read one licensed text from TOML."""
    root = Section(read_toml(text, source=source), source=source)
    shared = _labels(root)
    items: dict[int, str] = {}
    labels: dict[tuple[int, int], str] = {}
    for part in root.sections("item"):
        number = part.integer("number")
        if number in items:
            raise part.error(ErrorCode.CONTRADICTION, "number", f"item {number} is there twice")
        items[number] = part.text("text")
        for value, label in {**shared, **_labels(part)}.items():
            labels[number, value] = label
        part.close()
    found = SiteText(
        instrument=root.text("instrument"),
        version=root.text("version"),
        language=root.text("language"),
        permission=root.text("permission"),
        prompt=root.text("prompt", ""),
        items=items,
        labels=labels,
    )
    root.close()
    return found


def _labels(part: Section) -> dict[int, str]:
    found = {}
    for option in part.sections("option", optional=True):
        found[option.integer("value")] = option.text("label")
        option.close()
    return found
