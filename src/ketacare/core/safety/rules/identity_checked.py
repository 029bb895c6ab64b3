"""Whether this is the right patient with the right allergies."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import all_yes


def judge(case: Case) -> Verdict:
    """Return a block if the answer to any of the rule's questions is no."""
    return all_yes(case, "not_checked", "identifiers_checked", "allergies_reconfirmed")
