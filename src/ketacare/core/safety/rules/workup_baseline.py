"""Whether the baseline work-up is complete and recent: examination, tests, weight, questionnaires."""

from __future__ import annotations

from datetime import datetime, timedelta

from ketacare.core.record import Vital
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.course import answered_before, course_start, last_total
from ketacare.core.safety.facts import Answer
from ketacare.core.safety.patterns import listed

_ECG, _RISK = "ecg_reviewed", "cardiac_risk"
_MEASURED = {
    Vital.WEIGHT: "weight",
    Vital.SYSTOLIC: "systolic blood pressure",
    Vital.DIASTOLIC: "diastolic blood pressure",
}


def judge(case: Case) -> Verdict:
    """Return a block when a part was not done; cannot tell while one is not recorded or too old.

    Within a course of infusions the baseline is what was known before its first infusion. The ECG
    is part of it from the limit of age on, or with a cardiac risk.
    """
    moment, window = course_start(case) or case.now, case.span("window")
    parts = [
        answered_before(case, code, moment, window)
        for code in case.rule.facts
        if code not in {_ECG, _RISK}
    ]
    parts += [measured_before(case, kind, moment, window) for kind in _MEASURED]
    for instrument, name in zip(case.words("scales"), case.words("names"), strict=True):
        found = last_total(case, instrument, name, moment, window)
        parts.append(found or case.given(f"complete {name} of the baseline", None))
    parts += heart(case, moment, window)
    undone = [answer for answer in parts if answer.value is False and answer.code != _RISK]
    if undone:
        return case.found("not_done", *parts, found=listed(undone))
    if any(answer.missing for answer in parts):
        return case.cannot_tell(*parts)
    return case.passes(*parts)


def heart(case: Case, moment: datetime, window: timedelta) -> list[Answer]:
    """Return what is known about the ECG, and about whether one is needed at all."""
    ecg = answered_before(case, _ECG, moment, window)
    if ecg.value is True:
        return [ecg]
    age = case.given("age", case.person.age_at(case.now), "year")
    if age.number is not None and age.number >= case.bound("ecg_age", "year"):
        return [age, ecg]
    risk = case.ask(_RISK)
    if risk.value is True:
        return [risk, ecg]
    return [age, risk]


def measured_before(case: Case, kind: Vital, moment: datetime, window: timedelta) -> Answer:
    """Return the newest measurement of the baseline; a weight of 0 is a typing error."""
    label, code = _MEASURED[kind], f"measurement:{kind.value}"
    known = [m for m in case.snapshot.measurements.get(kind, ()) if m.at <= moment and m.value]
    if known and moment - known[-1].at <= window:
        last = known[-1]
        return Answer(code=code, label=label, value=last.value, at=last.at, unit=kind.unit)
    problem = f"the {label} of the baseline is too old" if known else f"no {label} measured yet"
    return Answer(code=code, label=label, value=None, problem=problem)
