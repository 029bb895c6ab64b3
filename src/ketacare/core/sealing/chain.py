"""The chain: the hash after a line covers the line and the hash before it.

``hash_after(previous, line)`` is SHA-256 over the previous hash in hexadecimal, a line feed, and
the line in UTF-8. Changing, removing or reordering any line breaks every hash after it, so the last
one vouches for all of them. Construction: B. Schneier, J. Kelsey, Secure audit logs to support
computer forensics, ACM TISSEC 2(2), 1999, section 3.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from ketacare.core.errors import ErrorCode, InputError

START = "0" * 64


def hash_after(previous: str, line: str) -> str:
    """Return the hexadecimal hash after ``line``, which follows what ended with ``previous``."""
    return hashlib.sha256(f"{previous}\n{line}".encode()).hexdigest()


def after(previous: str, lines: Iterable[str]) -> str:
    """Return the hash after all of ``lines``."""
    for line in lines:
        previous = hash_after(previous, line)
    return previous


def join(lines: Iterable[str]) -> str:
    """Return the lines as one text; refuse a line that would become two."""
    kept = list(lines)
    if any("\n" in line for line in kept):
        raise InputError(ErrorCode.WRONG_TYPE, "A line to be sealed holds a line feed.")
    return "\n".join(kept)


def split(text: str) -> tuple[str, ...]:
    """Return the lines of a text made by :func:`join`."""
    return tuple(text.split("\n")) if text else ()
