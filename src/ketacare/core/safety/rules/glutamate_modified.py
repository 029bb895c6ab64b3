"""Whether a medicine acts on the same receptors or may blunt the effect."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import medicines_of


def judge(case: Case) -> Verdict:
    """Return a warning for additive NMDA block, information for medicines that may blunt it."""
    additive = medicines_of(case, case.words("additive"))
    blunting = medicines_of(case, case.words("blunting"))
    if additive.found:
        return case.found("additive", *additive.answers, medicines=additive.names)
    if blunting.found:
        return case.found("blunting", *blunting.answers, medicines=blunting.names)
    if additive.doubts:
        return case.cannot_tell(*additive.doubts)
    return case.passes(additive.review)
