"""Reads ORU^R01 messages of bedside monitors (IHE PCD-01, HL7 v2.6) into values.

Theory: HL7 v2.6 chapter 7 (ORU), IHE PCD Technical Framework (PCD-01). Which code is which vital
sign stands in ``knowledge/devices``. A doubtful observation is kept with its problem; a doubtful
message is refused as a whole, so that the sender sends it again.
"""

from __future__ import annotations

from typing import Any

from ketacare.adapters.hl7v2.envelope import bad, field_text, open_message, part, read_header
from ketacare.adapters.hl7v2.message import Observed, OruMessage
from ketacare.adapters.hl7v2.times import read_time
from ketacare.core.errors import ErrorCode
from ketacare.knowledge.loading.devices import DeviceProfile, DeviceReading, load_device_profile

_VERSIONS = ("2.3", "2.4", "2.5", "2.6", "2.7", "2.8")


def parse_oru(payload: bytes, *, profile: DeviceProfile | None = None) -> OruMessage:
    """Return what an ORU^R01 message says; refuse what is not one whole message.

    Raises ``InputError`` with a sentence for the sender; :func:`refuse` makes the answer of it.
    """
    profile = profile or load_device_profile()
    message = open_message(payload)
    header = read_header(message)
    if (header.kind, header.event) != ("ORU", "R01"):
        raise bad(
            f"it is a {header.kind or '?'}^{header.event or '?'}; this port accepts ORU^R01",
            where="MSH-9",
            code=ErrorCode.NOT_ALLOWED,
        )
    if not header.version.startswith(_VERSIONS):
        raise bad(
            f'version "{header.version}" is not accepted; send 2.3 to 2.8',
            where="MSH-12",
            code=ErrorCode.NOT_ALLOWED,
        )
    if not header.control_id:
        raise bad("the control id is missing, so it cannot be acknowledged", where="MSH-10")
    bed, location, patient = _whose(message)
    observations = _observations(message, profile)
    if not observations:
        raise bad("it has no OBX segment; it may have been cut", where="OBX")
    return OruMessage(
        control_id=header.control_id,
        sender=header.sender,
        facility=header.facility,
        version=header.version,
        sent_at=read_time(header.sent)[0],
        bed=bed,
        location=location,
        patient_id=patient,
        device=next((o.device for o in observations if o.device), header.sender),
        observations=observations,
    )


def _whose(message: Any) -> tuple[str, str, str]:
    bed = location = patient = ""
    for segment in message:
        name = field_text(segment, 0)
        if name == "PV1":
            location = field_text(segment, 3)
            bed = part(segment, 3, 3) or part(segment, 3, 1)
        elif name == "PID":
            patient = part(segment, 3, 1).replace('""', "")
    return bed, location, patient


def _observations(message: Any, profile: DeviceProfile) -> tuple[Observed, ...]:
    found: list[Observed] = []
    order_time: str | None = None
    for segment in message:
        name = field_text(segment, 0)
        if name == "OBR":
            order_time = part(segment, 7, 1)
        elif name == "OBX":
            if order_time is None:
                raise bad("an OBX stands before any OBR; it may have been cut", where="OBX")
            found.append(_observed(segment, order_time, profile))
    return tuple(found)


def _observed(obx: Any, order_time: str, profile: DeviceProfile) -> Observed:
    code, name = _code(obx, profile)
    raw_value = field_text(obx, 5)
    at, clock_problem = read_time(part(obx, 14, 1) or order_time)
    if code:
        reading = profile.read(
            mdc=code,
            unit=_unit(obx, code, profile),
            text=raw_value,
            status=field_text(obx, 11),
        )
    else:
        said = part(obx, 3, 1) or "nothing"
        problem = f"{said} is not a code of {profile.code_system}"
        reading = DeviceReading(kind=None, value=None, problem=problem)
    return Observed(
        kind=reading.kind,
        value=reading.value,
        unit=reading.kind.unit if reading.kind else "",
        at=at,
        raw_code=code,
        raw_name=name,
        raw_value=raw_value,
        raw_unit=part(obx, 6, 1) or part(obx, 6, 2),
        problem=reading.problem,
        clock_problem=clock_problem,
        device=part(obx, 18, 1),
    )


def _code(obx: Any, profile: DeviceProfile) -> tuple[str, str]:
    """Return code and name from whichever triplet of OBX-3 is in the profile's code system."""
    for first in (1, 4):
        if part(obx, 3, first + 2) == profile.code_system:
            return part(obx, 3, first), part(obx, 3, first + 1)
    return "", part(obx, 3, 2)


def _unit(obx: Any, code: str, profile: DeviceProfile) -> str:
    """Return the unit as sent; the alternate triplet counts when only it is understood."""
    first = part(obx, 6, 1) or part(obx, 6, 2)
    alternate = part(obx, 6, 4)
    known = profile.codes.get(code)
    if known and alternate and first not in profile.vitals[known.kind].units:
        return alternate
    return first
