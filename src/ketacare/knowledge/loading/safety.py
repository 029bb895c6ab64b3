"""Loads the safety policy: the questions, one file per rule, the monitoring limits, the gate.

A rule file without a predicate in the core, or a predicate without a file, stops the start. The
policy's version carries a fingerprint of all its files, so that changing one threshold in one file
changes the version every finding can be traced to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import TypeVar

from ketacare.core.errors import ErrorCode
from ketacare.core.record import Vital
from ketacare.core.safety import (
    PREDICATES,
    Bound,
    Cadence,
    CountsFrom,
    Dated,
    Entry,
    FactDefinition,
    FactKind,
    Level,
    Monitoring,
    Outcome,
    Phase,
    Policy,
    Rule,
    Side,
    Signer,
    Situation,
    Station,
    Strength,
    VitalLimits,
)
from ketacare.core.units import dimension
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.safety_cases import SafetyCase, check_case, read_cases
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.loading.treatments import load_treatments
from ketacare.knowledge.reading import (
    Section,
    open_folder,
    open_section,
    read_provenance,
    read_toml,
)

E = TypeVar("E", bound=StrEnum)

_FOLDER = "safety"
_FACTS, _MONITORING, _GATE, _POLICY = (
    "facts.toml",
    "monitoring.toml",
    "discharge.toml",
    "policy.toml",
)
_SPECIAL = frozenset({_FACTS, _MONITORING, _GATE, _POLICY, "rescue.toml", "rule_list.toml"})


@cache
def load_policy() -> Policy:
    """Return the site's safety policy with everything in it checked against the core."""
    sections = {
        file.name: open_section(file, folder=_FOLDER, known_sources=source_ids())
        for file in open_folder(_FOLDER)
    }
    return build_policy(sections)


def build_policy(sections: Mapping[str, Section]) -> Policy:
    """Return the policy made of already opened files by name, for the loader and its tests."""
    facts = _read_facts(sections[_FACTS])
    rules = tuple(
        sorted(
            (
                _read_rule(section, name, facts)
                for name, section in sections.items()
                if name not in _SPECIAL
            ),
            key=lambda rule: (rule.reference, rule.id),
        )
    )
    without_file = set(PREDICATES) - {rule.id for rule in rules}
    head = sections[_POLICY]
    if without_file:
        raise head.error(
            ErrorCode.MISSING_KEY,
            "",
            f"predicate {min(without_file)} has no file in knowledge/safety; add it",
        )
    provenance = read_provenance(head)
    order = _rule_ids(head, "order_rules", rules)
    head.close()
    gate = sections[_GATE]
    read_provenance(gate)
    criteria = _rule_ids(gate, "criteria", rules)
    gate.close()
    return Policy(
        provenance=provenance,
        version=f"{provenance.version}+{_fingerprint(sections)}",
        facts=facts,
        rules=rules,
        monitoring=_read_monitoring(sections[_MONITORING]),
        order_rules=order,
        discharge=criteria,
    )


def load_safety_cases() -> dict[str, tuple[SafetyCase, ...]]:
    """Return the checks of every rule file, by rule id."""
    found: dict[str, tuple[SafetyCase, ...]] = {}
    for file in open_folder(_FOLDER):
        if file.name in _SPECIAL:
            continue
        table = read_toml(file.read_text(encoding="utf-8"), source=f"{_FOLDER}/{file.name}")
        section = Section(table, source=f"{_FOLDER}/{file.name}")
        found[section.text("id")] = read_cases(section, "check", rule=section.text("id"))
    return found


def check_all() -> list[CheckResult]:
    """Run every check of every rule file and return what came out."""
    policy, treatments = load_policy(), load_treatments()
    return [
        check_case(case, policy, treatments, file=f"{_FOLDER}/{rule.replace('.', '_')}.toml")
        for rule, cases in load_safety_cases().items()
        for case in cases
    ]


def _fingerprint(sections: Mapping[str, Section]) -> str:
    """Return eight letters that change with any content of any file of the policy."""
    content = {
        name: {key: section.raw(key) for key in section.keys()}  # noqa: SIM118 - a Section
        for name, section in sorted(sections.items())
    }
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _rule_ids(section: Section, key: str, rules: tuple[Rule, ...]) -> tuple[str, ...]:
    names = section.texts(key)
    known = {rule.id for rule in rules}
    for name in names:
        if name not in known:
            raise section.error(ErrorCode.UNKNOWN_NAME, key, f'"{name}" is not a rule')
    return names


