"""What a monitor's message says, as values: the envelope, the observations, alarms, pump readings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ketacare.core.record import Vital


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One OBX segment.

    ``value`` is in the unit of ``kind`` and is ``None`` whenever ``problem`` says why. ``at`` is
    the device's time in UTC, or ``None`` when the device gave no time or no time zone; then
    ``clock_problem`` says so, the receiver's clock is the only one to trust, and ``age`` is how
    long before the sending of the message it was, if the device said that much. The raw texts are
    what the device sent, for the record; ``sub_id`` (OBX-4) says which sensor of several.
    """

    kind: Vital | None
    value: float | None
    unit: str
    at: datetime | None
    raw_code: str
    raw_name: str
    raw_value: str
    raw_unit: str
    problem: str = ""
    clock_problem: str = ""
    device: str = ""
    sub_id: str = ""
    age: timedelta | None = None

    @property
    def is_usable(self) -> bool:
        """Return whether this is a known vital sign with a value."""
        return self.kind is not None and self.value is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAlarm:
    """One alarm a device told of, in its own words (IHE PCD-04, or an alarm among observations).

    ``priority`` is PH, PM, PL (high, medium, low) or as sent; ``phase`` start, continue, end;
    ``state`` active, latched, inactive. It is a record: nothing here sounds or clears anything.
    """

    code: str
    name: str
    text: str
    priority: str
    category: str
    phase: str
    state: str
    inactivation: str
    source: str
    source_value: str
    limits: str
    at: datetime | None
    clock_problem: str = ""
    device: str = ""
    sub_id: str = ""
    age: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpReading:
    """One thing an infusion pump told of itself; read only, never an order to a pump."""

    name: str
    value: float | None
    unit: str
    at: datetime | None
    raw_code: str
    raw_name: str
    raw_value: str
    raw_unit: str
    problem: str = ""
    clock_problem: str = ""
    device: str = ""
    sub_id: str = ""
    age: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OruMessage:
    """One ORU^R01 or ORU^R40: whose bed, which devices, when sent, and everything it says.

    ``control_id`` is MSH-10, which the acknowledgement repeats. ``bed`` is the bed of PV1-3, or
    its point of care when no bed is written; ``location`` the whole of PV1-3 as sent. ``device`` is
    the first of ``devices`` (OBX-18), or the sending application (MSH-3) when none is named.
    ``profile`` is the id of the knowledge file its codes were read with; ``has_unique_ids`` is
    false where the make repeats MSH-10 for different messages.
    """

    control_id: str
    sender: str
    facility: str
    version: str
    sent_at: datetime | None
    bed: str
    location: str
    patient_id: str
    device: str
    observations: tuple[Observed, ...]
    devices: tuple[str, ...] = ()
    alarms: tuple[DeviceAlarm, ...] = ()
    pump: tuple[PumpReading, ...] = ()
    profile: str = ""
    has_unique_ids: bool = True
