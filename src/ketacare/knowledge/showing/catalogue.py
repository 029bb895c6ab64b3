"""Finds every piece of clinical content there is, by kind and id.

A piece is one file, or one entry of a file that holds many (a treatment, a question, a rule of the
guideline). Files in a folder nobody has named here are a kind of their own, called after it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from ketacare.core.errors import ErrorCode, InputError
from ketacare.knowledge.reading import read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeText:
    """One file of content: its path below ``knowledge/``, its text, and what that says."""

    path: str
    text: str
    table: Mapping[str, Any]

    @property
    def folder(self) -> str:
        """Return the top folder, empty for a file that stands alone."""
        return self.path.partition("/")[0] if "/" in self.path else ""

    @property
    def name(self) -> str:
        """Return the file's name without its folders."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of content: its own table, and the file it stands in."""

    kind: str
    id: str
    title: str
    table: Mapping[str, Any]
    file: KnowledgeText
    is_entry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of content: what it is called, what it is, and which files or entries belong to it."""

    name: str
    about: str
    holds: Callable[[KnowledgeText], bool]
    entries: str = ""  # the array of tables whose entries are the pieces; empty: the file is one
    key: str = "id"
    title: Callable[[Mapping[str, Any]], str] = field(
        default=lambda table: str(table.get("title", ""))
    )
    carded: bool = True  # whether each piece has a card of its own in docs/cards


def _in(folder: str) -> Callable[[KnowledgeText], bool]:
    return lambda file: file.folder == folder


def _is_rule(file: KnowledgeText) -> bool:
    return file.folder == "safety" and "situation" in file.table


KINDS: tuple[Kind, ...] = (
    Kind(
        name="drugs",
        about="drug models: what a dose becomes in the blood",
        holds=lambda f: f.folder == "drugs" and not f.name.startswith(("effects_", "scenarios_")),
    ),
    Kind(
        name="scenarios",
        about="what may change an exposure: medicines, genotype, organs, the weight dosed by",
        holds=lambda f: f.folder == "drugs" and f.name.startswith("scenarios_"),
    ),
    Kind(
        name="effects",
        about="effect models: blood pressure, heart rate, dissociation",
        holds=lambda f: f.folder == "drugs" and f.name.startswith("effects_"),
    ),
    Kind(
        name="instruments",
        about="questionnaires and rating scales",
        holds=_in("instruments"),
    ),
    Kind(name="rules", about="safety rules, one predicate each", holds=_is_rule),
    Kind(
        name="policy",
        about="what the safety rules share: monitoring limits, the gate for leaving, the questions",
        holds=lambda f: f.folder == "safety" and not _is_rule(f),
    ),
    Kind(
        name="facts",
        about="questions asked of and about the patient",
        holds=lambda f: f.path == "safety/facts.toml",
        entries="fact",
        key="code",
        title=lambda table: str(table.get("label", "")),
        carded=False,
    ),
    Kind(
        name="treatments",
        about="medicines and psychotherapies: names, classes, what an adequate trial is",
        holds=_in("treatments"),
        entries="treatment",
        title=lambda table: str(table.get("name", "")),
    ),
    Kind(name="staging", about="definitions of treatment resistance", holds=_in("staging")),
    Kind(name="protocols", about="courses of infusions and pump limits", holds=_in("protocols")),
    Kind(name="therapy", about="when therapy belongs to an infusion", holds=_in("therapy")),
    Kind(
        name="evidence",
        about="published studies the forecasts are calibrated on",
        holds=lambda f: f.folder == "evidence" and not f.name.startswith("prior_"),
    ),
    Kind(
        name="priors",
        about="population priors of the response model",
        holds=lambda f: f.folder == "evidence" and f.name.startswith("prior_"),
    ),
    Kind(
        name="adaptive",
        about="rules of the guideline that turn a measured response into options",
        holds=lambda f: f.folder == "planning" and "rule" in f.table,
        entries="rule",
    ),
    Kind(
        name="planning",
        about="thresholds of the guideline, and how options are weighed",
        holds=_in("planning"),
    ),
    Kind(name="bedside", about="what a person enters at the bedside", holds=_in("bedside")),
    Kind(
        name="visit",
        about="the steps of a visit: check-in, events, calls",
        holds=_in("visit"),
    ),
    Kind(name="devices", about="bedside monitors and their codes", holds=_in("devices")),
    Kind(
        name="cabinet",
        about="what the controlled-drug cabinet owes by when",
        holds=_in("cabinet"),
    ),
    Kind(name="crisis", about="whom to call in a crisis", holds=_in("crisis")),
    Kind(
        name="banks",
        about="item banks for adaptive tests: parameters of each item",
        holds=_in("banks"),
    ),
    Kind(name="links", about="links between instruments on a common metric", holds=_in("links")),
    Kind(
        name="measures",
        about="when a score was taken, seen from the last dose",
        holds=_in("measures"),
    ),
    Kind(name="risk", about="suicide risk: triage, who must do what by when", holds=_in("risk")),
    Kind(
        name="staging_points",
        about="published staging scores that add up points",
        holds=_in("staging_points"),
    ),
    Kind(name="trials", about="virtual clinics for simulated trials", holds=_in("trials")),
    Kind(
        name="sources",
        about="publications, labels and guidelines the content refers to",
        holds=lambda f: f.path == "sources.toml",
        entries="*",
        title=lambda table: str(table.get("citation", "")),
        carded=False,
    ),
)


@cache
def knowledge_texts() -> tuple[KnowledgeText, ...]:
    """Return every file of content, by path."""
    found = sorted(_tree(files("ketacare.knowledge"), ""))
    return tuple(
        KnowledgeText(path=path, text=text, table=read_toml(text, source=path))
        for path, text in found
    )


def _tree(folder: Traversable, prefix: str) -> list[tuple[str, str]]:
    found = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _tree(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".toml"):
            found.append((f"{prefix}{entry.name}", entry.read_text(encoding="utf-8")))
    return found


def kinds(texts: Iterable[KnowledgeText] | None = None) -> tuple[Kind, ...]:
    """Return the kinds of content, those of folders that are not named here last."""
    texts = knowledge_texts() if texts is None else texts
    extra = {f.folder for f in texts if f.folder and not any(k.holds(f) for k in KINDS)}
    return KINDS + tuple(
        Kind(name=name, about=f"files of knowledge/{name}", holds=_in(name))
        for name in sorted(extra)
    )


def kind_named(name: str) -> Kind:
    """Return a kind by its name; an unknown one is refused with the nearest names."""
    for kind in kinds():
        if kind.name == name:
            return kind
    raise unknown("kind", name, [kind.name for kind in kinds()], see="ketacare knowledge list")


def pieces(kind: Kind, texts: Iterable[KnowledgeText] | None = None) -> tuple[Piece, ...]:
    """Return the pieces of one kind, in the order of their files."""
    found: list[Piece] = []
    for file in knowledge_texts() if texts is None else texts:
        if not kind.holds(file):
            continue
        if not kind.entries:
            found.append(
                Piece(
                    kind=kind.name,
                    id=str(file.table.get("id", file.path)),
                    title=kind.title(file.table),
                    table=file.table,
                    file=file,
                )
            )
            continue
        for name, table in _entries(kind, file):
            found.append(
                Piece(
                    kind=kind.name,
                    id=name,
                    title=kind.title(table),
                    table=table,
                    file=file,
                    is_entry=True,
                )
            )
    return tuple(found)


def _entries(kind: Kind, file: KnowledgeText) -> list[tuple[str, Mapping[str, Any]]]:
    if kind.entries == "*":
        return list(file.table.items())
    return [
        (str(table.get(kind.key, f"{kind.entries}[{number}]")), table)
        for number, table in enumerate(file.table[kind.entries], start=1)
    ]


def piece_named(kind: Kind, name: str) -> Piece:
    """Return a piece by its id; an unknown one is refused with the nearest ids."""
    found = pieces(kind)
    for piece in found:
        if piece.id == name:
            return piece
    ids = [piece.id for piece in found]
    raise unknown(kind.name, name, ids, see=f"ketacare knowledge list {kind.name}")


def unknown(what: str, name: str, names: list[str], *, see: str) -> InputError:
    """Return the refusal of a name, with the nearest ones or where the list is."""
    near = difflib.get_close_matches(name, names, n=3)
    advice = f"did you mean {' or '.join(near)}?" if near else f"see the list with: {see}"
    return InputError(ErrorCode.UNKNOWN_NAME, f'"{name}" is not known; {advice}', where=what)
