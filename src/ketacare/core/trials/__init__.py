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
from ketacare.core.trials.comparing import (
    Comparison,
    Estimate,
    Setup,
    Task,
    Verdict,
    WorldResult,
    compared,
    policy_of,
    run_task,
    tasks_of,
)
from ketacare.core.trials.design import Clinic, Design, Events, Truth
from ketacare.core.trials.leaving_out import leave_each_out
from ketacare.core.trials.outcomes import Metric, Sums
from ketacare.core.trials.policies import PolicyName
from ketacare.core.trials.prediction import Predicted, coverage, predict
from ketacare.core.trials.simulated import (
    Simulated,
    SimulatedRun,
    predicted,
    run_tasks_of,
    simulate_groups,
)
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
from ketacare.core.trials.watching import WatchAccuracy, watch_accuracy

__all__ = [
    "Against",
    "Arm",
    "ArmFit",
    "Calibration",
    "Clinic",
    "Comparison",
    "Design",
    "Draws",
    "Estimate",
    "Events",
    "Hyper",
    "Measured",
    "Metric",
    "Observed",
    "PolicyName",
    "Predicted",
    "Reading",
    "Role",
    "Setup",
    "Simulated",
    "SimulatedRun",
    "SimulatedScore",
    "Standard",
    "Study",
    "StudyEffect",
    "Sums",
    "Symptoms",
    "Task",
    "Truth",
    "Verdict",
    "VirtualPerson",
    "WatchAccuracy",
    "WorldResult",
    "calibrate",
    "compared",
    "coverage",
    "expected_outcomes",
    "leave_each_out",
    "observed_course",
    "policy_of",
    "predict",
    "predicted",
    "reproduce",
    "run_task",
    "run_tasks_of",
    "simulate_course",
    "simulate_groups",
    "simulate_scores",
    "split_total",
    "tasks_of",
    "virtual_cohort",
    "watch_accuracy",
]
