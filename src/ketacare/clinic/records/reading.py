"""One session's record to be shown: as it was sealed, or as the tables hold it while it is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from ketacare.clinic.infusions.models import Session
from ketacare.clinic.records import access
from ketacare.clinic.records.collecting import parsed, record_of
from ketacare.clinic.records.models import Seal
from ketacare.clinic.records.rows import Event
from ketacare.core.sealing import KEY

Row = Mapping[str, Any]
# What tells the turn of rows of one table that have the same time.
_TURNS = ("version", "number", "received_at")


@dataclass(frozen=True, kw_only=True)
class Record:
    """The events of one session, ``seal`` being ``None`` while it is open."""

    head: Event
    events: tuple[Event, ...]
    seal: Seal | None
    addenda: tuple[tuple[Seal, Event], ...] = ()

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone of the clinic when it was read or sealed."""
        return ZoneInfo(self.head["zone"])

    @cached_property
    def visit(self) -> Row:
        """The session's own row."""
        found: Row = next(self.rows("infusions.session"))
        return found

    def told(self, label: str) -> Iterator[Event]:
        """Yield the events of one kind, in order of time."""
        begins = f"{label}:"
        return (event for event in self.events if event[KEY].startswith(begins))

    def rows(self, label: str) -> Iterator[Row]:
        """Yield the rows of one table, in order of time."""
        found = [(event["at"], event["row"]) for event in self.told(label)]
        found.sort(key=lambda each: (each[0], *(each[1].get(name, "") for name in _TURNS)))
        return (row for _at, row in found)

    def moment(self, text: str | None) -> datetime | None:
        """Return a sealed time in the clinic's zone."""
        return None if text is None else datetime.fromisoformat(text).astimezone(self.zone)

    def clock(self, text: str | None, *, seconds: bool = True) -> str:
        """Return a sealed time as on a clock, with the day where it is not the visit's."""
        at = self.moment(text)
        if at is None:
            return ""
        said = f"{at:%H:%M:%S}" if seconds else f"{at:%H:%M}"
        return said if at.date() == self.origin.date() else f"{at:%Y-%m-%d} {said}"

    def day(self, text: str | None) -> str:
        """Return a sealed time with its day."""
        at = self.moment(text)
        return "" if at is None else f"{at:%Y-%m-%d %H:%M}"

    @cached_property
    def begins(self) -> str:
        """When the visit began: the start of the infusion, or else the arrival or the booking."""
        visit = self.visit
        return str(visit["started_at"] or visit["checked_in_at"] or visit["scheduled_at"])

    @cached_property
    def origin(self) -> datetime:
        """Minute 0 of the strip: the full hour before the visit began, for ticks a clock knows."""
        began = datetime.fromisoformat(self.begins).astimezone(self.zone)
        return began.replace(minute=0, second=0, microsecond=0)

    def minute(self, text: str) -> float:
        """Return a sealed time as minutes since :attr:`origin`."""
        return (datetime.fromisoformat(text) - self.origin).total_seconds() / 60.0

    def person(self, identity: str | None) -> str:
        """Return somebody's name as it was then."""
        return "" if identity is None else str(self.head["people"].get(identity, ("?",))[0])

    def lot(self, identity: str) -> str:
        """Return a lot's number."""
        return str(self.head["lots"].get(identity, "?"))


def read(session: Session, *, now: datetime) -> Record:
    """Return the record of a session; the caller has authorised already."""
    seal = access.seal_of(session.pk)
    if seal is None:
        head, *events = record_of(session, as_of=now)
        return Record(head=head, events=tuple(events), seal=None)
    head, *events = parsed(seal.lines)
    addenda = tuple((each, parsed(each.lines)[0]) for each in access.addenda_of(session.pk))
    return Record(head=head, events=tuple(events), seal=seal, addenda=addenda)


def joined(*parts: str) -> str:
    """Return what there is of several texts, with commas."""
    return ", ".join(part for part in parts if part)
