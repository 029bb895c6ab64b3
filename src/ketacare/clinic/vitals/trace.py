"""What was measured in one open session, kept at hand between looks and brought up to date cheaply.

Nothing lives here that is not committed: a trace is read from the database, adds what was stored since,
and is read anew every minute, so that it never differs from the record for long, whatever happened.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count

from ketacare.clinic.vitals import access
from ketacare.clinic.vitals.access import Connection
from ketacare.clinic.vitals.models import Message, Value
from ketacare.core.record import Measurement

READ_ANEW = timedelta(minutes=1)
OVERLAP = timedelta(seconds=5)  # a slower transaction may end after a faster one that began later


class Trace:
    """The values of one session as they stand, from the last look that was asked for."""

    def __init__(self, session_id: uuid.UUID) -> None:
        self.session_id = session_id
        self.rows: list[Value] = []
        self.persons: tuple[Measurement, ...] = ()
        self.device: list[Measurement] = []
        self._connection = access.NO_CONNECTION
        self._read_at: datetime | None = None
        self._looked_at: datetime | None = None
        self._seen: set[uuid.UUID] = set()
        self._entered: tuple[int, int] | None = None

    def look(self, *, now: datetime) -> None:
        """Bring everything up to date."""
        since = self._read_at
        if since is None or not timedelta() <= now - since < READ_ANEW:
            self._read(now)
        else:
            self._add(now)
        self._looked_at = now
        self._look_at_entries()

    def connection(self, *, now: datetime) -> Connection:
        """Return what is known of the monitor at ``now``."""
        return self._connection.at(now)

    def _read(self, now: datetime) -> None:
        self.device = list(access.recent_device_values(self.session_id, now=now))
        self._connection = access.connection_of(self.session_id, now=now)
        self._seen = {pk for pk, *_rest in self._messages_since(now - OVERLAP)}
        self._read_at = now

    def _add(self, now: datetime) -> None:
        since = (self._looked_at or now) - OVERLAP
        new = [row for row in self._messages_since(since) if row[0] not in self._seen]
        if not new:
            return
        self._seen.update(pk for pk, *_rest in new)
        stored = Value.objects.filter(message_id__in=[pk for pk, *_rest in new])
        self.device += access.as_measured(
            stored.filter(value__isnull=False).exclude(kind="").values_list(*access.COLUMNS)
        )
        for _pk, device, received_at in new:
            self._connection = self._connection.heard(device, received_at)

    def _messages_since(self, since: datetime) -> Iterable[tuple[uuid.UUID, str, datetime]]:
        return (
            Message.objects.filter(
                session_id=self.session_id,
                status=Message.Status.COMMITTED,
                received_at__gte=since,
            )
            .order_by("received_at")
            .values_list("pk", "device_id", "received_at")
        )

    def _look_at_entries(self) -> None:
        """Fetch what people entered when there is more of it, or a correction."""
        found = Value.objects.filter(session_id=self.session_id, origin=Value.Origin.PERSON)
        counts = found.aggregate(entered=Count("pk"), corrected=Count("superseded_by"))
        now_there = (counts["entered"], counts["corrected"])
        if now_there != self._entered:
            self.rows = access.persons_values(self.session_id)
            self.persons = access.current(self.rows)
            self._entered = now_there

    @property
    def entries(self) -> tuple[int, int] | None:
        """Return how much people entered and corrected: differs when anything of theirs changed."""
        return self._entered
