"""Puts the facets of an alarm together: identity, source, phase, state, priority.

Theory: IHE PCD Alert Communication Management (PCD-04): the OBX segments under one OBR are facets of
one alarm, told apart by their code and by the last number of OBX-4. Some makes send an alarm as one
OBX among the observations; then that segment is all there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ketacare.adapters.hl7v2.message import DeviceAlarm
from ketacare.knowledge.loading.devices import DeviceProfile

# OBX-8: priority (high, medium, low, none, interrupted, unknown) and kind of cause.
_PRIORITIES = ("PH", "PM", "PL", "PN", "PI", "PU")
_CATEGORIES = ("SP", "ST", "SA")  # physiological, technical, advisory


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One OBX of an alarm, taken apart."""

    code: str
    name: str
    system: str
    sub_id: str
    value: str
    value_name: str
    value_text: str
    unit: str
    limits: str
    flags: tuple[str, ...]

    @property
    def number(self) -> str:
        """Return the last number of OBX-4, which tells facets apart."""
        return self.sub_id.rpartition(".")[2]


def alarm_of(
    facets: Sequence[Facet],
    profile: DeviceProfile,
    *,
    at: datetime | None,
    clock_problem: str,
    age: timedelta | None,
    device: str,
) -> DeviceAlarm:
    """Return the alarm that ``facets`` describe; what is not said stays empty."""
    words = profile.alarm_words
    by_word = {
        word: next((f for f in facets if f.code == code), None) for word, code in words.items()
    }
    told = {word: facet.value for word, facet in by_word.items() if facet is not None}
    identity = by_word.get("identity") or _identity(facets, set(words.values()))
    source = next(
        (f for f in facets if f is not identity and f.number == "2"), by_word.get("origin")
    )
    flags = identity.flags if identity else ()
    code, name, text = _named(identity, event=words.get("identity", ""))
    return DeviceAlarm(
        code=code,
        name=name,
        text=told.get("text", "") or text,
        priority=_first(flags, _PRIORITIES) or told.get("priority", ""),
        category=_first(flags, _CATEGORIES) or told.get("category", ""),
        phase=told.get("phase", ""),
        state=told.get("state", ""),
        inactivation=told.get("inactivation", ""),
        source=(source.name or source.code) if source else "",
        source_value=" ".join(filter(None, (source.value, source.unit))) if source else "",
        limits=source.limits if source else "",
        at=at,
        clock_problem=clock_problem,
        device=device,
        sub_id=identity.sub_id if identity else "",
        age=age,
    )


def _identity(facets: Sequence[Facet], known: set[str]) -> Facet | None:
    """Return the facet that says which alarm it is: number 1, else the first without another role."""
    for facet in facets:
        if facet.number == "1" and facet.code not in known:
            return facet
    return next((f for f in facets if f.code not in known and f.number != "2"), None)


def _named(identity: Facet | None, *, event: str) -> tuple[str, str, str]:
    """Return code, name and text: the code is the value of an event, else the segment's own."""
    if identity is None:
        return "", "", ""
    if identity.code == event:
        return identity.value, identity.value_name, identity.value_text
    return identity.code, identity.name, identity.value


def _first(flags: Iterable[str], known: tuple[str, ...]) -> str:
    return next((flag.strip() for flag in flags if flag.strip() in known), "")
