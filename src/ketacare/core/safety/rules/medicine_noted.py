"""Medicines that change what is seen during an infusion without standing against it."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.facts import Answer
from ketacare.core.safety.patterns import medicines_of

_KINDS = ("blunt_pressure", "raise_pressure")


def judge(case: Case) -> Verdict:
    """Return what to expect of blood pressure and pulse with the medicines taken."""
    said: list[str] = []
    used: list[Answer] = []
    doubts: tuple[Answer, ...] = ()
    for kind in _KINDS:
        medicines = medicines_of(case, case.words(kind))
        doubts = medicines.doubts
        if medicines.found:
            (effect,) = case.words(f"{kind}_effect")
            said.append(f"{medicines.names} {effect}")
            used.extend(medicines.answers)
    if said:
        return case.found("noted", *used, *doubts, found="; ".join(said))
    if doubts:
        return case.cannot_tell(*doubts)
    return case.passes(case.ask("medicines_reviewed"))
