"""Whether a physician is in the house for a dose that may sedate deeper."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict

_ROUNDING_MG_PER_KG = 1e-6


def judge(case: Case) -> Verdict:
    """Return a block for a dose above the limit without a physician in the house."""
    dose = case.given("planned dose", case.context.dose_mg_per_kg, "mg/kg")
    physician = case.ask("physician_in_facility")
    if physician.value is True:
        return case.passes(physician)
    if dose.number is None:
        return case.cannot_tell(dose, physician)
    if dose.number <= case.bound("dose", "mg/kg") + _ROUNDING_MG_PER_KG:
        return case.passes(dose)
    if physician.missing:
        return case.cannot_tell(dose, physician)
    return case.found("absent", dose, physician, dose=dose.text)
