"""Whether the other causes of the anxiety have been looked for."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import all_yes


def judge(case: Case) -> Verdict:
    """Return pass if every item of the checklist was done."""
    return all_yes(case, "not_done", *case.rule.facts)
