"""Whether the dose per kilogram is one the clinic gives."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict

# Doses per kilogram come from a division; a dose of exactly 1 must not fail by rounding.
_ROUNDING_MG_PER_KG = 1e-6


def judge(case: Case) -> Verdict:
    """Return an override outside the usual range, a hard stop above the highest dose."""
    dose = case.given("planned dose", case.context.dose_mg_per_kg, "mg/kg")
    if dose.number is None:
        return case.cannot_tell(dose)
    if dose.number > case.bound("stop", "mg/kg") + _ROUNDING_MG_PER_KG:
        return case.found("too_high", dose, dose=dose.text)
    if dose.number > case.bound("highest", "mg/kg") + _ROUNDING_MG_PER_KG:
        return case.found("high", dose, dose=dose.text)
    if dose.number < case.bound("lowest", "mg/kg") - _ROUNDING_MG_PER_KG:
        return case.found("low", dose, dose=dose.text)
    if (
        not case.snapshot.infusions
        and dose.number > case.bound("start", "mg/kg") + _ROUNDING_MG_PER_KG
    ):
        return case.found("first_high", dose, dose=dose.text)
    return case.passes(dose, dose=dose.text)
