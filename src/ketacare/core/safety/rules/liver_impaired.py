"""Whether the liver can take repeated ketamine."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import unless_missing


def judge(case: Case) -> Verdict:
    """Return a hard stop for severe disease or very high enzymes, an override above the limit."""
    severe, enzymes = case.ask_all("severe_hepatic_impairment", "alt_x_uln")
    if severe.value is True:
        return case.found("severe", severe, enzymes)
    if enzymes.number is not None:
        if enzymes.number >= case.bound("stop", "xULN"):
            return case.found("very_high", severe, enzymes, enzymes=enzymes.text)
        if enzymes.number > case.bound("raised", "xULN"):
            return case.found("raised", severe, enzymes, enzymes=enzymes.text)
    return unless_missing(case, severe, enzymes, enzymes=enzymes.text)
