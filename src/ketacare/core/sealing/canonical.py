"""One text for one value: canonical JSON.

Keys sorted, no spaces, characters as they are (UTF-8), numbers as the shortest decimal that gives
the same double again. What JSON cannot say exactly is refused rather than rounded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ketacare.core.errors import ErrorCode, InputError


def canonical(value: Mapping[str, Any]) -> str:
    """Return one line of JSON; raise :class:`InputError` for what JSON cannot say.

    >>> canonical({"b": 35.0, "a": [None, "µg"]})
    '{"a":[null,"µg"],"b":35.0}'
    """
    _refuse_other_keys(value)
    try:
        return json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
    except (TypeError, ValueError) as error:
        raise InputError(
            ErrorCode.WRONG_TYPE,
            f"This cannot be sealed ({error}): give text, finite numbers, yes/no, nothing, lists "
            "and tables of these.",
        ) from error


def _refuse_other_keys(value: object) -> None:
    """Refuse keys that are no text: JSON would turn 1 and "1" into the same."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise InputError(
                    ErrorCode.WRONG_TYPE, f"This cannot be sealed: the key {key!r} is no text."
                )
            _refuse_other_keys(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_other_keys(inner)
