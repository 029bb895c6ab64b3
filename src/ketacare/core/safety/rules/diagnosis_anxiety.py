"""Whether a psychiatrist confirmed an anxiety diagnosis after seeing the person in person."""

from __future__ import annotations

from dataclasses import replace

from ketacare.core.record import Diagnosis
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.patterns import phrase, unless_missing


def judge(case: Case) -> Verdict:
    """Return pass for a confirmed diagnosis whose code begins with one of the rule's codes.

    A diagnosis without a code cannot be placed, so it makes the answer unknown rather than no.
    """
    seen = case.ask("in_person_evaluation")
    # A confirmation of a later day says nothing about the day that is asked about.
    diagnoses = tuple(
        d if d.confirmed_on is None or d.confirmed_on <= case.now else as_unconfirmed(d)
        for d in case.person.diagnoses
    )
    if not diagnoses:
        return case.cannot_tell(case.given("diagnosis", None))
    codes = case.words("codes")
    anxious = [d for d in diagnoses if d.code.upper().startswith(codes)]
    if not anxious:
        named = phrase([d.name for d in diagnoses])
        if any(not d.code for d in diagnoses):
            return case.cannot_tell(case.given("code of the diagnosis", None))
        return case.found("other_diagnosis", case.given("diagnosis", named), diagnoses=named)
    chosen = next((d for d in anxious if d.confirmed_by and d.in_person), anxious[0])
    name = case.given("diagnosis", f"{chosen.name} ({chosen.code})")
    if seen.value is False or (chosen.in_person is False and seen.missing):
        return case.found("not_in_person", name, seen, diagnosis=chosen.name)
    confirmed = case.given("psychiatrist who confirmed the diagnosis", chosen.confirmed_by or None)
    if chosen.in_person:
        return unless_missing(case, name, confirmed, diagnosis=chosen.name)
    return unless_missing(case, name, confirmed, seen, diagnosis=chosen.name)


def as_unconfirmed(diagnosis: Diagnosis) -> Diagnosis:
    """Return a diagnosis as it stood before somebody confirmed it."""
    return replace(diagnosis, confirmed_by="", confirmed_on=None, in_person=None)
