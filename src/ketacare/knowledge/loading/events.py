"""Loads the terms of adverse events, what makes one serious, and from which value a grade is proposed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ketacare.core.sources import Provenance, Sourced
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import Section, open_section, read_provenance

FOLDER = "visit"
FILE = "adverse_events.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTerm:
    """One term; ``is_serious`` whatever its grade, ``by_pressure`` when pressure proposes a grade."""

    id: str
    label: str
    is_serious: bool = False
    by_pressure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PressureGrade:
    """The grade that a peak pressure from these values on (mmHg) suggests."""

    grade: int
    systolic: Sourced
    diastolic: Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEvents:
    """Terms, grades 1 to 5 in words, criteria of seriousness, proposals from the worst down."""

    provenance: Provenance
    terms: dict[str, EventTerm]
    grades: tuple[str, ...]
    criteria: dict[str, str]
    serious_from: Sourced
    expected: str
    pressure: tuple[PressureGrade, ...]

    def is_serious(self, term: str, grade: int, criteria: tuple[str, ...]) -> bool:
        """Return whether the event has to be reviewed before the next dose."""
        return bool(criteria) or grade >= self.serious_from.value or self.terms[term].is_serious

    def propose(self, term: str, systolic: float | None, diastolic: float | None) -> int | None:
        """Return the grade that the peak pressure suggests, ``None`` where nothing is proposed."""
        if not self.terms[term].by_pressure:
            return None
        for row in self.pressure:
            if (systolic is not None and systolic >= row.systolic.value) or (
                diastolic is not None and diastolic >= row.diastolic.value
            ):
                return row.grade
        return None


@cache
def load_adverse_events() -> AdverseEvents:
    """Return how the clinic names and grades adverse events."""
    file = files("ketacare.knowledge") / FOLDER / FILE
    root = open_section(file, folder=FOLDER, known_sources=source_ids())
    terms = [_term(part) for part in root.sections("term")]
    found = AdverseEvents(
        provenance=read_provenance(root),
        terms={term.id: term for term in terms},
        grades=root.texts("grades"),
        criteria=dict(_criterion(part) for part in root.sections("criterion")),
        serious_from=root.sourced("serious_from", unit="point"),
        expected=root.text("expected"),
        pressure=tuple(_pressure(part) for part in root.sections("pressure")),
    )
    root.close()
    return found


def check_all() -> list[CheckResult]:
    """Check that grades are five and that proposals go down from the worst."""
    found = load_adverse_events()
    falling = [row.grade for row in found.pressure]
    ok = len(found.grades) == 5 and falling == sorted(falling, reverse=True)
    return [
        CheckResult(
            file=f"{FOLDER}/{FILE}",
            name="five grades, proposals from the worst down",
            passed=ok,
            expected="5, falling",
            found=f"{len(found.grades)}, {falling}",
        )
    ]


def _term(part: Section) -> EventTerm:
    term = EventTerm(
        id=part.text("id"),
        label=part.text("label"),
        is_serious=part.flag("serious", default=False),
        by_pressure=part.text("kind", "") == "pressure",
    )
    part.close()
    return term


def _criterion(part: Section) -> tuple[str, str]:
    found = part.text("id"), part.text("label")
    part.close()
    return found


def _pressure(part: Section) -> PressureGrade:
    row = PressureGrade(
        grade=part.integer("grade"),
        systolic=part.sourced("systolic", unit="mmHg"),
        diastolic=part.sourced("diastolic", unit="mmHg"),
    )
    part.close()
    return row
