"""Whether a rise of pressure in the head or the eye could do harm."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import any_yes


def judge(case: Case) -> Verdict:
    """Return a block if the answer to any of the rule's questions is yes."""
    return any_yes(case, "present", "raised_icp_or_iop")
