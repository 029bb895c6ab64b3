"""Reads ORU messages of bedside monitors, gateways and pumps into values.

Theory: HL7 v2.6 chapter 7 (ORU), IHE PCD Technical Framework (PCD-01 observations, PCD-04 alarms).
Which code is which vital sign stands in ``knowledge/devices``, one file for each dialect. A doubtful
observation is kept with its problem; a doubtful message is refused as a whole, so that the sender
sends it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from ketacare.adapters.hl7v2.alarms import Facet, alarm_of
from ketacare.adapters.hl7v2.envelope import (
    Header,
    Segment,
    bad,
    field_text,
    open_message,
    part,
    read_header,
)
from ketacare.adapters.hl7v2.message import DeviceAlarm, Observed, OruMessage, PumpReading
from ketacare.adapters.hl7v2.times import age_between, read_time, zone_of
from ketacare.core.errors import ErrorCode
from ketacare.knowledge.loading.devices import DeviceProfile, DeviceReading, profile_for

_VERSIONS = ("2.3", "2.4", "2.5", "2.6", "2.7", "2.8")
_ALARM_EVENT = "R40"
_EVENTS = ("R01", _ALARM_EVENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """The OBX segments under one OBR, with the OBR's time."""

    time: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    """The message's own time and zone, against which the times inside are read."""

    sent: str
    zone: timezone | None

    def read(self, obx: Segment, order_time: str) -> tuple[datetime | None, str, timedelta | None]:
        text = part(obx, 14, 1) or order_time
        at, problem = read_time(text, default=self.zone)
        return at, problem, age_between(text, self.sent) if at is None else None


def parse_oru(payload: bytes, *, profile: DeviceProfile | None = None) -> OruMessage:
    """Return what an ORU^R01 or ORU^R40 message says; refuse what is not one whole message.

    ``profile`` is chosen by the code systems in the message when it is left out. Raises
    ``InputError`` with a sentence for the sender; :func:`refuse` makes the answer of it.
    """
    message = open_message(payload)
    header = _accepted(read_header(message))
    bed, location, patient = _whose(message)
    groups = _groups(message)
    obx = [segment for group in groups for segment in group.segments]
    if not obx:
        raise bad("it has no OBX segment; it may have been cut", where="OBX")
    profile = profile or profile_for(
        sender=header.sender, systems=[part(each, 3, n) for each in obx for n in (3, 6)]
    )
    clock = _Clock(sent=header.sent, zone=zone_of(header.sent))
    observations: list[Observed] = []
    alarms: list[DeviceAlarm] = []
    pump: list[PumpReading] = []
    for group in groups:
        if header.event == _ALARM_EVENT:
            alarms.append(_alarm(group, clock, profile))
            continue
        for segment in group.segments:
            if not field_text(segment, 2) and not field_text(segment, 5):
                continue  # a heading of the containment tree: no value was meant
            if part(segment, 3, 3) in profile.alarm_systems:
                alarms.append(_alarm(_Group(time=group.time, segments=(segment,)), clock, profile))
            elif profile.is_pump(_code(segment, profile)[0]):
                pump.append(_pump_reading(segment, group.time, clock, profile))
            else:
                observations.append(_observed(segment, group.time, clock, profile))
    devices = tuple(dict.fromkeys(name for each in obx if (name := part(each, 18, 1))))
    return OruMessage(
        control_id=header.control_id,
        sender=header.sender,
        facility=header.facility,
        version=header.version,
        sent_at=read_time(header.sent)[0],
        bed=bed,
        location=location,
        patient_id=patient,
        device=devices[0] if devices else header.sender,
        devices=devices or ((header.sender,) if header.sender else ()),
        observations=tuple(observations),
        alarms=tuple(alarms),
        pump=tuple(pump),
        profile=profile.provenance.id,
        has_unique_ids=profile.has_unique_ids,
    )


