"""Whether theophylline or aminophylline is taken: with ketamine it lowers the seizure threshold."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import class_taken


def judge(case: Case) -> Verdict:
    """Return a hard stop for any medicine of the rule's classes."""
    return class_taken(case, "taken")
