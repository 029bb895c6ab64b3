"""What is measured by asking: instruments, scoring with missing answers, and what a change means.

Scores say how they came about and never fill in what was not answered. The wording, bands and
limits are content (``knowledge/instruments``), each with its source.
"""

from ketacare.core.measures.change import Change, Direction, judge_change
from ketacare.core.measures.instruments import (
    AlertRule,
    Band,
    Instrument,
    Item,
    Licence,
    Loinc,
    MissingRule,
    Option,
    Wording,
)
from ketacare.core.measures.scoring import Alert, Route, Scored, score, score_items
from ketacare.core.measures.totals import Rated, rate_all

__all__ = [
    "Alert",
    "AlertRule",
    "Band",
    "Change",
    "Direction",
    "Instrument",
    "Item",
    "Licence",
    "Loinc",
    "MissingRule",
    "Option",
    "Rated",
    "Route",
    "Scored",
    "Wording",
    "judge_change",
    "rate_all",
    "score",
    "score_items",
]