def _dated(part: Section, key: str) -> Dated:
    entries = []
    for entry in part.sections(key):
        entries.append(Entry(since=entry.day("since"), number=entry.sourced("number")))
        entry.close()
    if not entries:
        raise part.error(ErrorCode.MISSING_KEY, key, f'"{key}" has no entry; add one with since')
    return Dated(entries=tuple(entries))


def _dated_table(part: Section) -> dict[str, Dated]:
    return {name: _dated(part, name) for name in part.keys()}  # noqa: SIM118 - a Section


def _stations(part: Section, key: str) -> tuple[Station, ...]:
    return tuple(_member(part, key, Station, word) for word in part.texts(key))


def _signers(part: Section, key: str, default: tuple[Signer, ...]) -> tuple[Signer, ...]:
    if key not in part:
        return default
    return tuple(_member(part, key, Signer, word) for word in part.texts(key))


def _member(part: Section, key: str, options: type[E], word: str) -> E:
    try:
        return options(word)
    except ValueError:
        known = ", ".join(option.value for option in options)
        raise part.error(ErrorCode.UNKNOWN_NAME, key, f'"{word}" is not one of {known}') from None


def _read_facts(section: Section) -> dict[str, FactDefinition]:
    read_provenance(section)
    spans = _dated_table(section.section("validity"))
    found: dict[str, FactDefinition] = {}
    for part in section.sections("fact"):
        definition = _read_fact(part, spans)
        if definition.code in found:
            raise part.error(
                ErrorCode.CONTRADICTION, "code", f'question "{definition.code}" stands here twice'
            )
        found[definition.code] = definition
    section.close()
    return found


def _read_fact(part: Section, spans: Mapping[str, Dated]) -> FactDefinition:
    def span(key: str) -> Dated | None:
        if key not in part:
            return None
        name = part.text(key)
        if name not in spans:
            raise part.error(
                ErrorCode.UNKNOWN_NAME, key, f'"{name}" is not one of {", ".join(spans)}'
            )
        return spans[name]

    kind = part.choice("kind", FactKind)
    unit = part.text("unit", "")
    if (kind is FactKind.NUMBER) != bool(unit):
        raise part.error(
            ErrorCode.MISSING_KEY, "unit", "a number needs a unit, and only a number has one"
        )
    if unit:
        dimension(unit)
    choices = part.texts("choices", ())
    if (kind is FactKind.CHOICE) != bool(choices):
        raise part.error(
            ErrorCode.MISSING_KEY, "choices", "a choice needs choices, and only a choice has them"
        )
    stricter = {s: span(f"validity_{s.value}") for s in Station}
    definition = FactDefinition(
        code=part.text("code"),
        label=part.text("label"),
        question=part.text("question"),
        kind=kind,
        stations=_stations(part, "stations"),
        group=part.text("group"),
        unit=unit,
        choices=choices,
        minimum=part.number("minimum") if kind is FactKind.NUMBER else None,
        maximum=part.number("maximum") if kind is FactKind.NUMBER else None,
        valid=span("validity"),
        counts_from=part.choice("counts_from", CountsFrom, CountsFrom.ANY),
        valid_at={station: valid for station, valid in stricter.items() if valid is not None},
    )
    part.close()
    return definition


def _read_rule(section: Section, name: str, facts: Mapping[str, FactDefinition]) -> Rule:
    provenance = read_provenance(section)
    if name != f"{provenance.id.replace('.', '_')}.toml":
        raise section.error(
            ErrorCode.CONTRADICTION, "id", f'rule "{provenance.id}" cannot stand in {name}'
        )
    if provenance.id not in PREDICATES:
        raise section.error(
            ErrorCode.UNKNOWN_NAME,
            "id",
            f"rule {provenance.id} has no predicate in core/safety/rules",
        )
    asked = section.texts("facts", ())
    for code in asked:
        if code not in facts:
            raise section.error(ErrorCode.UNKNOWN_NAME, "facts", f'"{code}" is not in {_FACTS}')
    strength = section.choice("strength", Strength)
    signers = _signers(section, "override_by", ())
    if (strength is Strength.OVERRIDE) != bool(signers):
        raise section.error(
            ErrorCode.MISSING_KEY, "override_by", "name who may override, exactly when it may be"
        )
    words = section.section("words", optional=True)
    rule = Rule(
        provenance=provenance,
        reference=section.text("reference"),
        stations=_stations(section, "stations"),
        strength=strength,
        override_by=signers,
        limit=section.text("limit"),
        facts=asked,
        limits=_dated_table(section.section("limits", optional=True)),
        words={key: words.texts(key) for key in words.keys()},  # noqa: SIM118 - a Section
        situations={s.name: s for s in _read_situations(section, strength, signers)},
    )
    section.raw("check", None)  # read by load_safety_cases
    section.close()
    return rule


