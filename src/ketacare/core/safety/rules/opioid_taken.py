"""Whether an opioid, or several medicines that depress breathing, are taken."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import medicines_of


def judge(case: Case) -> Verdict:
    """Return a block for any opioid, or from the rule's number of depressants on."""
    opioids = medicines_of(case, case.words("opioids"))
    if opioids.found:
        return case.found("opioid", *opioids.answers, medicines=opioids.names)
    depressants = medicines_of(case, case.words("depressants"))
    if len(depressants.found) >= case.bound("depressants", "count"):
        return case.found("several", *depressants.answers, medicines=depressants.names)
    if opioids.doubts:
        return case.cannot_tell(*opioids.doubts)
    return case.passes(opioids.review, *depressants.answers)
