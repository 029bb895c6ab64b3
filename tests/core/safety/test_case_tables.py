"""Clinical cases in tables (tests/cases/safety): each line is one patient and what must be said.

The expectation of a case comes from its source or from the arithmetic beside it. That the tables are
complete is tested by moving each limit: a limit that can be moved without a case noticing is not pinned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pytest
from tests.core.safety.tables import TABLES, all_cases, cases_of, moved

from ketacare.core.safety import Outcome
from ketacare.knowledge.load import load_policy, load_treatments
from ketacare.knowledge.loading.safety_cases import SafetyCase, check_case

CASES = [pytest.param(case, id=f"{t.stem}: {case.name}") for t in TABLES for case in cases_of(t)]
BY_RULE: Mapping[str, list[SafetyCase]] = defaultdict(list)
for found in all_cases():
    BY_RULE[found.rule].append(found)

RULES = [rule.id for rule in load_policy().rules]
# These rules ask for the list of medicines without needing it: what they do not know is named by the
# medicine itself, or does not matter to them.
NOT_ALONE = {"unlisted_medicines_checked"}
NEVER_MISSED = {
    ("pdmp.reviewed", "medicines_reviewed"),  # only says why the query matters
    ("stimulant.today", "medicines_reviewed"),  # the answer of today decides
    ("heart_rate.during", "new_arrhythmia"),  # asked when somebody has seen something
}
# No infusion on record, and nothing said twice, are answers: nothing can be missing.
COMPLETE = {"spacing.hours", "spacing.frequency", "record.consistent"}


@pytest.mark.parametrize("case", CASES)
def test_the_rule_says_what_the_table_expects(case: SafetyCase) -> None:
    result = check_case(case, load_policy(), load_treatments(), file="")
    assert result.found == result.expected, case.because


def test_every_case_says_where_its_expectation_comes_from() -> None:
    assert [case.name for case in all_cases() if not case.because] == []


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_cases_on_both_sides_and_one_where_something_is_missing(rule: str) -> None:
    outcomes = {case.expect for case in BY_RULE[rule]}
    assert Outcome.PASS in outcomes
    if rule not in COMPLETE:
        assert Outcome.CANNOT_TELL in outcomes
    # A baseline that is lacking can only be unknown; every other rule finds something as well.
    if rule != "baseline.recent":
        assert outcomes & {Outcome.BLOCK, Outcome.WARN}


@pytest.mark.parametrize("rule", RULES)
def test_every_fact_a_rule_asks_is_missing_in_a_case(rule: str) -> None:
    named = {name for case in BY_RULE[rule] for name in case.missing or ()}
    asked = set(load_policy().rule(rule).facts) - NOT_ALONE
    assert {f for f in asked - named if (rule, f) not in NEVER_MISSED} == set()


@pytest.mark.slow
@pytest.mark.parametrize("rule", [r.id for r in load_policy().rules if r.limits])
def test_every_limit_is_pinned_from_both_sides(rule: str) -> None:
    policy, treatments = load_policy(), load_treatments()
    free = []
    for limit in policy.rule(rule).limits:
        for direction in (1, -1):
            other = moved(policy, rule, limit, direction)
            if all(check_case(c, other, treatments, file="").passed for c in BY_RULE[rule]):
                free.append(f"{limit} {'higher' if direction > 0 else 'lower'}")
    assert free == []
