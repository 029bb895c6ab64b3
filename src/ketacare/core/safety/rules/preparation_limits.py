"""Whether the bag and the rate of the pump fit the order."""

from __future__ import annotations

from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.dated import spoken
from ketacare.core.safety.preparation import Preparation

# Concentration and volume come from a division; exactly the limit must not fail by rounding.
_ROUNDING = 1e-9


def judge(case: Case) -> Verdict:
    """Return a hard stop for a bag too strong or too small, or a rate that is not the order's.

    rate (mL/h) = dose (mg) / concentration (mg/mL) * 60 / minutes
    """
    drawn = case.context.preparation or Preparation()
    strength = case.given("concentration in the bag", drawn.concentration_mg_per_mL, "mg/mL")
    rate = case.given("rate of the pump", drawn.rate_mL_per_h, "mL/h")
    volume = case.given("volume in the bag", drawn.volume_mL, "mL")
    dose = case.given("dose", case.context.dose_mg, "mg")
    minutes = case.given("duration", case.context.minutes, "min")
    used = (strength, rate, volume, dose, minutes)
    if strength.number is not None:
        if strength.number > case.bound("concentration", "mg/mL") * (1 + _ROUNDING):
            return case.found("too_strong", *used, strength=strength.text)
        if dose.number is not None:
            needed = dose.number / strength.number
            # The strength comes from a syringe that is read in steps, so the volume the dose needs
            # is known only as exactly as that.
            least = needed * (1 - case.bound("short", "%") / 100.0)
            if volume.number is not None and volume.number < least * (1 - _ROUNDING):
                return case.found(
                    "too_little", *used, volume=volume.text, needed=spoken(needed, "mL")
                )
            if minutes.number is not None and rate.number is not None:
                right = needed * 60.0 / minutes.number
                off = abs(rate.number - right) / right * 100.0
                if off > case.bound("rate", "%") * (1 + _ROUNDING):
                    return case.found(
                        "rate_off", *used, rate=rate.text, right=spoken(right, "mL/h")
                    )
    if any(answer.missing for answer in used):
        return case.cannot_tell(*used)
    return case.passes(*used)
