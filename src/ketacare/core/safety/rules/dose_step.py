"""Whether the dose rises in small steps, and only after the last one was answered and borne."""

from __future__ import annotations

from dataclasses import replace

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.facts import Answer
from ketacare.core.safety.patterns import unless_missing

# Doses per kilogram come from a division; a step of exactly 0.25 must not fail by rounding.
_ROUNDING_MG_PER_KG = 1e-6


def judge(case: Case) -> Verdict:
    """Return a block for a large step, or a rise without a score or tolerance after the last dose."""
    dose = case.given("planned dose", case.context.dose_mg_per_kg, "mg/kg")
    if not case.snapshot.infusions:
        return unless_missing(case, dose, change="This is the first infusion")
    last = case.snapshot.infusions[-1]
    before = Answer(
        code="last_dose",
        label="dose of the last infusion per kilogram",
        value=last.mg_per_kg,
        at=last.at,
        unit="mg/kg",
        problem="" if last.mg_per_kg is not None else "no weight recorded with the last infusion",
    )
    if dose.number is None or before.number is None:
        return case.cannot_tell(dose, before)
    step = dose.number - before.number
    if step > case.bound("largest", "mg/kg") + _ROUNDING_MG_PER_KG:
        return case.found("too_large", dose, before, step=f"{step:.2f} mg/kg")
    if step <= _ROUNDING_MG_PER_KG:
        return case.passes(dose, before, change="The dose does not rise")
    tolerated = case.ask("last_infusion_tolerated")
    if not tolerated.missing and tolerated.at is not None and tolerated.at < last.at:
        tolerated = replace(
            tolerated, value=None, problem="tolerance was recorded before the last infusion"
        )
    if tolerated.value is False:
        return case.found("not_tolerated", dose, before, tolerated)
    scored = [s for s in case.person.scores if last.at < s.at <= case.now]
    response = case.given("score after the last infusion", "recorded" if scored else None)
    change = f"The dose rises by {step:.2f} mg/kg"
    return unless_missing(case, dose, before, tolerated, response, change=change)
