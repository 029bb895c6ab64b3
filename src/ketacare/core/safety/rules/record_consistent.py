"""Whether the record says two things that cannot both be so."""

from __future__ import annotations

from ketacare.core.record import find_contradictions
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.facts import Answer


def judge(case: Case) -> Verdict:
    """Return a block that names every contradiction; none is resolved here."""
    tolerance = case.bound("weight", "kg")
    found = find_contradictions(case.person, weight_tolerance_kg=tolerance, until=case.now)
    if not found:
        return case.passes(
            Answer(code="contradictions", label="contradictions in the record", value="none found")
        )
    used = tuple(
        Answer(code=f"record:{one.kind.value}", label=one.subject, value=one.sentence, at=one.at)
        for one in found
    )
    return case.found("contradiction", *used, found=" ".join(one.sentence for one in found))
