"""Whether pulse, oxygen, breathing and temperature are in range before the dose."""

from __future__ import annotations

from ketacare.core.record import Vital
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import phrase, unless_missing

_KINDS = (Vital.HEART_RATE, Vital.SPO2, Vital.RESPIRATORY_RATE, Vital.TEMPERATURE)


def judge(case: Case) -> Verdict:
    """Return a block if any value is outside its range; each needs to be fresh."""
    fresh = case.span("fresh")
    answers = tuple(case.measured(kind, fresh) for kind in _KINDS)
    outside = [
        f"{answer.label} {answer.text}"
        for answer, kind in zip(answers, _KINDS, strict=True)
        if answer.number is not None and is_outside(case, kind, answer.number)
    ]
    if outside:
        return case.found("outside", *answers, found=phrase(outside))
    return unless_missing(case, *answers)


def is_outside(case: Case, kind: Vital, value: float) -> bool:
    """Return whether ``value`` is below the lowest or above the highest value allowed.

    Temperature has to be lower than its limit; the others may equal theirs.
    """
    match kind:
        case Vital.SPO2:
            return value < case.bound("spo2_lowest", "%")
        case Vital.TEMPERATURE:
            return value >= case.bound("fever", "degC")
        case Vital.HEART_RATE:
            unit, name = "1/min (beats)", "heart_rate"
        case _:
            unit, name = "1/min (breaths)", "respiratory_rate"
    return not case.bound(f"{name}_lowest", unit) <= value <= case.bound(f"{name}_highest", unit)
