"""``ketacare screen``: what the safety rules say about one person, the most urgent first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ketacare.adapters.casefile import CaseFile
from ketacare.adapters.report.screening import screening_shape
from ketacare.cli.cases import moment_of, open_file, read_dose
from ketacare.cli.printing import Page, name_of, print_json
from ketacare.cli.staging import stage_of
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.history import Stage
from ketacare.core.record import Person, Vital
from ketacare.core.safety import (
    Outcome,
    Policy,
    RuleFinding,
    SessionContext,
    Station,
    by_urgency,
    screen,
)
from ketacare.knowledge.loading.safety import load_policy
from ketacare.knowledge.loading.treatments import load_treatments

Findings = dict[Station, tuple[RuleFinding, ...]]


def run_screen(file: Path, *, as_json: bool, at: str, stations: Sequence[str], dose: str) -> None:
    """Print the findings of each station asked for; eligibility and before the dose by default."""
    wanted = [_station(name) for name in stations] or [Station.ELIGIBILITY, Station.BEFORE_DOSE]
    case = open_file(file)
    person = case.person
    now = moment_of(person, at, file, visits=case.visits)
    policy = load_policy()
    context = _context(case, stage_of(person, now), dose, now)
    findings: Findings = {
        station: by_urgency(
            screen(person, policy, load_treatments(), station=station, now=now, context=context)
        )
        for station in wanted
    }
    if as_json:
        shape = screening_shape(findings, person, policy_version=policy.version)
        print_json(shape, command="screen", file=file, person=person, at=person.when(now))
        return
    _page(person, findings, policy).print()


def _station(name: str) -> Station:
    try:
        return Station(name.replace("-", "_"))
    except ValueError:
        words = ", ".join(station.value for station in Station)
        raise InputError(
            ErrorCode.UNKNOWN_NAME, f'"{name}" is not one of {words}', where="--station"
        ) from None


def _context(case: CaseFile, stage: Stage, dose: str, now: datetime) -> SessionContext:
    """Return the visit the file tells of; an order on the command line goes before the file's."""
    visit = case.visit_at(now)
    if dose:
        dose_mg, minutes = read_dose(dose)
        weight = case.person.latest(Vital.WEIGHT, before=now)
        visit = replace(
            visit,
            dose_mg=dose_mg,
            second_dose_mg=None,
            dose_mg_per_kg=None if weight is None else dose_mg / weight.value,
            minutes=minutes,
        )
    return visit.with_stage(stage)


def _page(person: Person, findings: Findings, policy: Policy) -> Page:
    page = Page()
    page.title(f"Safety findings: {name_of(person)}")
    for station, found in findings.items():
        page.heading(station.value.replace("_", " ").capitalize())
        for outcome, intro in _GROUPS.items():
            group = [f for f in found if f.outcome is outcome]
            if not group:
                continue
            page.say(f"{intro} ({len(group)})")
            if outcome is Outcome.PASS:
                page.items([f"{', '.join(f.rule for f in group)}"])
                continue
            for finding in group:
                _describe(page, finding)
    page.heading("Rests on")
    page.say(
        f"Safety policy {policy.version}; the site signs its limits. All of it is a candidate "
        "until a second person has compared it with its sources."
    )
    return page


_GROUPS = {
    Outcome.BLOCK: "In the way",
    Outcome.CANNOT_TELL: "Cannot be told, because something is missing",
    Outcome.WARN: "To keep in mind",
    Outcome.PASS: "Nothing against",
}


def _describe(page: Page, finding: RuleFinding) -> None:
    binding = finding.strength.value.replace("_", " ")
    page.items([f"{finding.title} [{finding.rule}, {binding}]"])
    page.say(finding.sentence, indent=4)
    details = [f"limit: {finding.limit}" if finding.limit else ""]
    known = [
        f"{fact.label or fact.name}: {fact.value_text}"
        for fact in finding.facts
        if not fact.problem
    ]
    details.append(f"facts: {'; '.join(known)}" if known else "")
    details.append(f"missing: {', '.join(finding.missing)}" if finding.missing else "")
    if finding.needs_override:
        details.append(
            f"may be overridden by: {' and '.join(s.value for s in finding.override_by)}"
        )
    details.append(f"source: {finding.source}")
    page.items([detail for detail in details if detail], indent=4)
