"""Whether the person, or a legal representative, can decide about the treatment."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict


def judge(case: Case) -> Verdict:
    """Return pass with capacity, a warning when a representative decides, a block with neither."""
    capacity = case.ask("capacity")
    if capacity.value is True:
        return case.passes(capacity)
    if capacity.missing:
        return case.cannot_tell(capacity)
    representative = case.ask("legal_representative")
    if representative.value is True:
        return case.found("represented", capacity, representative)
    if representative.missing:
        return case.cannot_tell(capacity, representative)
    return case.found("nobody", capacity, representative)
