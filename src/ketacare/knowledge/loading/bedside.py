"""Loads what a person enters at the bedside: names, what can be a value at all, steps to tap.

The bounds catch slipped digits and wrong units; whether a value is safe is decided by the
monitoring limits of the safety policy, never here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Vital
from ketacare.core.sources import Provenance, Sourced
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import Section, open_folder, open_section, read_provenance

FOLDER = "bedside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a scale that is tapped; ``label`` is empty where a step has only its number."""

    value: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One thing to observe: its names, the bounds of what can be a value, its steps if it has any."""

    kind: Vital
    label: str
    short: str
    lowest: Sourced
    highest: Sourced
    steps: tuple[Step, ...]
    provenance: Provenance

    def check(self, value: float) -> float:
        """Return ``value``; refuse one that cannot be, with what to do."""
        low, high, unit = self.lowest.value, self.highest.value, spoken_unit(self.kind)
        if not low <= value <= high:  # NaN too
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"{self.label} of {value:g} {unit} cannot be; it lies between {low:g} and {high:g}. "
                "Look again and correct the number.",
                where=self.kind.value,
            )
        if self.steps and value != int(value):
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"{self.label} has whole steps from {low:g} to {high:g}; {value:g} is none of them.",
                where=self.kind.value,
            )
        return value


def spoken_unit(kind: Vital) -> str:
    """Return the unit as it is written on a screen: ``"per min"``, not ``"1/min (beats)"``."""
    return {
        "1/min (beats)": "per min",
        "1/min (breaths)": "per min",
        "degC": "°C",
        "point": "points",
    }.get(kind.unit, kind.unit)


@cache
def load_observations() -> Mapping[Vital, Observation]:
    """Return what can be observed, by kind, in the order of the file."""
    found: dict[Vital, Observation] = {}
    for file in open_folder(FOLDER):
        root = open_section(file, folder=FOLDER, known_sources=source_ids())
        found |= read_observations(root)
    return found


def read_observations(root: Section) -> dict[Vital, Observation]:
    """Read one file of observations from its table."""
    provenance = read_provenance(root)
    found: dict[Vital, Observation] = {}
    for part in root.sections("observation"):
        kind = part.choice("kind", Vital)
        lowest = part.sourced("lowest", unit=kind.unit)
        labels = part.texts("steps", ())
        highest = part.sourced("highest", unit=kind.unit)
        if labels and len(labels) != highest.value - lowest.value + 1:
            raise part.error(
                ErrorCode.CONTRADICTION,
                "steps",
                f"{len(labels)} steps do not fill {lowest.value:g} to {highest.value:g}",
            )
        found[kind] = Observation(
            kind=kind,
            label=part.text("label"),
            short=part.text("short"),
            lowest=lowest,
            highest=highest,
            steps=tuple(
                Step(value=int(lowest.value) + place, label=label)
                for place, label in enumerate(labels)
            ),
            provenance=provenance,
        )
        part.close()
    root.raw("check", None)
    root.close()
    return found


def check_all() -> list[CheckResult]:
    """Run the ``[[check]]`` tables: which values are taken and which are refused."""
    results = []
    for file in open_folder(FOLDER):
        root = open_section(file, folder=FOLDER, known_sources=source_ids())
        known = read_observations(root)
        results += [_check(part, known) for part in root.sections("check")]
    return results


def _check(part: Section, known: Mapping[Vital, Observation]) -> CheckResult:
    name, kind = part.text("name"), part.choice("kind", Vital)
    value, accepted = part.number("value"), part.flag("accepted")
    part.close()
    try:
        known[kind].check(value)
        taken = True
    except InputError:
        taken = False
    return CheckResult(
        file=part.source,
        name=name,
        passed=taken == accepted,
        expected="taken" if accepted else "refused",
        found="taken" if taken else "refused",
        source="project",
    )
