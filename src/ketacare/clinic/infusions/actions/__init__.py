"""Everything that changes a session. Only these functions write.

Each act names who (``by``), when (``now``) and which version of the session they were looking at
(``expected_version``; ``None`` only for a generator that looks at nothing). Somebody else's act in
between raises :class:`StaleVersion`, which says who did what, and changes nothing.
"""

from ketacare.clinic.infusions.actions.acknowledging import acknowledge
from ketacare.clinic.infusions.actions.arriving import answer, answer_step, skip_step
from ketacare.clinic.infusions.actions.booking import (
    add_chair,
    assign_chair,
    cancel,
    check_in,
    schedule,
)
from ketacare.clinic.infusions.actions.calling import record_call
from ketacare.clinic.infusions.actions.entering import enter_once, kept_entry
from ketacare.clinic.infusions.actions.events import record_event, report_event, review_event
from ketacare.clinic.infusions.actions.leaving import GateClosed, discharge
from ketacare.clinic.infusions.actions.preparing import prepare, second_check
from ketacare.clinic.infusions.actions.pumping import (
    NotReady,
    change_rate,
    pause,
    resume,
    start,
    stop,
)
from ketacare.clinic.infusions.actions.recording import note, record_observation
from ketacare.clinic.infusions.actions.stepping import StaleVersion

__all__ = [
    "GateClosed",
    "NotReady",
    "StaleVersion",
    "acknowledge",
    "add_chair",
    "answer",
    "answer_step",
    "assign_chair",
    "cancel",
    "change_rate",
    "check_in",
    "discharge",
    "enter_once",
    "kept_entry",
    "note",
    "pause",
    "prepare",
    "record_call",
    "record_event",
    "record_observation",
    "report_event",
    "resume",
    "review_event",
    "schedule",
    "second_check",
    "skip_step",
    "start",
    "stop",
]
