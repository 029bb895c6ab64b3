"""Diagnoses, medicines, findings and measurements, each with its time and its origin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record._checks import require_aware, require_order, require_positive
from ketacare.core.units import dimension


class Certainty(StrEnum):
    """Whether a statement rests on a document or on memory."""

    RECORD = "record"
    RECALL = "recall"


class Origin(StrEnum):
    """Who produced a measurement: a person's check and a machine's value are never confused."""

    PERSON = "person"
    DEVICE = "device"


class Vital(StrEnum):
    """Names of bedside and body measurements, with the unit each is stored in."""

    SYSTOLIC = "systolic"
    DIASTOLIC = "diastolic"
    HEART_RATE = "heart_rate"
    SPO2 = "spo2"
    RESPIRATORY_RATE = "respiratory_rate"
    TEMPERATURE = "temperature"
    WEIGHT = "weight"
    HEIGHT = "height"
    MOAAS = "moaas"
    CADSS = "cadss"
    CADSS6 = "cadss6"
    DISTRESS = "distress"
    NAUSEA = "nausea"
    PAIN = "pain"

    @property
    def unit(self) -> str:
        """Return the unit values of this kind are stored and shown in."""
        return _VITAL_UNITS[self]


_VITAL_UNITS: dict[Vital, str] = {
    Vital.SYSTOLIC: "mmHg",
    Vital.DIASTOLIC: "mmHg",
    Vital.HEART_RATE: "1/min (beats)",
    Vital.SPO2: "%",
    Vital.RESPIRATORY_RATE: "1/min (breaths)",
    Vital.TEMPERATURE: "degC",
    Vital.WEIGHT: "kg",
    Vital.HEIGHT: "cm",
    Vital.MOAAS: "point",
    Vital.CADSS: "point",
    Vital.CADSS6: "point",
    Vital.DISTRESS: "point",
    Vital.NAUSEA: "point",
    Vital.PAIN: "point",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A diagnosis with its ICD-10-CM code where one was recorded."""

    name: str
    code: str = ""
    confirmed_by: str = ""
    confirmed_on: datetime | None = None
    in_person: bool | None = None
    primary: bool = False
    since: datetime | None = None

    def __post_init__(self) -> None:
        require_aware("confirmed_on", self.confirmed_on)
        require_aware("since", self.since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Medicine:
    """A medicine being taken now or at a stated time; ``ingredient`` is an id of treatments."""

    ingredient: str
    name: str = ""
    mg_per_day: float | None = None
    since: datetime | None = None
    until: datetime | None = None
    last_taken: datetime | None = None
    as_needed: bool | None = None

    def __post_init__(self) -> None:
        require_positive("mg_per_day", self.mg_per_day, "mg/day")
        require_aware("since", self.since)
        require_aware("until", self.until)
        require_aware("last_taken", self.last_taken)
        require_order("since", self.since, "until", self.until)

    def is_taken_at(self, at: datetime) -> bool:
        """Return whether the medicine was on the list at ``at``."""
        return (self.since is None or self.since <= at) and (self.until is None or at <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One answer to one clinical question, for example ``aneurysm_or_avm`` → False.

    The closed list of codes, with wording and kind of answer, is ``knowledge/safety/facts.toml``.
    ``value`` is a yes/no, a number in ``unit``, or one of the fact's own words. A code that has no
    :class:`Fact` was never answered.
    """

    code: str
    value: bool | float | str
    at: datetime
    unit: str = ""
    by: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        require_aware("at", self.at)
        if self.unit:
            dimension(self.unit)
        if isinstance(self.value, float) and not math.isfinite(self.value):
            raise InputError(
                ErrorCode.OUT_OF_RANGE, f"{self.code} is {self.value}; give a finite number"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One measured value in the unit of its kind, with when it was measured and by what."""

    kind: Vital
    value: float
    at: datetime
    origin: Origin = Origin.PERSON
    by: str = ""

    def __post_init__(self) -> None:
        require_aware("at", self.at)
        require_positive(self.kind.value, self.value, self.kind.unit, zero=True)

    @property
    def unit(self) -> str:
        """Return the unit of ``value``."""
        return self.kind.unit
