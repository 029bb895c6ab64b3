"""Does it hold for groups: virtual people and cohorts, published studies, calibration of the prior.

A study file is simulated arm by arm with the same definitions as the publication; the same virtual
people make the sample caseload. Nothing here knows a real person.
"""

from ketacare.core.trials.arms import Draws, expected_outcomes
from ketacare.core.trials.calibration import (
    ArmFit,
    Calibration,
    Hyper,
    StudyEffect,
    calibrate,
    reproduce,
)
from ketacare.core.trials.cohort import (
    SimulatedScore,
    VirtualPerson,
    observed_course,
    simulate_course,
    simulate_scores,
    split_total,
    virtual_cohort,
)
from ketacare.core.trials.leaving_out import leave_each_out
from ketacare.core.trials.prediction import Predicted, coverage, predict
from ketacare.core.trials.studies import (
    Against,
    Arm,
    Measured,
    Observed,
    Reading,
    Role,
    Standard,
    Study,
    Symptoms,
)

__all__ = [
    "Against",
    "Arm",
    "ArmFit",
    "Calibration",
    "Draws",
    "Hyper",
    "Measured",
    "Observed",
    "Predicted",
    "Reading",
    "Role",
    "SimulatedScore",
    "Standard",
    "Study",
    "StudyEffect",
    "Symptoms",
    "VirtualPerson",
    "calibrate",
    "coverage",
    "expected_outcomes",
    "leave_each_out",
    "observed_course",
    "predict",
    "reproduce",
    "simulate_course",
    "simulate_scores",
    "split_total",
    "virtual_cohort",
]
