"""A person's record as JSON and back, and its digest.

The JSON holds every field of the core's record, so that advice can be computed again from what was
stored with it. The digest leaves out who the person is: a corrected name does not make advice old.
"""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from ketacare.core.record import Person

_IDENTITY = frozenset({"id", "label"})


def record_json(person: Person) -> dict[str, Any]:
    """Return the record as JSON values; times keep their offset, missing values are null."""
    return cast("dict[str, Any]", _plain(person))


def record_from_json(data: Mapping[str, Any]) -> Person:
    """Return the record that :func:`record_json` wrote."""
    return cast("Person", _read(Person, data))


def digest(record: Mapping[str, Any], *others: Any) -> str:
    """Return the SHA-256 of a record without the person's name, and of whatever else counts."""
    clinical = {key: value for key, value in record.items() if key not in _IDENTITY}
    text = json.dumps([clinical, *others], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


SECTIONS = (
    "scores",
    "infusions",
    "therapy",
    "measurements",
    "facts",
    "medicines",
    "trials",
    "diagnoses",
)


def changed_sections(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Return which parts of the record differ, the ones that weigh most first."""
    found = [name for name in SECTIONS if before.get(name) != after.get(name)]
    rest = [
        name
        for name in after
        if name not in _IDENTITY and name not in SECTIONS and before.get(name) != after.get(name)
    ]
    return (*found, *(["person"] if rest else []))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _read(kind: Any, value: Any) -> Any:
    """Return ``value`` as the type a field of the record declares."""
    if value is None:
        return None
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        kinds = [part for part in get_args(kind) if part is not type(None)]
        # A union of plain values (yes/no, number, text) is what JSON has anyway.
        return _read(kinds[0], value) if len(kinds) == 1 else value
    if origin is tuple:
        return tuple(_read(get_args(kind)[0], item) for item in value)
    return _value(kind, value)


def _value(kind: type, value: Any) -> Any:
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{f.name: _read(hints[f.name], value[f.name]) for f in fields(kind)})
    if issubclass(kind, Enum):
        return kind(value)
    if issubclass(kind, datetime | date):
        return kind.fromisoformat(value)
    return value
