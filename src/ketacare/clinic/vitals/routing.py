"""Whose a monitor's message is: device and bed name a chair, chair and time name a session.

A device stands at a chair for a stated time, a person sits in a chair for a stated time. A message
that does not fit exactly one session by both is nobody's: it waits in the inbox with the reason. One
router answers for one batch of messages, so that a batch asks the database a handful of questions.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ketacare.clinic.infusions import access as infusions
from ketacare.clinic.infusions.models import Chair, Session
from ketacare.clinic.infusions.seats import Seat, seats_since
from ketacare.clinic.records.access import sealed_among
from ketacare.clinic.vitals.models import Binding


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a message belongs: ``session`` is ``None`` whenever ``problem`` says why."""

    session: Session | None
    problem: str


class Router:
    """Knows chairs, devices and who sat where since ``since``, as it stands when it is made."""

    def __init__(self, *, since: datetime) -> None:
        self._chairs = {chair.pk: chair for chair in infusions.chairs()}
        self._by_name = {chair.name.casefold(): chair for chair in self._chairs.values()}
        self._bindings: dict[str, list[Binding]] = {}
        for binding in Binding.objects.filter(chair__in=self._chairs):
            self._bindings.setdefault(binding.device_id.casefold(), []).append(binding)
        # A chair's own device counts as standing there always, until somebody binds it for a time.
        self._standing = {
            chair.device_id.casefold(): chair
            for chair in self._chairs.values()
            if chair.device_id and chair.device_id.casefold() not in self._bindings
        }
        self._seats: dict[uuid.UUID, tuple[Seat, ...]] = seats_since(since)
        self._sealed = sealed_among(
            {seat.session.pk for seats in self._seats.values() for seat in seats}
        )

    def route(self, *, devices: Sequence[str], bed: str, times: Sequence[datetime]) -> Route:
        """Return the one session that everything measured at ``times`` belongs to, or why not."""
        found: Session | None = None
        for at in sorted(set(times)):
            route = self._route_at(devices, bed, at)
            if route.session is None:
                return route
            if found is not None and route.session.pk != found.pk:
                return Route(
                    session=None,
                    problem="its values are from the times of two people; look at each",
                )
            found = route.session
        return Route(session=found, problem="" if found else "it says nothing with a time")

    def chairs_named(self, *, devices: Sequence[str], bed: str, at: datetime) -> tuple[Chair, ...]:
        """Return every chair the message points to, also where they contradict each other."""
        chairs = self._of_devices(devices, at)
        named = self._by_bed(bed)
        if named is not None:
            chairs[named.pk] = named
        return tuple(chairs.values())

    def is_sealed(self, session: Session) -> bool:
        """Return whether the record of a session is sealed, so that nothing can be added to it."""
        return session.pk in self._sealed

    def sitting(self, chair: Chair, at: datetime) -> Session | None:
        """Return who was in a chair at a moment."""
        for seat in self._seats.get(chair.pk, ()):
            if seat.holds(at):
                return seat.session
        return None

    def _route_at(self, devices: Sequence[str], bed: str, at: datetime) -> Route:
        chair, problem = self._chair(devices, bed, at)
        if chair is None:
            return Route(session=None, problem=problem)
        session = self.sitting(chair, at)
        if session is None:
            return Route(
                session=None,
                problem=f"nobody was checked in at {chair.name} at that time; check the person in",
            )
        if self.is_sealed(session):
            return Route(
                session=None,
                problem=f"the record of who sat at {chair.name} at that time is sealed; set it "
                "aside, and write an addendum if it matters",
            )
        return Route(session=session, problem="")

    def _chair(self, devices: Sequence[str], bed: str, at: datetime) -> tuple[Chair | None, str]:
        by_device = list(self._of_devices(devices, at).values())
        by_bed = self._by_bed(bed)
        device = ", ".join(devices)
        if len(by_device) > 1:
            names = " and ".join(chair.name for chair in by_device)
            return None, f'its devices "{device}" stand at {names}; send one message for each chair'
        if by_device and by_bed and by_device[0].pk != by_bed.pk:
            return None, (
                f'device "{device}" belongs to {by_device[0].name} but names {by_bed.name}; '
                "assign it to the chair it stands at"
            )
        if by_device:
            return by_device[0], ""
        if by_bed is None:
            return None, f'neither bed "{bed}" nor device "{device}" is known; set up the chair'
        expected = self._expected(by_bed, at)
        if expected and devices and bed.casefold() not in expected:
            return None, (
                f'device "{device}" is not the monitor of {by_bed.name} '
                f'("{", ".join(sorted(expected.values()))}"); assign it to the chair it stands at'
            )
        return by_bed, ""

    def _of_devices(self, devices: Sequence[str], at: datetime) -> dict[uuid.UUID, Chair]:
        found: dict[uuid.UUID, Chair] = {}
        for device in devices:
            key = device.casefold()
            if key in self._standing:
                found[self._standing[key].pk] = self._standing[key]
            for binding in self._bindings.get(key, ()):
                if _held(binding, at):
                    found[binding.chair_id] = self._chairs[binding.chair_id]
        return found

    def _by_bed(self, bed: str) -> Chair | None:
        if not bed:
            return None
        key = bed.casefold()
        own = next((c for c in self._chairs.values() if c.device_id.casefold() == key), None)
        return self._by_name.get(key) or own

    def _expected(self, chair: Chair, at: datetime) -> dict[str, str]:
        """Return the devices that stood at a chair then, as compared and as written."""
        found = {key: c.device_id for key, c in self._standing.items() if c.pk == chair.pk}
        for key, bindings in self._bindings.items():
            for each in bindings:
                if each.chair_id == chair.pk and _held(each, at):
                    found[key] = each.device_id
        return found


def _held(binding: Binding, at: datetime) -> bool:
    return (binding.since is None or binding.since <= at) and (
        binding.until is None or at < binding.until
    )
