"""Whether a stimulant or decongestant was taken today."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import medicines_of, phrase, unless_missing


def judge(case: Case) -> Verdict:
    """Return a warning if one was taken today, by answer or by the time of the last dose."""
    today = case.ask("stimulant_today")
    if today.value is True:
        return case.found("taken", today, medicines="A stimulant or decongestant")
    window = case.span("window")
    medicines = medicines_of(case, case.words("classes"))
    recent = [
        item
        for item in medicines.found
        if item.medicine.last_taken is not None and case.now - item.medicine.last_taken <= window
    ]
    if recent:
        names = phrase([item.name for item in recent])
        return case.found("taken", today, *medicines.answers, medicines=names)
    return unless_missing(case, today)
