"""Turns an event into a sentence. An unknown tag raises: the log never shows a shrug."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from ketacare.clinic.audit.tags import SENTENCES, Tag
from ketacare.core.errors import ErrorCode, InputError

if TYPE_CHECKING:
    from ketacare.clinic.audit.models import Event


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One event as one reader sees it."""

    event: Event
    sentence: str
    details: Mapping[str, Any]


def rows_of(events: Iterable[Event], *, clinical: bool) -> tuple[Row, ...]:
    """Return events for a reader. Reasons and details about a patient are clinical content.

    Who sees none of that reads who did what, when and to whom; the rest stays in the log and
    stands in the patient's record.
    """
    return tuple(
        Row(event=event, sentence=event.sentence, details=event.details)
        if clinical or not event.patient_id
        else Row(
            event=event,
            sentence=present(
                event.tag,
                actor=event.actor_name,
                reason=_("in the patient's record.") if event.reason else "",
                details={},
            ),
            details={},
        )
        for event in events
    )
