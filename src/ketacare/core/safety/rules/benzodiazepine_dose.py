"""How much benzodiazepine or hypnotic is taken, and how recently."""

from __future__ import annotations

from datetime import timedelta

from ketacare.core.history import lorazepam_equivalent
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.dated import spoken
from ketacare.core.safety.facts import Answer
from ketacare.core.safety.kinds import Station
from ketacare.core.safety.patterns import medicines_of, phrase, since_taken


def judge(case: Case) -> Verdict:
    """Return a block above the daily limit or after a recent dose, a warning for less.

    The daily dose is in lorazepam equivalents. A known part above the limit decides even when the
    dose of another medicine is not known.
    """
    medicines = medicines_of(case, case.words("classes"))
    if not medicines.found:
        if medicines.doubts:
            return case.cannot_tell(*medicines.doubts)
        return case.passes(medicines.review)
    taken = [item.medicine for item in medicines.found]
    total = lorazepam_equivalent(taken, case.snapshot.treatments, case.now)
    daily = Answer(
        code="lorazepam_equivalent",
        label="daily dose in lorazepam equivalents",
        value=total.mg_per_day,
        unit="mg/day",
        problem="" if total.mg_per_day is not None else f"lacks the {phrase(list(total.missing))}",
    )
    used = (*medicines.answers, daily)
    if total.at_least_mg_per_day > case.bound("daily", "mg/day"):
        said = spoken(total.at_least_mg_per_day, "mg/day")
        return case.found("high", *used, medicines=medicines.names, taken=said)
    before_dose = case.snapshot.station is Station.BEFORE_DOSE
    window = case.span("interval")
    recent = [
        item
        for item in medicines.found
        if item.medicine.last_taken is not None
        and timedelta() <= case.now - item.medicine.last_taken <= window
    ]
    if before_dose and recent:
        names = phrase([item.name for item in recent])
        return case.found("recent", *used, medicines=names, ago=since_taken(case, recent[0]))
    if daily.missing:
        return case.cannot_tell(*used)
    if before_dose and any(item.medicine.last_taken is None for item in medicines.found):
        return case.cannot_tell(*used, case.given("time of the last benzodiazepine", None))
    return case.found("some", *used, medicines=medicines.names, taken=daily.text)
