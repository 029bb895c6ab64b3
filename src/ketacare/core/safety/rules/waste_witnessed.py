"""Whether drug that was thrown away is written down and was watched by somebody else."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.preparation import Waste


def judge(case: Case) -> Verdict:
    """Return a hard stop for waste without a second person, amount or reason."""
    waste = case.context.waste or Waste()
    amount = case.given("wasted amount in mg", waste.mg, "mg")
    if amount.value == 0:
        return case.passes(amount)
    volume = case.given("wasted volume in mL", waste.mL, "mL")
    reason = case.given("reason of the waste", waste.reason.strip() or None)
    actor = case.given("name of who wasted it", waste.by.strip() or None)
    witness = case.given("name of the witness", waste.witness.strip() or None)
    signed = case.given("signature of the witness", waste.witness_signed)
    used = (amount, volume, reason, actor, witness, signed)
    if not witness.missing and witness.text.casefold() == actor.text.casefold():
        return case.found("same_person", *used, who=witness.text)
    if signed.value is False:
        return case.found("not_signed", *used, who=witness.text)
    if any(answer.missing for answer in used):
        return case.cannot_tell(*used)
    return case.passes(*used)
