"""Whether a medicine makes ketamine last longer or shorter."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import medicines_of


def judge(case: Case) -> Verdict:
    """Return a warning for a strong inhibitor or an inducer of the enzymes that clear ketamine."""
    inhibitors = medicines_of(case, case.words("inhibitors"))
    inducers = medicines_of(case, case.words("inducers"))
    if inhibitors.found and inducers.found:
        both = (*inhibitors.answers, *inducers.answers)
        names = {"medicines": inhibitors.names, "inducers": inducers.names}
        return case.found("opposed", *both, **names)
    if inhibitors.found:
        return case.found("inhibited", *inhibitors.answers, medicines=inhibitors.names)
    if inducers.found:
        return case.found("induced", *inducers.answers, medicines=inducers.names)
    if inhibitors.doubts:
        return case.cannot_tell(*inhibitors.doubts)
    return case.passes(inhibitors.review)