def _read_situations(
    section: Section, strength: Strength, signers: tuple[Signer, ...]
) -> Iterator[Situation]:
    table = section.section("situation")
    if "pass" not in table:
        raise table.error(ErrorCode.MISSING_KEY, "pass", "say what is said when nothing is found")
    for name in table.keys():  # noqa: SIM118 - a Section
        part = table.section(name)
        passes = name == "pass"
        binding = part.choice("strength", Strength, Strength.INFORMATION if passes else strength)
        outcome = part.choice("outcome", Outcome, Outcome.PASS if passes else Outcome.BLOCK)
        overridable = outcome is Outcome.BLOCK and binding is Strength.OVERRIDE
        by = _signers(part, "override_by", signers if overridable else ())
        if overridable != bool(by):
            raise part.error(
                ErrorCode.MISSING_KEY,
                "override_by",
                "name who may override, exactly when it may be",
            )
        if outcome is Outcome.CANNOT_TELL or (outcome is Outcome.PASS) != passes:
            # The core alone decides when something is missing; a pass is called pass.
            raise part.error(
                ErrorCode.CONTRADICTION, "outcome", f'situation "{name}" cannot be {outcome.value}'
            )
        yield Situation(
            name=name,
            outcome=outcome,
            strength=binding,
            sentence=part.text("sentence"),
            override_by=by,
        )
        part.close()


def _read_monitoring(section: Section) -> Monitoring:
    provenance = read_provenance(section)
    vitals = {limits.kind: limits for limits in map(_read_vital, section.sections("vital"))}
    cadence: dict[Phase, list[Cadence]] = {phase: [] for phase in Phase}
    for part in section.sections("cadence"):
        phases = tuple(_member(part, "phases", Phase, word) for word in part.texts("phases"))
        line = Cadence(
            kinds=tuple(_member(part, "kinds", Vital, word) for word in part.texts("kinds")),
            label=part.text("label"),
            every=_dated(part, "every"),
            closer=_dated(part, "closer") if "closer" in part else None,
            reminder=part.flag("reminder", default=False),
        )
        part.close()
        for phase in phases:
            cadence[phase].append(line)
    monitoring = Monitoring(
        provenance=provenance,
        vitals=vitals,
        cadence={phase: tuple(lines) for phase, lines in cadence.items()},
        escalate_after=_dated(section, "escalate_after"),
        acknowledge_red=_dated(section, "acknowledge_red"),
        acknowledge_critical=_dated(section, "acknowledge_critical"),
        stay_from_start=_dated(section, "stay_from_start"),
        stay_from_end=_dated(section, "stay_from_end"),
        symptoms_question=section.text("symptoms_question"),
    )
    section.close()
    return monitoring


def _read_vital(part: Section) -> VitalLimits:
    kind = part.choice("kind", Vital)
    bounds = []
    for level in (Level.AMBER, Level.RED, Level.CRITICAL):
        table = part.section(level.value, optional=True)
        for side in Side:
            if side.value in table:
                dated = _dated(table, side.value)
                wanted = "%" if side is Side.RISE else kind.unit
                if any(entry.number.unit != wanted for entry in dated.entries):
                    raise table.error(
                        ErrorCode.UNIT_MISMATCH, side.value, f"give this bound in {wanted}"
                    )
                bounds.append(Bound(level=level, side=side, dated=dated))
        table.close()
    limits = VitalLimits(
        kind=kind,
        label=part.text("label"),
        action=part.text("action"),
        stale_device=_dated(part, "stale_device"),
        stale_person=_dated(part, "stale_person"),
        bounds=tuple(bounds),
        confirm_after=_dated(part, "confirm_after") if "confirm_after" in part else None,
    )
    part.close()
    return limits
