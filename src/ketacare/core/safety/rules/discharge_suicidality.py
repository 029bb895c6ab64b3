"""Whether intent or a plan appeared that was not there before."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import any_yes


def judge(case: Case) -> Verdict:
    """Return a block if the answer to any of the rule's questions is yes."""
    return any_yes(case, "new_intent", "cssrs_new_at_discharge")
