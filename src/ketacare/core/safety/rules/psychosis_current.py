"""Whether there is psychosis, mania or delirium now."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import any_yes


def judge(case: Case) -> Verdict:
    """Return a block if the answer to any of the rule's questions is yes."""
    return any_yes(case, "present", "psychosis_current", "mania_current", "delirium")
