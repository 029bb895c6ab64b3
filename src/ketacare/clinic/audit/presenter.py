"""Turns an event into a sentence. An unknown tag raises: the log never shows a shrug."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from ketacare.clinic.audit.tags import SENTENCES, Tag
from ketacare.core.errors import ErrorCode, InputError


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def tag_of(tag: Tag | str) -> Tag:
    """Return the tag, or raise :class:`InputError` when there is none of this name."""
    try:
        return Tag(tag)
    except ValueError as error:
        raise InputError(
            ErrorCode.UNKNOWN_NAME,
            f"{tag!r} is not an audit tag; add it to clinic/audit/tags.py with its sentence.",
        ) from error


def present(tag: Tag | str, *, actor: str, reason: str, details: Mapping[str, Any]) -> str:
    """Return the sentence of an event."""
    names = _Known({**details, "actor": actor, "reason": reason or _("none given.")})
    return str(SENTENCES[tag_of(tag)]).format_map(names)
