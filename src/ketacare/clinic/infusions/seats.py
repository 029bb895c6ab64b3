"""Who sat in which chair from when until when, read from the acts of check-in and change of chair.

``Session.chair`` says where somebody sits now; a message that arrives late, or after a person moved to
another chair, belongs to whoever sat there when it was measured.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from ketacare.clinic.infusions.models import Chair, Session, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One person in one chair for a time; ``until`` ``None`` means still there."""

    session: Session
    since: datetime
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Return whether ``at`` lies within; the moment of leaving still belongs to it."""
        return self.since <= at and (self.until is None or at <= self.until)


def seats_since(since: datetime) -> dict[uuid.UUID, tuple[Seat, ...]]:
    """Return everybody's time in each chair (by its id), the latest first.

    Left out are sessions that were over before ``since``.
    """
    over = Q(discharged_at__lt=since) | Q(cancelled_at__lt=since)
    sessions = list(
        Session.objects.filter(checked_in_at__isnull=False).exclude(over).select_related("chair")
    )
    moves: dict[uuid.UUID, list[tuple[datetime, str]]] = {}
    for session_id, at, text in (
        Step.objects.filter(
            session__in=[session.pk for session in sessions],
            act__in=(Step.Act.CHECK_IN, Step.Act.ASSIGN),
        )
        .order_by("version")
        .values_list("session_id", "at", "text")
    ):
        moves.setdefault(session_id, []).append((at, text))
    names = {name.casefold(): pk for pk, name in Chair.objects.values_list("pk", "name")}
    found: dict[uuid.UUID, list[Seat]] = {}
    for session in sessions:
        for chair_id, seat in _seats(session, moves.get(session.pk, []), names):
            found.setdefault(chair_id, []).append(seat)
    return {
        chair_id: tuple(sorted(seats, key=lambda seat: seat.since, reverse=True))
        for chair_id, seats in found.items()
    }


def _seats(
    session: Session, moves: list[tuple[datetime, str]], names: dict[str, uuid.UUID]
) -> Iterator[tuple[uuid.UUID, Seat]]:
    start, left = session.checked_in_at, session.discharged_at or session.cancelled_at
    if start is None:
        return
    # The chair at check-in is the last one assigned before it; later assignments are moves.
    places = [(max(at, start), names.get(text.casefold())) for at, text in moves]
    if not places:
        places = [(start, session.chair_id)]
    for (since, chair_id), following in zip(places, [*places[1:], None], strict=True):
        until = following[0] if following else left
        if chair_id is not None and (until is None or until > since):
            yield chair_id, Seat(session=session, since=since, until=until)
