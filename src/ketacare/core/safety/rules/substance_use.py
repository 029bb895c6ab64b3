"""Whether a substance use disorder is active or the urine screen needs explaining."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import unless_missing


def judge(case: Case) -> Verdict:
    """Return a block for an active disorder or an unexplained positive screen."""
    disorder, screen = case.ask_all("substance_use_disorder", "urine_drug_screen")
    if disorder.value is True:
        return case.found("active", disorder, screen)
    if screen.value == "unexplained":
        return case.found("screen_positive", disorder, screen)
    return unless_missing(case, disorder, screen)
