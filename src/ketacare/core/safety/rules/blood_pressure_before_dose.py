"""Whether the blood pressure is low enough, and not too low, to begin."""

from __future__ import annotations

from ketacare.core.record import Vital
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.facts import Answer


def judge(case: Case) -> Verdict:
    """Return a hard stop from the severe range on or with symptoms, an override above the limits.

    While nobody has asked for symptoms a hard stop is not excluded, so no override is offered.
    Between "proceed" and "hold" the pressure is repeated: after the rule's number of readings of
    the visit the signers judge.
    """
    fresh = case.span("fresh")
    systolic = case.measured(Vital.SYSTOLIC, fresh)
    diastolic = case.measured(Vital.DIASTOLIC, fresh)
    symptoms = case.ask("target_organ_symptoms")
    used = (systolic, diastolic, symptoms)
    said = said_pressure(systolic, diastolic)
    if symptoms.value is True:
        return case.found("symptoms", *used)
    if reaches(case, systolic, diastolic, "severe"):
        return case.found("severe", *used, pressure=said)
    if any(answer.missing for answer in used):
        known = "" if systolic.missing and diastolic.missing else f"blood pressure {said}"
        return case.cannot_tell(*used, known=known)
    is_high = reaches(case, systolic, diastolic, "hold")
    if is_high or is_low(case, systolic):
        return case.found("hold" if is_high else "low", *used, pressure=said)
    if exceeds(case, systolic, diastolic, "proceed"):
        return raised(case, used, said)
    return case.passes(*used, pressure=said)


def raised(case: Case, used: tuple[Answer, ...], said: str) -> Verdict:
    """Return whether to repeat the pressure or to let the signers judge."""
    visit, needed = case.span("visit"), int(case.bound("readings", "count"))
    measured = case.snapshot.measurements.get(Vital.SYSTOLIC, ())
    readings = sum(1 for m in measured if case.now - m.at <= visit)
    if readings < needed:
        return case.found("repeat", *used, pressure=said, left=str(needed - readings))
    return case.found("raised", *used, pressure=said, readings=str(readings))


def is_low(case: Case, systolic: Answer) -> bool:
    """Return whether the systolic pressure is too low to begin."""
    return systolic.number is not None and systolic.number < case.bound("lowest_systolic", "mmHg")


def reaches(case: Case, systolic: Answer, diastolic: Answer, name: str) -> bool:
    """Return whether either pressure is at or above the limits called ``name``."""
    return any(
        answer.number is not None and answer.number >= case.bound(f"{name}_{kind}", "mmHg")
        for answer, kind in ((systolic, "systolic"), (diastolic, "diastolic"))
    )


def exceeds(case: Case, systolic: Answer, diastolic: Answer, name: str) -> bool:
    """Return whether either pressure is above the limits called ``name``."""
    return any(
        answer.number is not None and answer.number > case.bound(f"{name}_{kind}", "mmHg")
        for answer, kind in ((systolic, "systolic"), (diastolic, "diastolic"))
    )


def said_pressure(systolic: Answer, diastolic: Answer) -> str:
    """Return the pressure as said; a part that was not measured is called so."""
    parts = [
        "not measured" if a.number is None else f"{a.number:.0f}" for a in (systolic, diastolic)
    ]
    return f"{parts[0]}/{parts[1]} mmHg"
