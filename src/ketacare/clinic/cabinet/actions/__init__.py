"""Everything that writes to the cabinet: one function per act, each with the audit event inside."""

from ketacare.clinic.cabinet.actions.cases import close_case, open_case, tell_case
from ketacare.clinic.cabinet.actions.counting import Counted, count
from ketacare.clinic.cabinet.actions.infusing import draw, put_back, take_over, waste
from ketacare.clinic.cabinet.actions.reversing import reverse
from ketacare.clinic.cabinet.actions.stock import discard, dispatch, receive

__all__ = [
    "Counted",
    "close_case",
    "count",
    "discard",
    "dispatch",
    "draw",
    "open_case",
    "put_back",
    "receive",
    "reverse",
    "take_over",
    "tell_case",
    "waste",
]
