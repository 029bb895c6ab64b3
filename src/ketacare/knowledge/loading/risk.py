"""Loads ``knowledge/risk``: which answers lead to which level, and what a level obliges to."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.core.measures import (
    Duty,
    RiskLevel,
    RiskPolicy,
    TriageRule,
    TriageTable,
    triage,
)
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.instrument_checks import LEFT_OUT
from ketacare.knowledge.loading.instruments import load_instruments
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import Section, open_section, read_provenance, read_toml

FOLDER = "risk"


@cache
def load_risk_policy() -> RiskPolicy:
    """Return the rules for answers about suicide risk."""
    return _read(_open())


def read_risk_policy(text: str, *, source: str) -> RiskPolicy:
    """Read the rules from TOML text, strictly."""
    return _read(Section(read_toml(text, source=source), source=source, known_sources=source_ids()))


def _open() -> Section:
    file = files("ketacare.knowledge") / FOLDER / "suicide.toml"
    return open_section(file, folder=FOLDER, known_sources=source_ids())


def _read(root: Section) -> RiskPolicy:
    provenance = read_provenance(root)
    tables = tuple(_table(part) for part in root.sections("triage"))
    try:
        policy = RiskPolicy(
            provenance=provenance,
            tables=tables,
            duties=tuple(_duty(p) for p in root.sections("obligation")),
        )
        for table in tables:
            form = load_instruments()[table.instrument]
            for number in (n for rule in table.rules for n in rule.items):
                form.item(number)
    except KnowledgeError as error:
        if error.source:
            raise
        raise error.at(source=root.source) from error
    root.raw("check", [])
    root.close()
    return policy


def _table(part: Section) -> TriageTable:
    instrument = part.text("instrument")
    if instrument not in load_instruments():
        raise part.error(
            ErrorCode.UNKNOWN_NAME, "instrument", f'no instrument is called "{instrument}"'
        )
    table = TriageTable(
        instrument=instrument, rules=tuple(_rule(rule) for rule in part.sections("rule"))
    )
    part.close()
    return table


def _rule(part: Section) -> TriageRule:
    rule = TriageRule(
        level=part.choice("level", RiskLevel),
        items=tuple(int(number) for number in part.numbers("any")),
        reason=part.text("reason"),
        source=part.source_id("source"),
        locus=part.text("locus"),
    )
    part.close()
    return rule


def _duty(part: Section) -> Duty:
    duty = Duty(
        level=part.choice("level", RiskLevel),
        role=part.text("role"),
        act=part.text("act"),
        acknowledge_within=part.sourced("acknowledge_within", unit="min"),
        act_within=part.sourced("act_within", unit="min"),
        escalate=part.texts("escalate"),
        crisis_numbers=part.flag("crisis_numbers"),
    )
    part.close()
    return duty


def check_all() -> list[CheckResult]:
    """Triage the answers of every ``[[check]]``."""
    policy = load_risk_policy()
    return [_check(part, policy) for part in _open().sections("check", optional=True)]


def _check(part: Section, policy: RiskPolicy) -> CheckResult:
    answers = [None if value == LEFT_OUT else value for value in part.raw("answers")]
    form = part.text("instrument", policy.instruments[0])
    found = triage(load_instruments()[form], answers, policy)
    expected = part.text("level")
    expected = f"{expected}, at most {part.text('at_most', expected)}"
    name = part.text("name")
    part.close()
    seen = f"{found.level.value}, at most {found.at_most.value}"
    return CheckResult(
        file=part.source, name=name, passed=expected == seen, expected=expected, found=seen
    )
