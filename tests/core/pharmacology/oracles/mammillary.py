"""The sets without metabolites: Kamp 2020, the older ketamine sets and propofol after Schnider.

Each function returns the micro-constants and the central volume of a person as the set's source
gives them; the same three equations turn them into concentrations. Times are in minutes.
"""

import numpy as np
from tests.core.pharmacology.oracles.stepping import Given, follow


def kamp_2020(weight_kg):
    """Return V1 (L) and k10, k12, k21, k13, k31 (1/min) from volumes (L) and clearances (L/h)."""
    size, flow = weight_kg / 70, (weight_kg / 70) ** 0.75
    v1, v2, v3 = 25 * size, 56 * size, 157 * size
    cl1, cl2, cl3 = 84 * flow / 60, 161 * flow / 60, 79 * flow / 60
    return v1, cl1 / v1, cl2 / v1, cl2 / v2, cl3 / v1, cl3 / v3


def domino_1984(weight_kg):
    """Return the set as printed: litres per kilogram and rates per minute."""
    return 0.063 * weight_kg, 0.4381, 0.5921, 0.2470, 0.5900, 0.0146


def clements_1981(weight_kg):
    """Return the set as printed, 0.25 mg/kg."""
    return 1.7522 * weight_kg, 0.0109, 0.0186, 0.0137, 0.0, 0.0


def hijazi_2003(weight_kg):
    """Return the set as printed, adults in intensive care."""
    return 1.08 * weight_kg, 0.0333, 0.0088, 0.0030, 0.0, 0.0


def herd_2007(weight_kg):
    """Return the children's set, per 70 kg with 0.75 for clearances."""
    size, flow = weight_kg / 70, (weight_kg / 70) ** 0.75 / 60
    v1, v2 = 38.7 * size, 102 * size
    return v1, 90 * flow / v1, 215 * flow / v1, 215 * flow / v2, 0.0, 0.0


def hornik_2018(weight_kg):
    """Return the other children's set, per 70 kg with 0.75 for clearances."""
    size, flow = weight_kg / 70, (weight_kg / 70) ** 0.75 / 60
    v1, v2 = 32.8 * size, 152 * size
    return v1, 38.9 * flow / v1, 54.9 * flow / v1, 54.9 * flow / v2, 0.0, 0.0


def schnider_1998(weight_kg, *, age_years, height_cm, sex):
    """Return propofol by age, weight, height and lean mass after James, in L and L/min."""
    relative = (weight_kg / height_cm) ** 2
    lean = 1.1 * weight_kg - 128 * relative if sex == "M" else 1.07 * weight_kg - 148 * relative
    cl1 = 1.89 + 0.0456 * (weight_kg - 77) - 0.0681 * (lean - 59) + 0.0264 * (height_cm - 177)
    cl2 = 1.29 - 0.024 * (age_years - 53)
    v1, v2, v3 = 4.27, 18.9 - 0.391 * (age_years - 53), 238
    return v1, cl1 / v1, cl2 / v1, cl2 / v2, 0.836 / v1, 0.836 / v3


def concentrations(constants, doses, times_h):
    """Return ng/mL at ``times_h`` after ``doses`` of (mg, start in min, minutes)."""
    v1, k10, k12, k21, k13, k31 = constants

    def slopes(x):
        a1, a2, a3 = x
        return [
            -(k10 + k12 + k13) * a1 + k21 * a2 + k31 * a3,
            k12 * a1 - k21 * a2,
            k13 * a1 - k31 * a3,
        ]

    inputs = [Given(0, start, start + minutes, mg) for mg, start, minutes in doses]
    return follow(slopes, 3, inputs, np.asarray(times_h) * 60)[0] / v1 * 1000
