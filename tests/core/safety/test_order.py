"""What a rule says does not hang on the order in which the record happens to hold its entries."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from tests.core.safety.tables import all_cases

from ketacare.core.record import Person
from ketacare.knowledge.load import load_policy, load_treatments
from ketacare.knowledge.loading.safety_cases import ask_case


def turned(person: Person) -> Person:
    """Return the same record with every list of entries backwards."""
    lists = {f.name: getattr(person, f.name) for f in fields(person)}
    return replace(person, **{k: v[::-1] for k, v in lists.items() if isinstance(v, tuple)})


@pytest.mark.slow
def test_a_record_read_backwards_gives_the_same_finding() -> None:
    policy, treatments = load_policy(), load_treatments()
    differ = []
    for case in all_cases():
        one = ask_case(case, policy, treatments)
        other = ask_case(replace(case, person=turned(case.person)), policy, treatments)
        if (one.outcome, one.situation, set(one.missing)) != (
            other.outcome,
            other.situation,
            set(other.missing),
        ):
            differ.append(f"{case.rule}: {case.name}")
    assert differ == []
