"""The JSON shape of safety findings: each with rule, facts, limit, source and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ketacare.core.record import Person
from ketacare.core.safety import RuleFinding, Station


def screening_shape(
    findings: Mapping[Station, Sequence[RuleFinding]], person: Person, *, policy_version: str
) -> dict[str, Any]:
    """Return the findings of each station as JSON values."""
    every = [finding for found in findings.values() for finding in found]
    return {
        "policy": policy_version,
        "stops": sum(finding.stops for finding in every),
        "needs_override": sum(finding.needs_override for finding in every),
        "cannot_tell": sum(finding.outcome.value == "cannot_tell" for finding in every),
        "stations": [
            {"station": station.value, "findings": [finding_shape(f, person) for f in found]}
            for station, found in findings.items()
        ],
    }


def finding_shape(finding: RuleFinding, person: Person) -> dict[str, Any]:
    """Return one finding about ``person`` as JSON values."""
    return {
        "rule": finding.rule,
        "version": finding.version,
        "reference": finding.reference,
        "title": finding.title,
        "outcome": finding.outcome.value,
        "strength": finding.strength.value,
        "stops": finding.stops,
        "needs_override": finding.needs_override,
        "sentence": finding.sentence,
        "limit": finding.limit,
        "facts": [
            {
                "name": fact.name,
                "label": fact.label,
                "value": fact.value_text,
                "at": None if fact.at is None else person.when(fact.at),
                "problem": fact.problem,
            }
            for fact in finding.facts
        ],
        "missing": list(finding.missing),
        "override_by": [signer.value for signer in finding.override_by],
        "sources": list(finding.sources),
        "status": finding.status,
    }
