"""Whether the liver can take repeated ketamine."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict


def judge(case: Case) -> Verdict:
    """Return a hard stop for severe disease or very high enzymes, an override above the limit.

    While severe disease is not excluded, raised enzymes are no matter of an override.
    """
    severe, enzymes = case.ask_all("severe_hepatic_impairment", "alt_x_uln")
    if severe.value is True:
        return case.found("severe", severe, enzymes)
    if enzymes.number is not None:
        if enzymes.number >= case.bound("stop", "xULN"):
            return case.found("very_high", severe, enzymes, enzymes=enzymes.text)
        if not severe.missing and enzymes.number > case.bound("raised", "xULN"):
            return case.found("raised", severe, enzymes, enzymes=enzymes.text)
    if severe.missing or enzymes.missing:
        known = "" if enzymes.missing else f"liver enzymes {enzymes.text}"
        return case.cannot_tell(severe, enzymes, known=known)
    return case.passes(severe, enzymes, enzymes=enzymes.text)
