"""Answers as the core's facts, findings as what is stored with a signature."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.eligibility.models import Answer
from ketacare.core.record import Fact
from ketacare.core.safety import RuleFinding, Signer
from ketacare.knowledge.load import load_policy

ROLE_OF: dict[Signer, Role] = {
    Signer.PSYCHIATRIST: Role.PSYCHIATRIST,
    Signer.ANAESTHETIST: Role.ANAESTHESIA,
}


def fact_of(row: Answer) -> Fact:
    """Return an answer as the core reads it."""
    value = row.value
    if isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    return Fact(
        code=row.code,
        value=value,
        at=row.at,
        unit=row.unit,
        by=row.by.display_name if row.by else "",
        note=row.note,
    )


def signers_of(finding: RuleFinding) -> tuple[Role, ...]:
    """Return the roles that all have to sign an override of this finding."""
    return tuple(ROLE_OF[signer] for signer in finding.override_by)


def digest_of(finding: RuleFinding) -> str:
    """Return a fingerprint of what a finding rests on: rule, limit, outcome and facts as said.

    Times are left out: the same answer given again leaves an override standing.
    """
    parts = [
        finding.rule,
        finding.version,
        finding.station.value,
        finding.outcome.value,
        finding.situation,
        finding.limit,
        *sorted(f"{fact.name}={fact.value_text}" for fact in finding.facts),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def digest_of_all(findings: Iterable[RuleFinding]) -> str:
    """Return a fingerprint of a whole review."""
    return hashlib.sha256("".join(map(digest_of, findings)).encode()).hexdigest()


def stored(finding: RuleFinding) -> dict[str, Any]:
    """Return a finding as JSON values, to be kept beside a signature."""
    return {
        "rule": finding.rule,
        "version": finding.version,
        "policy": load_policy().version,
        "reference": finding.reference,
        "title": finding.title,
        "outcome": finding.outcome.value,
        "strength": finding.strength.value,
        "sentence": finding.sentence,
        "limit": finding.limit,
        "facts": [
            {
                "name": fact.name,
                "label": fact.label,
                "value": fact.value_text,
                "at": None if fact.at is None else fact.at.isoformat(),
                "problem": fact.problem,
            }
            for fact in finding.facts
        ],
        "missing": list(finding.missing),
        "override_by": [signer.value for signer in finding.override_by],
        "sources": list(finding.sources),
        "status": finding.status,
    }
