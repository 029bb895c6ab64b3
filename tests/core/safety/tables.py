"""The case tables of tests/cases/safety, and a policy whose limits are moved a little.

``take_away`` of a case lists facts and measurements: without any one of them the rule has to say
that it cannot tell, and name it. It is written once beside the case instead of as many cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ketacare.core.record import Vital
from ketacare.core.safety import Dated, Outcome, Policy
from ketacare.core.sources import Sourced
from ketacare.core.units import Quantity
from ketacare.knowledge.loading.safety_cases import SafetyCase, read_cases
from ketacare.knowledge.reading import Section, read_toml

FOLDER = Path(__file__).parents[2] / "cases" / "safety"
TABLES = sorted(FOLDER.glob("*.toml"))


def cases_of(table: Path) -> tuple[SafetyCase, ...]:
    """Return the cases of one table, each followed by those with something taken away."""
    section = Section(
        read_toml(table.read_text(encoding="utf-8"), source=table.name), source=table.name
    )
    found = read_cases(section, "case")
    return tuple(each for case in found for each in (case, *_without(case)))


def all_cases() -> tuple[SafetyCase, ...]:
    """Return the cases of all tables."""
    return tuple(case for table in TABLES for case in cases_of(table))


def _without(case: SafetyCase) -> Iterator[SafetyCase]:
    for name in case.take_away:
        kind = name.removeprefix("measurement:")
        person = case.person
        if kind != name:
            kept = tuple(m for m in person.measurements if m.kind is not Vital(kind))
            person = replace(person, measurements=kept)
        elif name.startswith("score:"):
            wanted = name.removeprefix("score:")
            kept_scores = tuple(s for s in person.scores if s.instrument != wanted)
            person = replace(person, scores=kept_scores)
        else:
            person = replace(person, facts=tuple(f for f in person.facts if f.code != name))
        assert person != case.person, f"{case.name}: there is no {name} to take away"
        yield replace(
            case,
            name=f"{case.name}, without {name}",
            person=person,
            expect=Outcome.CANNOT_TELL,
            situation="",
            strength=None,
            says="",
            missing=None if name.startswith("score:") else (name,),
            take_away=(),
        )


def moved(policy: Policy, rule_id: str, limit: str, direction: int) -> Policy:
    """Return the policy with one limit moved up (1) or down (-1): by one for counts, else by 10 %."""
    rules = tuple(
        replace(rule, limits={**rule.limits, limit: _turned(rule.limits[limit], direction)})
        if rule.id == rule_id
        else rule
        for rule in policy.rules
    )
    return replace(policy, rules=rules)


def _turned(dated: Dated, direction: int) -> Dated:
    return Dated(
        entries=tuple(
            replace(entry, number=_shifted(entry.number, direction)) for entry in dated.entries
        )
    )


def _shifted(number: Sourced, direction: int) -> Sourced:
    step = 1.0 if number.unit in {"count", "point"} else 0.1 * number.value
    value = number.value + direction * step
    return replace(number, quantity=Quantity(value, number.unit))
