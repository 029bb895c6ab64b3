"""Builds ORU^R01 messages as a bedside monitor sends them: the twin of the parser, for `monitor`.

Only what the parser's profile knows can be sent; codes and units come from the same knowledge
file, and tests compare the result with an independent HL7 library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ketacare.adapters.hl7v2.envelope import escape
from ketacare.adapters.hl7v2.times import write_time
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Vital
from ketacare.knowledge.loading.devices import DeviceProfile, load_device_profile

_PROFILE = "IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO"
_ORDER = "182777000^monitoring of patient^SCT"

# HL7 writes "known to be empty" as two quotes: a monitor knows its bed, not its patient.
_NULL = '""'

# Where each metric sits in the device's containment tree (MDS.VMD.CHAN.METRIC).
_PLACES = {
    Vital.HEART_RATE: "1.6.1.1",
    Vital.SPO2: "1.3.1.1",
    Vital.RESPIRATORY_RATE: "1.7.1.1",
    Vital.SYSTOLIC: "1.8.1.1",
    Vital.DIASTOLIC: "1.8.1.2",
    Vital.TEMPERATURE: "1.9.1.1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One value to send: ``value`` ``None`` goes out as the sentinel ``no_value`` of the device."""

    kind: Vital
    value: float | None
    at: datetime
    decimals: int = 0
    no_value: str = "-100"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a make writes what it sends, where makes differ.

    ``has_zone``: times carry their zone. ``has_places``: OBX-4 is filled. ``names_device``: OBX-18
    and MSH-3 say which device. ``status`` is OBX-11. ``units`` replaces the unit of a vital sign (as
    a wrong one does), ``unit_system`` names where units come from.
    """

    has_zone: bool = True
    has_places: bool = True
    names_device: bool = True
    status: str = "R"
    unit_system: str = "MDC"
    units: Mapping[Vital, str] = field(default_factory=dict)


_PLAIN = Style()


def build_oru(
    observations: Sequence[Outgoing],
    *,
    control_id: str,
    bed: str,
    device: str,
    at: datetime,
    unit: str = "INFUSION",
    patient_id: str = "",
    profile: DeviceProfile | None = None,
    style: Style = _PLAIN,
) -> bytes:
    """Return one ORU^R01 message with one OBR and one OBX for each observation.

    ``bed`` goes to PV1-3 beside the care unit ``unit``; ``device`` is an EUI-64 for OBX-18.
    Refuses an empty message.
    """
    if not observations:
        raise InputError(ErrorCode.MISSING_KEY, "a message needs at least one observation")
    profile = profile or load_device_profile()
    stamp = _time(at, style)
    origin = f"KETACARE_MONITOR^{escape(device)}^EUI-64" if style.names_device else "^Monitor"
    order_id = f"{escape(control_id)}^{origin}"
    header = (
        f"MSH|^~\\&|{origin}|BEDSIDE|KETACARE|CLINIC|{stamp}||ORU^R01^ORU_R01|"
        f"{escape(control_id)}|P|2.6|||AL|NE||UNICODE UTF-8|||{_PROFILE}"
    )
    segments = [
        header,
        f"PID|||{escape(patient_id) or _NULL}^^^KETACARE^PI||{_NULL}^^^^^^U",
        f"PV1||O|{escape(unit)}^^{escape(bed)}",
        f"OBR|1|{order_id}|{order_id}|{_ORDER}|||{stamp}",
    ]
    for index, observation in enumerate(observations, start=1):
        segments.append(_obx(index, observation, device=device, profile=profile, style=style))
    return ("\r".join(segments) + "\r").encode()


def _obx(
    index: int, observation: Outgoing, *, device: str, profile: DeviceProfile, style: Style
) -> str:
    code = profile.code_of(observation.kind)
    units = profile.vitals[observation.kind].units
    unit, unit_name = units[0], units[min(1, len(units) - 1)]
    if observation.kind in style.units:
        unit = unit_name = style.units[observation.kind]
    if observation.value is None:
        text = observation.no_value
    else:
        text = f"{observation.value:.{observation.decimals}f}"
    place = _PLACES[observation.kind] if style.has_places else ""
    origin = f"{escape(device)}^^{escape(device)}^EUI-64" if style.names_device else ""
    return (
        f"OBX|{index}|NM|{code.mdc}^{code.name}^{profile.code_system}|"
        f"{place}|{text}|{unit}^{unit_name}^{style.unit_system}|||||{style.status}|||"
        f"{_time(observation.at, style)}||||{origin}"
    )


def _time(at: datetime, style: Style) -> str:
    written = write_time(at)
    return written if style.has_zone else written[:14]
