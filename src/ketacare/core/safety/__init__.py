"""What must not happen: questions, rules, findings, monitoring limits and the gate for leaving.

Rules are pure predicates with their limits in data; a missing fact never passes. Findings are for
the treating team to read, act on and, where the policy allows it, override with a name and a
reason. Nothing here acts on a patient or a pump, and nothing here is an alarm.
"""

from ketacare.core.safety.cadence import DueItem, due_observations, observation_ends
from ketacare.core.safety.context import SessionContext
from ketacare.core.safety.crossings import Crossing, crossings
from ketacare.core.safety.dated import Dated, Entry, spoken
from ketacare.core.safety.facts import Answer, FactDefinition
from ketacare.core.safety.findings import FactUsed, Gate, RuleFinding
from ketacare.core.safety.kinds import (
    CountsFrom,
    FactKind,
    Level,
    Outcome,
    Phase,
    Signer,
    Station,
    Strength,
)
from ketacare.core.safety.limits import Bound, Cadence, Monitoring, Range, Side, VitalLimits
from ketacare.core.safety.policy import Policy, Rule, Situation
from ketacare.core.safety.preparation import Preparation, Stock, Waste
from ketacare.core.safety.rescue import (
    AgentShown,
    Direction,
    RescueAgent,
    RescuePlan,
    RescueProblem,
    RescuePrompt,
    rescue_prompts,
)
from ketacare.core.safety.rules import PREDICATES
from ketacare.core.safety.screening import by_urgency, discharge_gate, screen, watch_closely
from ketacare.core.safety.vitals import VitalState, judge_vitals, level_of, session_baseline

__all__ = [
    "PREDICATES",
    "AgentShown",
    "Answer",
    "Bound",
    "Cadence",
    "CountsFrom",
    "Crossing",
    "Dated",
    "Direction",
    "DueItem",
    "Entry",
    "FactDefinition",
    "FactKind",
    "FactUsed",
    "Gate",
    "Level",
    "Monitoring",
    "Outcome",
    "Phase",
    "Policy",
    "Preparation",
    "Range",
    "RescueAgent",
    "RescuePlan",
    "RescueProblem",
    "RescuePrompt",
    "Rule",
    "RuleFinding",
    "SessionContext",
    "Side",
    "Signer",
    "Situation",
    "Station",
    "Stock",
    "Strength",
    "VitalLimits",
    "VitalState",
    "Waste",
    "by_urgency",
    "crossings",
    "discharge_gate",
    "due_observations",
    "judge_vitals",
    "level_of",
    "observation_ends",
    "rescue_prompts",
    "screen",
    "session_baseline",
    "spoken",
    "watch_closely",
]
