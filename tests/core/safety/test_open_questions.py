"""No rule lets an unanswered question soften it: what the answer could stop is open until it is asked.

Every case of the tables is asked again with one answer more, yes and no. An override that the answer
would have turned into a hard stop was offered too early.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.core.safety.tables import all_cases

from ketacare.core.record import Fact
from ketacare.core.safety import FactKind
from ketacare.knowledge.load import load_policy, load_treatments
from ketacare.knowledge.loading.safety_cases import CASE_NOW, ask_case

# At the bedside the question itself is the finding: "ask for symptoms" is said while it is open, and
# the rhythm is told when somebody has seen something.
SAID_AT_ONCE = {"blood_pressure.during", "heart_rate.during"}


@pytest.mark.slow
def test_no_override_is_offered_while_an_open_question_could_stop_it() -> None:
    policy, treatments = load_policy(), load_treatments()
    early = set()
    for case in all_cases():
        if case.rule in SAID_AT_ONCE or not ask_case(case, policy, treatments).needs_override:
            continue
        answered = {fact.code for fact in case.person.facts}
        for code in policy.rule(case.rule).facts:
            if code in answered or policy.facts[code].kind is not FactKind.YES_NO:
                continue
            for value in (True, False):
                fact = Fact(code=code, value=value, at=CASE_NOW)
                person = replace(case.person, facts=(*case.person.facts, fact))
                if ask_case(replace(case, person=person), policy, treatments).stops:
                    early.add(f"{case.rule}, {case.name}: {code} = {value}")
    assert early == set()
