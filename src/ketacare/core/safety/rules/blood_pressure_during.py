"""Whether the blood pressure during the session asks for a pause or a stop."""

from __future__ import annotations

from ketacare.core.record import Vital
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.kinds import Level
from ketacare.core.safety.watching import (
    normal_or_unknown,
    said_levels,
    state_answer,
    states_of,
)

_KINDS = (Vital.SYSTOLIC, Vital.DIASTOLIC)


def judge(case: Case) -> Verdict:
    """Return a hard stop with symptoms or a critical value, an override for a confirmed red one.

    A red value alone asks for a second reading; any raised value asks for symptoms first.
    """
    states = states_of(case, *_KINDS)
    symptoms = case.ask("target_organ_symptoms")
    used = (*(state_answer(state) for state in states), symptoms)
    said = said_levels(states)
    raised = [s for s in states if s.level in {Level.AMBER, Level.RED, Level.CRITICAL}]
    if symptoms.value is True and raised:
        return case.found("symptoms", *used, found=said)
    if any(s.level is Level.CRITICAL for s in states):
        return case.found("critical", *used, found=said)
    if any(s.level is Level.RED and s.confirmed for s in states):
        return case.found("sustained", *used, found=said)
    if any(s.level is Level.RED for s in states):
        return case.found("repeat", *used, found=said)
    if raised:
        situation = "ask_symptoms" if symptoms.missing else "raised"
        return case.found(situation, *used, found=said)
    return normal_or_unknown(case, states)
