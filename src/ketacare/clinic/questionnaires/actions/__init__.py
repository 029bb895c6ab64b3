"""Asking by link, keeping answers as they are given, and taking them into the record.

Answers are scored by the core before they are stored, so that what cannot be scored or is out of
range is never kept. An answer about risk is put on a named person in the same
transaction. Options for the next step are computed after the commit; should that fail, the score
is in the record all the same.
"""

from ketacare.clinic.questionnaires.actions.adapting import (
    finish_adaptive,
    keep_adaptive,
    send_adaptive,
    take_back_adaptive,
)
from ketacare.clinic.questionnaires.actions.answering import answer, keep_answer
from ketacare.clinic.questionnaires.actions.asking import (
    CARRY_OVER,
    DUE_AFTER,
    WORKS_FOR,
    open_link,
    renew,
    revoke,
    send_request,
)
from ketacare.clinic.questionnaires.actions.entering import (
    correct,
    record_clinician_score,
    record_paper_score,
)
from ketacare.clinic.questionnaires.actions.obliging import (
    acknowledge_risk,
    escalate,
    name_risk,
    take_risk,
)

__all__ = [
    "CARRY_OVER",
    "DUE_AFTER",
    "WORKS_FOR",
    "acknowledge_risk",
    "answer",
    "correct",
    "escalate",
    "finish_adaptive",
    "keep_adaptive",
    "keep_answer",
    "name_risk",
    "open_link",
    "record_clinician_score",
    "record_paper_score",
    "renew",
    "revoke",
    "send_adaptive",
    "send_request",
    "take_back_adaptive",
    "take_risk",
]
