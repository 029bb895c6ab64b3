"""How much benzodiazepine or hypnotic is taken, and how recently."""

from __future__ import annotations

from ketacare.core.history import diazepam_equivalent, lorazepam_equivalent
from ketacare.core.safety.case import Case, Listed, Verdict
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
    daily, floor = daily_dose(case, medicines.found)
    used = (*medicines.answers, daily)
    if floor > case.bound("daily", "mg/day"):
        return case.found("high", *used, medicines=medicines.names, taken=in_both(case, floor))
    before_dose = case.snapshot.station is Station.BEFORE_DOSE
    recent = [item for item in medicines.found if is_recent(case, item)]
    if before_dose and recent:
        names = phrase([item.name for item in recent])
        return case.found("recent", *used, medicines=names, ago=since_taken(case, recent[0]))
    if before_dose and any(item.medicine.last_taken is None for item in medicines.found):
        used = (*used, case.given("time of the last benzodiazepine", None))
    if any(answer.missing for answer in (*used, *medicines.doubts)):
        return case.cannot_tell(*used, *medicines.doubts)
    return case.found("some", *used, medicines=medicines.names, taken=in_both(case, floor))


def in_both(case: Case, lorazepam_mg: float) -> str:
    """Return a daily dose in lorazepam and in diazepam, as said."""
    said = f"{spoken(lorazepam_mg, 'mg/day')} of lorazepam"
    diazepam = diazepam_equivalent(lorazepam_mg, case.snapshot.treatments)
    return said if diazepam is None else f"{said} ({spoken(diazepam, 'mg/day')} of diazepam)"


def daily_dose(case: Case, found: tuple[Listed, ...]) -> tuple[Answer, float]:
    """Return the daily dose in lorazepam equivalents, and what of it is known for certain (mg/day).

    A medicine without a dose, or without an equivalence, makes the sum unknown.
    """
    taken = [item.medicine for item in found]
    total = lorazepam_equivalent(taken, case.snapshot.treatments, case.now)
    gaps = list(total.missing) + [
        f"equivalence of {item.name}"
        for item in found
        if item.treatment is None or item.treatment.lorazepam_mg is None
    ]
    answer = Answer(
        code="lorazepam_equivalent",
        label="daily dose in lorazepam equivalents",
        value=None if gaps else total.mg_per_day,
        unit="mg/day",
        problem=f"no {phrase(gaps)} on record" if gaps else "",
    )
    return answer, total.at_least_mg_per_day


def is_recent(case: Case, item: Listed) -> bool:
    """Return whether the last dose lies within the interval; a time still to come counts as one."""
    taken = item.medicine.last_taken
    return taken is not None and case.now - taken <= case.span("interval")
