"""The hash chain: each event's hash covers the event and the hash before it.

Changing, removing or reordering any event breaks every hash after it, so one look at the last
hash (written down elsewhere) vouches for the whole log. SHA-256 over canonical JSON.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ketacare.core.errors import ErrorCode, InputError

START = "0" * 64
LONGEST_TEXT = 200


def canonical(value: Mapping[str, Any]) -> str:
    """Return JSON with sorted keys and no spaces; raise for what JSON cannot say."""
    try:
        return json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
    except (TypeError, ValueError) as error:
        raise InputError(
            ErrorCode.WRONG_TYPE,
            f"The details of an audit event cannot be written as JSON ({error}); "
            "give text, finite numbers, yes/no, lists and tables of these.",
        ) from error


def refuse_long_texts(value: Any, where: str = "details") -> None:
    """Raise :class:`InputError` when a text is long enough to be a clinical note."""
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"This text has {len(value)} characters: an audit event keeps facts of at most "
            f"{LONGEST_TEXT}; the note itself belongs in the record.",
            where=where,
        )
    if isinstance(value, Mapping):
        for key, inner in value.items():
            refuse_long_texts(inner, f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            refuse_long_texts(inner, f"{where}[{index}]")


def hash_of(previous: str, *, at: datetime, fields: Mapping[str, str | int]) -> str:
    """Return the hexadecimal SHA-256 of an event that follows ``previous``."""
    stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    content = canonical({**fields, "at": stamp, "previous": previous})
    return hashlib.sha256(content.encode()).hexdigest()
