"""Whether there was alcohol in the last 24 hours."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import any_yes


def judge(case: Case) -> Verdict:
    """Return a block if the answer to any of the rule's questions is yes."""
    return any_yes(case, "recent", "alcohol_24h")
