"""What a monitor's message says, as values: the envelope and one entry for each observation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ketacare.core.record import Vital


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One OBX segment.

    ``value`` is in the unit of ``kind`` and is ``None`` whenever ``problem`` says why. ``at`` is
    the device's time in UTC, or ``None`` when the device gave no time or no time zone; then
    ``clock_problem`` says so and the receiver's clock is the only one to trust. The raw texts are
    what the device sent, for the record.
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

    @property
    def is_usable(self) -> bool:
        """Return whether this is a known vital sign with a value."""
        return self.kind is not None and self.value is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class OruMessage:
    """One ORU^R01: whose bed, which device, when sent, and everything it observed.

    ``control_id`` is MSH-10, which the acknowledgement repeats. ``bed`` is the bed of PV1-3, or
    its point of care when no bed is written; ``location`` the whole of PV1-3 as sent.
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
