"""What to do next: the protocol, the pump sheet, the guideline rule, and options with their reasons.

Everything here proposes and a clinician decides. Safety limits come first, then the plain rule of
the guideline, then what this person's own course makes likely.
"""

from ketacare.core.planning.advice import Advice, advise, course_for
from ketacare.core.planning.candidates import Candidate, Kind
from ketacare.core.planning.delivery import Delivered, delivered
from ketacare.core.planning.exposure import Exposure, exposure_of
from ketacare.core.planning.frontier import outdone_by
from ketacare.core.planning.guideline import GuidelineView, RuleView, guideline
from ketacare.core.planning.limits import Excluded
from ketacare.core.planning.options import Option, Sureness, rank
from ketacare.core.planning.protocol import (
    DoseLimits,
    Plan,
    Protocol,
    PumpLimits,
    Vial,
    dosing_weight,
    judge_order,
    plan_of,
)
from ketacare.core.planning.pump import PumpSheet, pump_sheet
from ketacare.core.planning.restricting import restrict
from ketacare.core.planning.routes import (
    Backward,
    DoseMismatch,
    Forward,
    backward,
    forward,
    reconcile,
)
from ketacare.core.planning.rules import (
    BESIDE_LIMITS,
    Action,
    AdaptiveRule,
    AdaptiveRules,
    Beside,
    Improvement,
    Thresholds,
    When,
)
from ketacare.core.planning.series import Rated, Series, Treated, series_of
from ketacare.core.planning.standing import Standing, standing_of
from ketacare.core.planning.tolerance import Tolerance, session_tolerance
from ketacare.core.planning.weighing import departures
from ketacare.core.planning.weights import COSTS, Interval, Weights, costs_of

__all__ = [
    "BESIDE_LIMITS",
    "COSTS",
    "Action",
    "AdaptiveRule",
    "AdaptiveRules",
    "Advice",
    "Backward",
    "Beside",
    "Candidate",
    "Delivered",
    "DoseLimits",
    "DoseMismatch",
    "Excluded",
    "Exposure",
    "Forward",
    "GuidelineView",
    "Improvement",
    "Interval",
    "Kind",
    "Option",
    "Plan",
    "Protocol",
    "PumpLimits",
    "PumpSheet",
    "Rated",
    "RuleView",
    "Series",
    "Standing",
    "Sureness",
    "Thresholds",
    "Tolerance",
    "Treated",
    "Vial",
    "Weights",
    "When",
    "advise",
    "backward",
    "costs_of",
    "course_for",
    "delivered",
    "departures",
    "dosing_weight",
    "exposure_of",
    "forward",
    "guideline",
    "judge_order",
    "outdone_by",
    "plan_of",
    "pump_sheet",
    "rank",
    "reconcile",
    "restrict",
    "series_of",
    "session_tolerance",
    "standing_of",
]
