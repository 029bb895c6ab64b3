"""Whether a concentrated vial was diluted before anything is given from it."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.preparation import Preparation


def judge(case: Case) -> Verdict:
    """Return a hard stop for a concentrated vial without a recorded dilution."""
    drawn = case.context.preparation or Preparation()
    vial = case.given("strength of the vial", drawn.vial_mg_per_mL, "mg/mL")
    diluted = case.given("record of the dilution", drawn.dilution_recorded)
    if vial.number is not None and vial.number < case.bound("concentrated", "mg/mL"):
        return case.passes(vial)
    if diluted.value is True:
        return case.passes(vial, diluted) if not vial.missing else case.cannot_tell(vial, diluted)
    if vial.missing:
        return case.cannot_tell(vial, diluted)
    if diluted.value is False:
        return case.found("undiluted", vial, diluted, vial=vial.text)
    return case.cannot_tell(vial, diluted)
