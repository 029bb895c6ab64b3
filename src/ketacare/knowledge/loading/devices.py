"""Loads the device profiles: which code of a bedside monitor is which vital sign, and when not.

A profile turns one coded value into a number or into a sentence why there is none; it never
guesses a unit and never lets a sentinel through. One file holds one dialect; which one a message
speaks is told by the code system its observations name. Message formats are the adapters' business.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Vital
from ketacare.core.sources import Provenance, Sourced
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import Section, open_folder, open_section, read_provenance

FOLDER = "devices"
GENERAL = "ihe_pcd01"

# The facets of an alarm a profile may name a code for.
ALARM_WORDS = (
    "identity",
    "origin",
    "phase",
    "state",
    "inactivation",
    "priority",
    "category",
    "text",
)

# HL7's type NM: digits with a sign and a decimal point. float() alone would also read "1_0" or "nan".
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,12}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceVital:
    """The units accepted for one vital sign and the bounds of what can be a measurement.

    ``unit_if_missing`` is the unit a make's own document gives for values it sends without one;
    empty where no document says so, and then such a value is refused.
    """

    kind: Vital
    units: tuple[str, ...]
    lowest: Sourced
    highest: Sourced
    unit_if_missing: str = ""

    def problem(self, value: float, unit: str) -> str:
        """Return why ``value`` in ``unit`` cannot be used, or an empty text."""
        if (unit or self.unit_if_missing) not in self.units:
            said = f'unit "{unit}"' if unit else "a missing unit"
            return f"{said} is not one of {', '.join(self.units)}"
        if not self.lowest.value <= value <= self.highest.value:
            bounds = f"{self.lowest.value:g} to {self.highest.value:g} {self.kind.unit}"
            return f"{value:g} cannot be a measurement, which lies within {bounds}"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCode:
    """One code of the device's nomenclature with its name and the vital sign it stands for."""

    mdc: str
    name: str
    kind: Vital
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpCode:
    """One code of an infusion pump that is read: what it is, and the units it may come in."""

    mdc: str
    name: str
    units: tuple[str, ...]
    unit: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpValue:
    """What one coded value of a pump says: ``value`` is ``None`` whenever ``problem`` says why."""

    name: str
    value: float | None
    unit: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceReading:
    """What one coded value says: ``value`` is ``None`` whenever ``problem`` says why."""

    kind: Vital | None
    value: float | None
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceProfile:
    """One family of monitors: its codes, units, bounds and ways to write "no value"."""

    provenance: Provenance
    code_system: str
    codes: dict[str, DeviceCode]
    vitals: dict[Vital, DeviceVital]
    no_value_texts: frozenset[str]
    no_value_numbers: tuple[float, ...]
    accepted_status: frozenset[str]
    senders: tuple[str, ...] = ()
    has_unique_ids: bool = True
    pump: Mapping[str, PumpCode] = field(default_factory=dict)
    alarm_words: Mapping[str, str] = field(default_factory=dict)
    alarm_systems: frozenset[str] = frozenset()

    def is_pump(self, mdc: str) -> bool:
        """Return whether ``mdc`` is a code of an infusion pump that is read."""
        return mdc in self.pump

    def read_pump(self, *, mdc: str, unit: str, text: str, status: str = "F") -> PumpValue:
        """Return what a pump told of itself, or why that is no number."""
        code = self.pump[mdc]
        text, problem, value = text.strip(), "", None
        if text in self.no_value_texts:
            problem = f'the device sent no value ("{text}")'
        elif status.strip() not in self.accepted_status:
            problem = f'the device marked the value as not usable (status "{status.strip()}")'
        elif _NUMBER.fullmatch(text) is None:
            problem = f'"{text[:40]}" is not a number'
        elif any(math.isclose(float(text), sentinel) for sentinel in self.no_value_numbers):
            problem = f'the device sent no value ("{text}")'
        elif unit not in code.units:
            said = f'unit "{unit}"' if unit else "a missing unit"
            problem = f"{said} is not one of {', '.join(code.units)}"
        elif float(text) < 0:
            problem = f"{text} cannot be what a pump delivers"
        else:
            value = float(text)
        return PumpValue(name=code.name, value=value, unit=code.unit, problem=problem)

    def code_of(self, kind: Vital) -> DeviceCode:
        """Return the first code listed for ``kind``; refuse a kind no monitor sends."""
        for code in self.codes.values():
            if code.kind is kind:
                return code
        raise InputError(
            ErrorCode.NOT_AVAILABLE, f"{kind.value} has no code in {self.provenance.id}"
        )

    def read(self, *, mdc: str, unit: str, text: str, status: str = "F") -> DeviceReading:
        """Return the number that ``text`` in ``unit`` stands for, or why it stands for none."""
        code = self.codes.get(mdc)
        if code is None:
            return DeviceReading(kind=None, value=None, problem=f"code {mdc} is not mapped")
        problem, value = self._number(code, unit, text.strip(), status.strip())
        return DeviceReading(kind=code.kind, value=value, problem=problem)

    def _number(
        self, code: DeviceCode, unit: str, text: str, status: str
    ) -> tuple[str, float | None]:
        if text in self.no_value_texts:
            return f'the device sent no value ("{text}")', None
        if status not in self.accepted_status:
            return f'the device marked the value as not usable (status "{status}")', None
        if _NUMBER.fullmatch(text) is None:
            return f'"{text[:40]}" is not a number', None
        value = float(text)
        if any(math.isclose(value, sentinel) for sentinel in self.no_value_numbers):
            return f'the device sent no value ("{text}")', None
        problem = self.vitals[code.kind].problem(value, unit)
        return problem, None if problem else value


