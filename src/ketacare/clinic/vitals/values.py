"""From what a message says to rows: each value, alarm and pump reading with its time by our clock.

Nothing is interpreted here: what the device sent stands beside what was made of it, and a value that
could not be used is a row without a number that says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ketacare.adapters.hl7v2 import DeviceAlarm, Observed, OruMessage, PumpReading
from ketacare.clinic.infusions.models import Session
from ketacare.clinic.vitals.models import DeviceEvent, Message, Value
from ketacare.clinic.vitals.times import bucket_of, measured_at

Said = Observed | DeviceAlarm | PumpReading


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What one message says, each part with when it was (by the clinic's clock) and clock trouble."""

    message: OruMessage
    received_at: datetime
    observed: tuple[tuple[Observed, datetime, str], ...]
    alarms: tuple[tuple[DeviceAlarm, datetime, str], ...]
    pump: tuple[tuple[PumpReading, datetime, str], ...]

    @property
    def times(self) -> tuple[datetime, ...]:
        """Return every moment something in it is of; of a message of headings, its arrival."""
        parts = (*self.observed, *self.alarms, *self.pump)
        return tuple(at for _said, at, _clock in parts) or (self.received_at,)

    @property
    def at(self) -> datetime:
        """Return the newest of these moments."""
        return max(self.times)

    def values(self, stored: Message, session: Session) -> list[Value]:
        """Return the rows of its observations in ``session``."""
        return [
            Value(
                session=session,
                patient_id=session.patient_id,
                kind=each.kind.value if each.kind else "",
                value=each.value,
                unit=each.unit,
                at=at,
                bucket=bucket_of(at),
                device_at=each.at,
                received_at=self.received_at,
                origin=Value.Origin.DEVICE,
                device_id=(each.device or self.message.device)[:200],
                control_id=self.message.control_id[:200],
                message=stored,
                raw_code=each.raw_code[:200],
                raw_name=each.raw_name[:200],
                raw_value=each.raw_value[:200],
                raw_unit=each.raw_unit[:200],
                sub_id=each.sub_id[:80],
                problem=each.problem[:300],
                clock_problem=clock[:300],
            )
            for each, at, clock in self.observed
        ]

    def events(self, stored: Message, session: Session) -> list[DeviceEvent]:
        """Return the rows of its alarms and pump readings in ``session``."""
        alarms = [
            DeviceEvent(
                kind=DeviceEvent.Kind.ALARM,
                code=each.code[:200],
                name=each.name[:200],
                text=each.text[:300],
                priority=each.priority[:40],
                category=each.category[:40],
                phase=each.phase[:40],
                state=each.state[:40],
                inactivation=each.inactivation[:40],
                source=each.source[:200],
                source_value=each.source_value[:200],
                limits=each.limits[:80],
                **self._common(each, at, clock, stored, session),
            )
            for each, at, clock in self.alarms
        ]
        pump = [
            DeviceEvent(
                kind=DeviceEvent.Kind.PUMP,
                code=each.raw_code[:200],
                name=each.name[:200],
                value=each.value,
                unit=each.unit[:20],
                raw_value=f"{each.raw_value} {each.raw_unit}".strip()[:200],
                problem=each.problem[:300],
                **self._common(each, at, clock, stored, session),
            )
            for each, at, clock in self.pump
        ]
        return alarms + pump

    def _common(
        self, said: Said, at: datetime, clock: str, stored: Message, session: Session
    ) -> dict[str, Any]:
        return {
            "session": session,
            "message": stored,
            "at": at,
            "device_at": said.at,
            "received_at": self.received_at,
            "device_id": (said.device or self.message.device)[:200],
            "sub_id": said.sub_id[:80],
            "clock_problem": clock[:300],
        }


def content_of(message: OruMessage, *, received_at: datetime) -> Content:
    """Return what ``message`` says with its times by the clinic's clock."""

    def timed(said: Said) -> tuple[datetime, str]:
        at, clock = measured_at(
            device_at=said.at, sent_at=message.sent_at, received_at=received_at, age=said.age
        )
        if said.at is not None or said.age is not None:
            return at, clock
        return at, said.clock_problem or clock

    return Content(
        message=message,
        received_at=received_at,
        observed=tuple((each, *timed(each)) for each in message.observations),
        alarms=tuple((each, *timed(each)) for each in message.alarms),
        pump=tuple((each, *timed(each)) for each in message.pump),
    )
