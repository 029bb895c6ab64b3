"""Loads ``protocols/*.toml``: courses with their doses, limits and what a pump may be set to.

Each file carries worked pump calculations as ``[[check]]``s; :func:`check_all` runs the pump sheet
on them.
"""

from __future__ import annotations

from functools import cache
from math import isclose

from ketacare.core.errors import ErrorCode, KetacareError, KnowledgeError
from ketacare.core.planning import DoseLimits, Protocol, PumpLimits, Vial, pump_sheet
from ketacare.core.record import Route
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.planning import load_adaptive_rules, load_weights
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import (
    Section,
    open_folder,
    open_section,
    read_provenance,
    read_toml,
)

FOLDER = "protocols"

_CHECKED = ("dose_mg", "concentration_mg_per_mL", "draw_mL", "rate_mL_per_h")
_ORDER = ("weight_kg", "dose_mg_per_kg", "minutes", "bag_mL", "vial_mg_per_mL")


@cache
def load_protocol(id: str = "standard_iv") -> Protocol:  # noqa: A002 - the door's name
    """Return one protocol by its id."""
    found = {protocol.id: protocol for protocol, _ in _all()}
    if id not in found:
        raise KnowledgeError(
            ErrorCode.UNKNOWN_NAME, f'no protocol "{id}"; there are {", ".join(sorted(found))}'
        )
    return found[id]


def protocol_ids() -> tuple[str, ...]:
    """Return the ids of all protocols."""
    return tuple(sorted(protocol.id for protocol, _ in _all()))


def read_protocol(text: str, *, source: str) -> Protocol:
    """Read one protocol from TOML text, strictly."""
    root = Section(read_toml(text, source=source), source=source, known_sources=source_ids())
    return _read(root)[0]


def check_all() -> list[CheckResult]:
    """Run the worked pump calculations of every protocol file."""
    results: list[CheckResult] = []
    for protocol, checks in _all():
        for check in checks:
            results.extend(_run(protocol, check))
    return results


def _all() -> list[tuple[Protocol, list[Section]]]:
    known = source_ids()
    return [
        _read(open_section(file, folder=FOLDER, known_sources=known))
        for file in open_folder(FOLDER)
    ]


def _read(root: Section) -> tuple[Protocol, list[Section]]:
    provenance = read_provenance(root)
    course = root.section("course")
    limits = root.section("limits")
    pump = root.section("pump")
    protocol = Protocol(
        provenance=provenance,
        drug=root.text("drug"),
        route=root.choice("route", Route),
        diluents=root.texts("diluents"),
        dose=course.sourced("dose", unit="mg/kg"),
        duration=course.sourced("duration", unit="min"),
        infusions=course.sourced("infusions", unit="count"),
        interval=course.sourced("interval", unit="d"),
        course_minimum=course.sourced("course_minimum", unit="wk"),
        course_maximum=course.sourced("course_maximum", unit="wk"),
        limits=_limits(limits),
        pump=_pump(pump, root),
        guideline=load_adaptive_rules(root.text("guideline")),
        weights=load_weights(root.text("weights")),
        pausing=root.texts("pausing"),
    )
    checks = list(root.sections("check", optional=True))
    for part in (course, limits, pump, root):
        part.close()
    return protocol, checks


def _limits(part: Section) -> DoseLimits:
    return DoseLimits(
        usual_minimum=part.sourced("usual_minimum", unit="mg/kg"),
        usual_maximum=part.sourced("usual_maximum", unit="mg/kg"),
        hard_maximum=part.sourced("hard_maximum", unit="mg/kg"),
        step=part.sourced("step", unit="mg/kg"),
        hard_minimum_minutes=part.sourced("hard_minimum_minutes", unit="min"),
        usual_minimum_minutes=part.sourced("usual_minimum_minutes", unit="min"),
        usual_maximum_minutes=part.sourced("usual_maximum_minutes", unit="min"),
        spacing=part.sourced("spacing", unit="h"),
        per_week=part.sourced("per_week", unit="count"),
        per_course=part.sourced("per_course", unit="count"),
        course_window=part.sourced("course_window", unit="d"),
        between_checks=part.sourced("between_checks", unit="count"),
    )


def _pump(part: Section, root: Section) -> PumpLimits:
    vials: list[Vial] = []
    for vial in root.sections("vial"):
        vials.append(
            Vial(
                strength=vial.sourced("strength", unit="mg/mL"),
                must_dilute=vial.flag("must_dilute"),
            )
        )
        vial.close()
    bags = []
    for bag in root.sections("bag"):
        bags.append(bag.sourced("volume", unit="mL"))
        bag.close()
    return PumpLimits(
        vials=tuple(vials),
        bags=tuple(bags),
        maximum_concentration=part.sourced("maximum_concentration", unit="mg/mL"),
        tolerance=part.sourced("tolerance", unit="1"),
        rate_resolution=part.sourced("rate_resolution", unit="mL/h"),
        syringe_resolution=part.sourced("syringe_resolution", unit="mL"),
        minimum_weight=part.sourced("minimum_weight", unit="kg"),
        maximum_weight=part.sourced("maximum_weight", unit="kg"),
        weight_age=part.sourced("weight_age", unit="d"),
        weight_change=part.sourced("weight_change", unit="1"),
    )


def _run(protocol: Protocol, check: Section) -> list[CheckResult]:
    name = check.text("name")
    order = [check.number(key) for key in _ORDER]
    expected = {key: check.number(key) for key in _CHECKED}
    check.close()
    try:
        sheet = pump_sheet(*order, protocol=protocol, dilution_recorded=True)
    except KetacareError as error:
        return [
            CheckResult(
                file=check.source, name=name, passed=False, expected="a sheet", found=str(error)
            )
        ]
    return [
        CheckResult(
            file=check.source,
            name=f"{name}: {key}",
            # Worked by hand to the digits shown; floats agree to rounding.
            passed=isclose(getattr(sheet, key), value, rel_tol=1e-9),
            expected=f"{value:g}",
            found=f"{getattr(sheet, key):g}",
        )
        for key, value in expected.items()
    ]