@cache
def load_device_profile(profile_id: str = GENERAL) -> DeviceProfile:
    """Return one device profile; refuse an id without a file."""
    profiles = {file.name.removesuffix(".toml"): file for file in open_folder(FOLDER)}
    if profile_id not in profiles:
        raise InputError(
            ErrorCode.UNKNOWN_NAME,
            f'there is no device profile "{profile_id}"; known are {", ".join(profiles)}',
        )
    return read_device_profile(
        open_section(profiles[profile_id], folder=FOLDER, known_sources=source_ids())
    )


@cache
def device_profiles() -> tuple[DeviceProfile, ...]:
    """Return all device profiles, the general one first."""
    names = [file.name.removesuffix(".toml") for file in open_folder(FOLDER)]
    return tuple(load_device_profile(name) for name in sorted(names, key=lambda n: n != GENERAL))


def profile_for(*, sender: str, systems: Sequence[str]) -> DeviceProfile:
    """Return the profile of a message: by its sender (MSH-3), else by the code systems it names.

    A message that no profile knows is read with the general one, where its codes stay unmapped.
    """
    for profile in device_profiles():
        if any(sender.casefold().startswith(known.casefold()) for known in profile.senders):
            return profile
    named = {system.casefold() for system in systems if system}
    for profile in device_profiles():
        if profile.code_system.casefold() in named:
            return profile
    return load_device_profile()


def read_device_profile(root: Section) -> DeviceProfile:
    """Read one device profile from its table."""
    vitals = {}
    for part in root.sections("vital"):
        kind = part.choice("kind", Vital)
        vitals[kind] = DeviceVital(
            kind=kind,
            units=part.texts("units"),
            lowest=part.sourced("lowest", unit=kind.unit),
            highest=part.sourced("highest", unit=kind.unit),
            unit_if_missing=part.text("unit_if_missing", ""),
        )
        part.close()
    codes = {}
    for part in root.sections("code"):
        code = DeviceCode(
            mdc=part.text("mdc"),
            name=part.text("name"),
            kind=part.choice("kind", Vital),
            source=part.source_id("source"),
        )
        part.close()
        if code.kind not in vitals:
            raise part.error(
                ErrorCode.MISSING_KEY, "kind", f"{code.kind.value} has no [[vital]] with units"
            )
        if code.mdc in codes:
            raise part.error(ErrorCode.CONTRADICTION, "mdc", f"code {code.mdc} stands here twice")
        codes[code.mdc] = code
    pump = {}
    for part in root.sections("pump", optional=True):
        read = PumpCode(
            mdc=part.text("mdc"),
            name=part.text("name"),
            units=part.texts("units"),
            unit=part.text("unit"),
            source=part.source_id("source"),
        )
        part.close()
        if read.mdc in pump or read.mdc in codes:
            raise part.error(ErrorCode.CONTRADICTION, "mdc", f"code {read.mdc} stands here twice")
        pump[read.mdc] = read
    words = root.section("alarm", optional=True)
    alarm_words = {word: words.text(word) for word in ALARM_WORDS if word in words}
    words.close()
    profile = DeviceProfile(
        provenance=read_provenance(root),
        code_system=root.text("code_system"),
        codes=codes,
        vitals=vitals,
        no_value_texts=frozenset(root.texts("no_value_texts")),
        no_value_numbers=root.numbers("no_value_numbers"),
        accepted_status=frozenset(root.texts("accepted_status")),
        senders=root.texts("senders", ()),
        has_unique_ids=root.flag("has_unique_ids", True),
        pump=pump,
        alarm_words=alarm_words,
        alarm_systems=frozenset(root.texts("alarm_systems", ())),
    )
    root.raw("check", None)
    root.close()
    return profile


def check_all() -> list[CheckResult]:
    """Run the ``[[check]]`` tables of every device profile."""
    results = []
    for file in open_folder(FOLDER):
        root = open_section(file, folder=FOLDER, known_sources=source_ids())
        profile = read_device_profile(root)
        results += [
            _check(part, profile, profile.provenance.sources[0]) for part in root.sections("check")
        ]
    return results


def _check(part: Section, profile: DeviceProfile, source: str) -> CheckResult:
    name = part.text("name")
    reading = profile.read(mdc=part.text("mdc"), unit=part.text("unit", ""), text=part.text("text"))
    kind, value = part.text("kind", ""), part.raw("value", None)
    problem = part.text("problem", "")
    part.close()
    passed = (
        (reading.kind.value if reading.kind else "") == kind
        and reading.value == value
        and bool(problem) == bool(reading.problem)
        and problem in reading.problem
    )
    return CheckResult(
        file=part.source,
        name=name,
        passed=passed,
        expected=f"{kind or 'unmapped'}: {value if value is not None else problem}",
        found=f"{reading.kind or 'unmapped'}: {reading.value if reading.value is not None else reading.problem}",
        source=source,
    )
