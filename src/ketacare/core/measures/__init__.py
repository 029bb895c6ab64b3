"""What is measured by asking: instruments, scoring with missing answers, and what a change means.

Scores say how they came about and never fill in what was not answered. The wording, bands and
limits are content (``knowledge/instruments``), each with its source.
"""

from ketacare.core.measures.change import Change, Direction, in_remission, judge_change
from ketacare.core.measures.instruments import Instrument
from ketacare.core.measures.obligations import (
    Obligation,
    Phase,
    Standing,
    obligations_of_score,
    obligations_of_triage,
    standing,
)
from ketacare.core.measures.parts import (
    About,
    AlertRule,
    Band,
    Better,
    Conversion,
    Converted,
    Cut,
    Gate,
    Item,
    Licence,
    Loinc,
    MissingRule,
    Option,
    Pattern,
    PatternPart,
    Scale,
    Subscale,
    Wording,
)
from ketacare.core.measures.problems import Problem, ProblemKind, score_problems
from ketacare.core.measures.risk import (
    Duty,
    RiskLevel,
    RiskPolicy,
    Triage,
    TriageRule,
    TriageTable,
    triage,
)
from ketacare.core.measures.scoring import Alert, Route, Scored, score, score_items
from ketacare.core.measures.site import SiteText, with_site_text
from ketacare.core.measures.totals import Rated, rate_all
from ketacare.core.measures.trajectory import (
    DoseClass,
    DoseTiming,
    Point,
    Trajectory,
    trajectories,
    trajectory,
)
from ketacare.core.measures.views import (
    Answer,
    CutReached,
    PatternMet,
    SubscaleScore,
    is_asked,
)

__all__ = [
    "About",
    "Alert",
    "AlertRule",
    "Answer",
    "Band",
    "Better",
    "Change",
    "Conversion",
    "Converted",
    "Cut",
    "CutReached",
    "Direction",
    "DoseClass",
    "DoseTiming",
    "Duty",
    "Gate",
    "Instrument",
    "Item",
    "Licence",
    "Loinc",
    "MissingRule",
    "Obligation",
    "Option",
    "Pattern",
    "PatternMet",
    "PatternPart",
    "Phase",
    "Point",
    "Problem",
    "ProblemKind",
    "Rated",
    "RiskLevel",
    "RiskPolicy",
    "Route",
    "Scale",
    "Scored",
    "SiteText",
    "Standing",
    "Subscale",
    "SubscaleScore",
    "Trajectory",
    "Triage",
    "TriageRule",
    "TriageTable",
    "Wording",
    "in_remission",
    "is_asked",
    "judge_change",
    "obligations_of_score",
    "obligations_of_triage",
    "rate_all",
    "score",
    "score_items",
    "score_problems",
    "standing",
    "trajectories",
    "trajectory",
    "triage",
    "with_site_text",
]
