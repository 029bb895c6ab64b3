"""Whether misuse was looked for during a longer treatment, and what was found."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict


def judge(case: Case) -> Verdict:
    """Return a block for a signal of misuse, a warning for something to watch."""
    found = case.ask("misuse_review")
    if found.missing:
        return case.cannot_tell(found)
    if found.value in {"watch", "signal"}:
        return case.found(found.text, found)
    return case.passes(found)
