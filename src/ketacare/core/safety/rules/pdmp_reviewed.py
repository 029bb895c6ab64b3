"""Whether the prescription monitoring program was queried and the assessment written down."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import medicines_of


def judge(case: Case) -> Verdict:
    """Return a block when it was not done; the sentence says when the law asks for it."""
    reviewed = case.ask("pdmp_reviewed")
    controlled = medicines_of(case, case.words("classes"))
    if reviewed.value is True:
        return case.passes(reviewed)
    if controlled.found:
        names = controlled.names
        if reviewed.missing:
            return case.cannot_tell(
                reviewed, *controlled.answers, known=f"{names} is taken, so the law asks for it"
            )
        return case.found("required", reviewed, *controlled.answers, medicines=names)
    if reviewed.missing:
        return case.cannot_tell(reviewed)
    return case.found("not_done", reviewed)