def _accepted(header: Header) -> Header:
    if header.kind != "ORU" or header.event not in _EVENTS:
        raise bad(
            f"it is a {header.kind or '?'}^{header.event or '?'}; this port accepts ORU^R01 "
            "and ORU^R40",
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
    return header


def _whose(message: tuple[Segment, ...]) -> tuple[str, str, str]:
    """Return bed, location and patient; refuse a message about two beds or two people."""
    places: dict[str, str] = {}
    people: dict[str, None] = {}
    for segment in message:
        name = field_text(segment, 0)
        if name == "PV1":
            places[field_text(segment, 3)] = part(segment, 3, 3) or part(segment, 3, 1)
        elif name == "PID":
            people[part(segment, 3, 1).replace('""', "")] = None
    # The values of two people must never end with one of them.
    if len(places) > 1:
        named = " and ".join(f'"{place}"' for place in list(places)[:2])
        raise bad(f"it names two places ({named}); send one message for each bed", where="PV1-3")
    if len(people) > 1:
        raise bad("it names two patients; send one message for each", where="PID-3")
    location, bed = next(iter(places.items()), ("", ""))
    return bed, location, next(iter(people), "")


def _groups(message: tuple[Segment, ...]) -> list[_Group]:
    found: list[tuple[str, list[Segment]]] = []
    for segment in message:
        name = field_text(segment, 0)
        if name == "OBR":
            found.append((part(segment, 7, 1), []))
        elif name == "OBX":
            if not found:
                raise bad("an OBX stands before any OBR; it may have been cut", where="OBX")
            found[-1][1].append(segment)
    return [_Group(time=time, segments=tuple(inside)) for time, inside in found if inside]


def _observed(obx: Segment, order_time: str, clock: _Clock, profile: DeviceProfile) -> Observed:
    code, name = _code(obx, profile)
    raw_value = field_text(obx, 5)
    at, clock_problem, age = clock.read(obx, order_time)
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
        raw_code=code or part(obx, 3, 1),
        raw_name=name,
        raw_value=raw_value,
        raw_unit=part(obx, 6, 1) or part(obx, 6, 2),
        problem=reading.problem,
        clock_problem=clock_problem,
        device=part(obx, 18, 1),
        sub_id=field_text(obx, 4),
        age=age,
    )


def _pump_reading(
    obx: Segment, order_time: str, clock: _Clock, profile: DeviceProfile
) -> PumpReading:
    code, name = _code(obx, profile)
    raw_value = field_text(obx, 5)
    at, clock_problem, age = clock.read(obx, order_time)
    reading = profile.read_pump(
        mdc=code,
        unit=part(obx, 6, 1) or part(obx, 6, 2),
        text=raw_value,
        status=field_text(obx, 11),
    )
    return PumpReading(
        name=reading.name,
        value=reading.value,
        unit=reading.unit,
        at=at,
        raw_code=code,
        raw_name=name,
        raw_value=raw_value,
        raw_unit=part(obx, 6, 1) or part(obx, 6, 2),
        problem=reading.problem,
        clock_problem=clock_problem,
        device=part(obx, 18, 1),
        sub_id=field_text(obx, 4),
        age=age,
    )


def _alarm(group: _Group, clock: _Clock, profile: DeviceProfile) -> DeviceAlarm:
    facets = [
        Facet(
            code=_code(obx, profile)[0] or part(obx, 3, 1),
            name=part(obx, 3, 2),
            system=part(obx, 3, 3),
            sub_id=field_text(obx, 4),
            value=part(obx, 5, 1),
            value_name=part(obx, 5, 2),
            value_text=part(obx, 5, 9),
            unit=part(obx, 6, 2) or part(obx, 6, 1),
            limits=field_text(obx, 7),
            flags=tuple(filter(None, field_text(obx, 8).split("~"))),
        )
        for obx in group.segments
    ]
    timed = next((obx for obx in group.segments if part(obx, 14, 1)), group.segments[0])
    at, clock_problem, age = clock.read(timed, group.time)
    return alarm_of(
        facets,
        profile,
        at=at,
        clock_problem=clock_problem,
        age=age,
        device=next((d for obx in group.segments if (d := part(obx, 18, 1))), ""),
    )


def _code(obx: Segment, profile: DeviceProfile) -> tuple[str, str]:
    """Return code and name from whichever triplet of OBX-3 is in the profile's code system."""
    for first in (1, 4):
        if part(obx, 3, first + 2).casefold() == profile.code_system.casefold():
            return part(obx, 3, first), part(obx, 3, first + 1)
    return "", part(obx, 3, 2)


def _unit(obx: Segment, code: str, profile: DeviceProfile) -> str:
    """Return the unit as sent; the alternate triplet counts when only it is understood."""
    first = part(obx, 6, 1) or part(obx, 6, 2)
    alternate = part(obx, 6, 4)
    known = profile.codes.get(code)
    if known and alternate and first not in profile.vitals[known.kind].units:
        return alternate
    return first
