"""Whether suicidal thoughts need another pathway first."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict


def judge(case: Case) -> Verdict:
    """Return a hard stop for high risk, an override for moderate, a warning for low."""
    risk = case.ask("cssrs_since_last")
    if risk.missing:
        return case.cannot_tell(risk)
    if risk.value in {"high", "moderate", "low"}:
        return case.found(risk.text, risk)
    return case.passes(risk)
