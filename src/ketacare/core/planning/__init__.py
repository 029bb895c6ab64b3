"""What to do next: the protocol, the pump sheet, the guideline rule, and options with their reasons.

Everything here proposes and a clinician decides. Safety limits come first, then the plain rule of
the guideline, then what this person's own course makes likely.
"""

from ketacare.core.planning.delivery import Delivered, delivered
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
from ketacare.core.planning.routes import (
    Backward,
    DoseMismatch,
    Forward,
    backward,
    forward,
    reconcile,
)

__all__ = [
    "Backward",
    "Delivered",
    "DoseLimits",
    "DoseMismatch",
    "Forward",
    "Plan",
    "Protocol",
    "PumpLimits",
    "PumpSheet",
    "Vial",
    "backward",
    "delivered",
    "dosing_weight",
    "forward",
    "judge_order",
    "plan_of",
    "pump_sheet",
    "reconcile",
]
