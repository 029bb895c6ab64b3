"""Whether the airway or the lungs need an anaesthetist's look first."""

from __future__ import annotations

from ketacare.core.record import Vital
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import unless_missing


def judge(case: Case) -> Verdict:
    """Return a block for sleep apnoea, severe lung disease or a body mass index from the limit on.

    BMI = weight in kg / (height in m)^2.
    """
    disease = case.ask("sleep_apnoea_or_lung")
    weight, height = case.measured(Vital.WEIGHT), case.measured(Vital.HEIGHT)
    if disease.value is True:
        return case.found("disease", disease)
    if weight.number is not None and height.number:
        bmi = weight.number / (height.number / 100.0) ** 2
        if bmi >= case.bound("bmi", "kg/m2"):
            return case.found("obese", disease, weight, height, bmi=f"{bmi:.1f} kg/m²")
    return unless_missing(case, disease, weight, height)
