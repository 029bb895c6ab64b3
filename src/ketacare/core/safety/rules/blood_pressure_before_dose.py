"""Whether the blood pressure is low enough to begin."""

from __future__ import annotations

from ketacare.core.record import Vital
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.facts import Answer
from ketacare.core.safety.patterns import unless_missing


def judge(case: Case) -> Verdict:
    """Return a hard stop from the severe range on or with symptoms, an override above the limits.

    Between "proceed" and "hold" the pressure is repeated: after the rule's number of readings of
    the visit that all stay above, the signers judge.
    """
    fresh = case.span("fresh")
    systolic = case.measured(Vital.SYSTOLIC, fresh)
    diastolic = case.measured(Vital.DIASTOLIC, fresh)
    symptoms = case.ask("target_organ_symptoms")
    used = (systolic, diastolic, symptoms)
    if symptoms.value is True:
        return case.found("symptoms", *used)
    said = f"{systolic.number or 0:.0f}/{diastolic.number or 0:.0f} mmHg"
    if beyond(case, used, "severe", inclusive=True):
        return case.found("severe", *used, pressure=said)
    if systolic.missing or diastolic.missing:
        return case.cannot_tell(*used)
    if beyond(case, used, "hold", inclusive=True):
        return case.found("hold", *used, pressure=said)
    if beyond(case, used, "proceed", inclusive=False):
        needed = int(case.bound("readings", "count"))
        readings = len(
            [
                m
                for m in case.snapshot.measurements.get(Vital.SYSTOLIC, ())
                if case.now - m.at <= case.span("visit")
            ]
        )
        if readings < needed:
            return case.found("repeat", *used, pressure=said, left=str(needed - readings))
        return case.found("raised", *used, pressure=said, readings=str(readings))
    return unless_missing(case, *used, pressure=said)


def beyond(case: Case, used: tuple[Answer, ...], name: str, *, inclusive: bool) -> bool:
    """Return whether either pressure is above (or at) the limits called ``name``."""
    for answer, kind in zip(used, ("systolic", "diastolic"), strict=False):
        if answer.number is None:
            continue
        limit = case.bound(f"{name}_{kind}", "mmHg")
        if answer.number > limit or (inclusive and answer.number == limit):
            return True
    return False
