"""Refuses a plain word where one of a closed list of names is meant.

``"arterial"`` equals ``Site.ARTERIAL`` but is not it, and code that asks which of two it is would
take the word for the other one: an arterial question would get a venous answer.
"""

from __future__ import annotations

from enum import StrEnum

from ketacare.core.errors import ErrorCode, InputError


def require_name(value: object, kind: type[StrEnum], where: str) -> None:
    """Refuse (InputError) what is not a member of ``kind``."""
    if isinstance(value, kind):
        return
    known = ", ".join(f"{kind.__name__}.{member.name}" for member in kind)
    raise InputError(
        ErrorCode.WRONG_TYPE,
        f"{where} is {value!r}, which is none of {known}; give one of these",
        where=where,
    )
