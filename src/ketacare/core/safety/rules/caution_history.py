"""Whether the past holds a condition that asks for a specialist's look before ketamine."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import any_yes


def judge(case: Case) -> Verdict:
    """Return a block for any of the conditions asked about."""
    return any_yes(case, "present", *case.rule.facts)
