"""Does it hold for groups: virtual people and cohorts, published studies, calibration of the prior.

A study file is simulated arm by arm with the same definitions as the publication; the same virtual
people make the sample caseload. Nothing here knows a real person.
"""

from ketacare.core.trials.arms import Draws, expected_outcomes
from ketacare.core.trials.calibration import ArmFit, Calibration, Hyper, calibrate, reproduce
from ketacare.core.trials.cohort import (
    SimulatedScore,
    VirtualPerson,
    observed_course,
    simulate_course,
    simulate_scores,
    split_total,
    virtual_cohort,
)
from ketacare.core.trials.studies import (
    Arm,
    Measured,
    Observed,
    Reading,
    Role,
    Study,
    Symptoms,
)

__all__ = [
    "Arm",
    "ArmFit",
    "Calibration",
    "Draws",
    "Hyper",
    "Measured",
    "Observed",
    "Reading",
    "Role",
    "SimulatedScore",
    "Study",
    "Symptoms",
    "VirtualPerson",
    "calibrate",
    "expected_outcomes",
    "observed_course",
    "reproduce",
    "simulate_course",
    "simulate_scores",
    "split_total",
    "virtual_cohort",
]
