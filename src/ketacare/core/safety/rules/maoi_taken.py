"""Whether an MAO inhibitor is taken, or was until recently."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import class_taken


def judge(case: Case) -> Verdict:
    """Return a block for an MAO inhibitor taken now or ended within the washout."""
    return class_taken(case, "taken", washout=case.span("washout"))
