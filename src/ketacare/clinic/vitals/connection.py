"""Whether the monitor of a session is heard, by the clinic's clock and by the monitor's own rhythm."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from ketacare.clinic.vitals.models import Message

# A monitor is silent when two and a half times its own rhythm have passed, within these.
SILENT_AT_ONCE, SILENT_AT_LAST = timedelta(seconds=8), timedelta(minutes=3)
UNKNOWN_RHYTHM = timedelta(seconds=30)
RHYTHM_OF = 6  # messages
SET_BACK = timedelta(seconds=5)  # more than two transactions lie apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What is known of the monitor of a session, by the clinic's clock.

    ``recent`` is when its last messages came: a monitor that sends every second is missed sooner than
    one that sends each minute.
    """

    device_id: str
    received_at: datetime | None
    age_seconds: float | None
    recent: tuple[datetime, ...] = ()

    @property
    def silent_after(self) -> timedelta:
        """How long after its last message a monitor counts as silent.

        An interruption, or a clock that was set, is no part of its rhythm.
        """
        if len(self.recent) < 2:
            return UNKNOWN_RHYTHM
        gaps = [b - a for a, b in pairwise(self.recent)]
        longest = max((gap for gap in gaps if gap <= SILENT_AT_LAST), default=SILENT_AT_LAST)
        return min(max(SILENT_AT_ONCE, 2.5 * longest), SILENT_AT_LAST)

    @property
    def is_silent(self) -> bool:
        """Whether it was heard before and is not heard any more."""
        return self.age_seconds is not None and self.age_seconds > self.silent_after.total_seconds()

    def at(self, now: datetime) -> Connection:
        """Return the same at another moment."""
        if self.received_at is None:
            return self
        return replace(self, age_seconds=max(0.0, (now - self.received_at).total_seconds()))

    def heard(self, device_id: str, received_at: datetime) -> Connection:
        """Return it with one more message; messages stored together count as one.

        A message that counts as later by more than ``SET_BACK`` came before the clinic's clock was set
        back: it says nothing of how long ago the monitor was heard.
        """
        past = {each for each in self.recent if each - received_at <= SET_BACK}
        moments = sorted({*past, received_at})[-RHYTHM_OF:]
        return replace(self, device_id=device_id, received_at=moments[-1], recent=tuple(moments))


NO_CONNECTION = Connection(device_id="", received_at=None, age_seconds=None)


def connection_of(session_id: uuid.UUID, *, now: datetime) -> Connection:
    """Return when the monitor of a session was last heard, and in which rhythm it sends."""
    last = list(
        Message.objects.filter(
            session_id=session_id,
            status=Message.Status.COMMITTED,
            received_at__lte=now + SET_BACK,  # not what came before the clock was set back
        )
        .order_by("-received_at")
        .values_list("device_id", "received_at", "repeated_at")[:RHYTHM_OF]
    )
    found = NO_CONNECTION
    for device, received_at, repeated_at in reversed(last):
        found = found.heard(device, max(received_at, repeated_at or received_at))
    return found.at(now)
