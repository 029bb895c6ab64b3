"""Whether the blood pressure during the session asks for a pause or a stop."""

from __future__ import annotations

from ketacare.core.record import Vital
from ketacare.core.safety.case import PASS, Case, Verdict
from ketacare.core.safety.facts import Answer
from ketacare.core.safety.kinds import Level
from ketacare.core.safety.vitals import VitalState
from ketacare.core.safety.watching import milder, said_levels, state_answer, states_of


def judge(case: Case) -> Verdict:
    """Return a hard stop with symptoms or a critical value, an override for a confirmed red one.

    A red value alone asks for a second reading; any raised value asks for symptoms first.
    """
    states = states_of(case, Vital.SYSTOLIC, Vital.DIASTOLIC)
    symptoms = case.ask("target_organ_symptoms")
    used = (*(state_answer(state) for state in states), symptoms)
    said = said_levels(states)
    if symptoms.value is True:
        return case.found("symptoms", *used, found=said or "no value out of limits")
    if any(s.level is Level.CRITICAL for s in states):
        return case.found("critical", *used, found=said)
    if any(s.level is Level.RED and s.confirmed for s in states):
        return case.found("sustained", *used, found=said)
    return milder(case, mild_situation(states, symptoms), states, symptoms)


def mild_situation(states: tuple[VitalState, ...], symptoms: Answer) -> str:
    """Return what is to be done about values that do not stop anything yet."""
    levels = {state.level for state in states}
    if Level.RED in levels:
        return "repeat"
    if Level.AMBER in levels:
        return "ask_symptoms" if symptoms.missing else "raised"
    return PASS
