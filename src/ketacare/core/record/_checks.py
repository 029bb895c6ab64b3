"""Checks that the record's dataclasses share: aware times, finite and possible numbers."""

from __future__ import annotations

import math
from datetime import datetime

from ketacare.core.errors import ErrorCode, InputError


def require_aware(name: str, at: datetime | None) -> None:
    """Refuse a time without a zone: two clinics could not agree on when it was."""
    if at is not None and at.tzinfo is None:
        raise InputError(
            ErrorCode.BAD_FORMAT,
            f"{name} is {at.isoformat()} without a time zone; add one, for example +00:00",
            where=name,
        )


def require_positive(name: str, value: float | None, unit: str, *, zero: bool = False) -> None:
    """Refuse a number that is not finite, negative, or (unless allowed) zero."""
    if value is None:
        return
    if not math.isfinite(value) or value < 0 or (value == 0 and not zero):
        wanted = "zero or more" if zero else "more than zero"
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"{name} is {value:g} {unit}; it must be {wanted}. Leave it out if it is not known.",
            where=name,
        )


def require_order(first: str, start: datetime | None, second: str, end: datetime | None) -> None:
    """Refuse an end before its start."""
    if start is not None and end is not None and end < start:
        raise InputError(
            ErrorCode.CONTRADICTION,
            f"{second} ({end.date()}) is before {first} ({start.date()}); correct one of them",
            where=second,
        )
