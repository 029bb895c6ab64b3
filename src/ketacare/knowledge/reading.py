"""The strict reader of knowledge files: nothing unknown, nothing without a source, no bare number.

A :class:`Section` hands out the keys of one TOML table and remembers which were asked for; when
the loader is done, :meth:`Section.close` refuses any key nobody read. Errors name file and key.

A sourced number is written as a table::

    minimum = { value = 10, unit = "mg/day", source = "bandelow_2018", locus = "Table 2" }

with ``basis = "derived" | "assumed"`` and ``note`` where it is not printed in the source.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from ketacare.core.errors import ErrorCode, KetacareError, KnowledgeError
from ketacare.core.sources import Provenance, Sourced, Status
from ketacare.core.units import Quantity

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


class Section:
    """One table of a knowledge file, read key by key.

    ``where`` is the path of the table inside the file (``"bands[2]"``), ``source`` the file's name
    as the reader knows it. ``known_sources`` are the ids of ``sources.toml``.
    """

    def __init__(
        self,
        table: Mapping[str, Any],
        *,
        source: str,
        where: str = "",
        known_sources: frozenset[str] | None = None,
    ) -> None:
        self._table = table
        self._read: set[str] = set()
        self.source = source
        self.where = where
        self._known_sources = known_sources

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def keys(self) -> tuple[str, ...]:
        """Return the keys of the table as written."""
        return tuple(self._table)

    def error(self, code: ErrorCode, key: str, sentence: str) -> KnowledgeError:
        """Return an error that names file, key and remedy, for the caller to raise."""
        return KnowledgeError(code, sentence, where=self._path(key), source=self.source)

    def _path(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where and key else (key or self.where)

    def raw(self, key: str, default: Any = ...) -> Any:
        """Return the value as TOML gave it; refuse a missing key unless a default is given."""
        self._read.add(key)
        if key in self._table:
            return self._table[key]
        if default is ...:
            raise self.error(ErrorCode.MISSING_KEY, key, f'"{key}" is missing; add it')
        return default

    def text(self, key: str, default: Any = ...) -> str:
        """Return a text; an empty one counts as missing when there is no default."""
        value = self.raw(key, default)
        if not isinstance(value, str):
            raise self.error(
                ErrorCode.WRONG_TYPE, key, f"{value!r} is not a text; put it in quotes"
            )
        if default is ... and not value.strip():
            raise self.error(ErrorCode.MISSING_KEY, key, f'"{key}" is empty; fill it in')
        return value

    def flag(self, key: str, default: Any = ...) -> bool:
        """Return true or false."""
        value = self.raw(key, default)
        if not isinstance(value, bool):
            raise self.error(ErrorCode.WRONG_TYPE, key, f"{value!r} is not true or false")
        return value

    def integer(self, key: str, default: Any = ...) -> int:
        """Return a whole number that needs no unit: an item index, a count of options."""
        value = self.raw(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.error(ErrorCode.WRONG_TYPE, key, f"{value!r} is not a whole number")
        return value

    def number(self, key: str, default: Any = ...) -> float:
        """Return a bare number. Only for checks and positions; clinical numbers use ``sourced``."""
        value = self.raw(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.error(ErrorCode.WRONG_TYPE, key, f"{value!r} is not a number")
        return float(value)

    def day(self, key: str, default: Any = ...) -> date:
        """Return a date, written in TOML without quotes: ``since = 2026-11-23``."""
        value = self.raw(key, default)
        if type(value) is not date:
            raise self.error(
                ErrorCode.WRONG_TYPE, key, f"{value!r} is not a date; write it as 2026-11-23"
            )
        return value

    def choice(self, key: str, options: type[E], default: Any = ...) -> E:
        """Return a member of an enum; the error lists what is possible."""
        value = self.raw(key, default)
        try:
            return options(value)
        except ValueError:
            words = ", ".join(option.value for option in options)
            raise self.error(
                ErrorCode.UNKNOWN_NAME, key, f"{value!r} is not one of {words}"
            ) from None

    def texts(self, key: str, default: Any = ...) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.raw(key, default)
        if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) for v in value):
            raise self.error(ErrorCode.WRONG_TYPE, key, f"{value!r} is not a list of texts")
        return tuple(value)

    def numbers(self, key: str, default: Any = ...) -> tuple[float, ...]:
        """Return a list of bare numbers, for checks and tables whose unit stands beside them."""
        value = self.raw(key, default)
        if not isinstance(value, (list, tuple)) or not all(
            isinstance(v, (int, float)) and not isinstance(v, bool) for v in value
        ):
            raise self.error(ErrorCode.WRONG_TYPE, key, f"{value!r} is not a list of numbers")
        return tuple(float(v) for v in value)

    def sourced(self, key: str, *, unit: str | None = None) -> Sourced:
        """Return a number with unit, source and locus; ``unit`` names the dimension it must have."""
        part = self.section(key)
        number = self._in(part, lambda: Quantity(part.number("value"), part.text("unit")))
        if "source" not in part:
            raise part.error(
                ErrorCode.MISSING_SOURCE,
                "source",
                "a clinical number needs a source; name an id of sources.toml, and the locus",
            )
        source = part.source_id("source")
        value = self._in(
            part,
            lambda: Sourced(
                quantity=number,
                source=source,
                locus=part.text("locus"),
                basis=part.text("basis", "reported"),
                note=part.text("note", ""),
            ),
        )
        if unit is not None:
            self._in(part, lambda: value.to(unit))
        if value.basis != "reported" and not value.note:
            raise part.error(
                ErrorCode.MISSING_KEY, "note", f"the number is {value.basis}: say how, in note"
            )
        part.close()
        return value

    def source_id(self, key: str) -> str:
        """Return the id of a source and refuse one that ``sources.toml`` does not have."""
        name = self.text(key)
        if self._known_sources is not None and name not in self._known_sources:
            raise self.error(
                ErrorCode.MISSING_SOURCE,
                key,
                f'source "{name}" is not in sources.toml; add it there or correct the id',
            )
        return name

    def section(self, key: str, *, optional: bool = False) -> Section:
        """Return a table inside this one; an absent optional table reads as empty."""
        value = self.raw(key, {} if optional else ...)
        if not isinstance(value, Mapping):
            raise self.error(ErrorCode.WRONG_TYPE, key, f"{value!r} is not a table")
        return self._child(value, self._path(key))

    def sections(self, key: str, *, optional: bool = False) -> Iterator[Section]:
        """Yield the tables of an array of tables, in order."""
        value = self.raw(key, [] if optional else ...)
        if not isinstance(value, list) or not all(isinstance(v, Mapping) for v in value):
            raise self.error(ErrorCode.WRONG_TYPE, key, f"{key} is not a list of tables")
        for index, table in enumerate(value, start=1):
            yield self._child(table, f"{self._path(key)}[{index}]")

    def _child(self, table: Mapping[str, Any], where: str) -> Section:
        return Section(table, source=self.source, where=where, known_sources=self._known_sources)

    @staticmethod
    def _in(part: Section, build: Callable[[], T]) -> T:
        try:
            return build()
        except KnowledgeError as error:
            if error.source:
                raise
            raise error.at(part.where, source=part.source) from error
        except KetacareError as error:
            raise KnowledgeError(
                error.code, error.sentence, where=part.where, source=part.source
            ) from error

    def close(self) -> None:
        """Refuse keys that nobody read: a misspelt key must not be silently without effect."""
        unknown = [key for key in self._table if key not in self._read]
        if unknown:
            known = ", ".join(sorted(self._read))
            raise self.error(
                ErrorCode.UNKNOWN_KEY,
                unknown[0],
                f'key "{unknown[0]}" is not known here; known keys are {known}',
            )


def read_provenance(section: Section) -> Provenance:
    """Read the head every knowledge file opens with: id, title, version, status, since, sources."""
    status = section.choice("status", Status)
    names = section.texts("sources")
    for name in names:
        if section._known_sources is not None and name not in section._known_sources:  # noqa: SLF001 - same module
            raise section.error(
                ErrorCode.MISSING_SOURCE, "sources", f'source "{name}" is not in sources.toml'
            )
    try:
        return Provenance(
            id=section.text("id"),
            title=section.text("title"),
            version=section.text("version"),
            status=status,
            since=section.day("since"),
            sources=names,
            checked_by=section.text("checked_by", ""),
            checked_on=section.raw("checked_on", None),
        )
    except KnowledgeError as error:
        if error.source:
            raise
        raise error.at(source=section.source) from error


def open_folder(folder: str) -> list[Traversable]:
    """Return the TOML files of one folder of ``ketacare.knowledge``, by name."""
    base = files("ketacare.knowledge")
    for part in folder.split("/"):
        base = base / part
    if not base.is_dir():
        return []
    return sorted((f for f in base.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def open_subfolders(folder: str) -> list[str]:
    """Return the folders inside one folder of ``ketacare.knowledge``, by name, as paths."""
    base = files("ketacare.knowledge")
    for part in folder.split("/"):
        base = base / part
    return sorted(f"{folder}/{f.name}" for f in base.iterdir() if f.is_dir() and f.name[0] != "_")


def read_toml(text: str, *, source: str) -> dict[str, Any]:
    """Parse TOML and name the file in the error when it is not TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(
            ErrorCode.BAD_FORMAT, f"this is not valid TOML: {error}", source=source
        ) from error


def open_section(file: Traversable, *, folder: str, known_sources: frozenset[str]) -> Section:
    """Return the root section of one knowledge file."""
    name = f"{folder}/{file.name}"
    table = read_toml(file.read_text(encoding="utf-8"), source=name)
    return Section(table, source=name, known_sources=known_sources)
