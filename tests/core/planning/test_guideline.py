"""The adaptive-care rules against case tables a clinician can read."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketacare.core.errors import InputError, KnowledgeError
from ketacare.core.planning import guideline
from ketacare.knowledge.loading.instruments import load_instruments
from ketacare.knowledge.loading.planning import (
    check_all,
    load_adaptive_rules,
    read_adaptive_rules,
)
from ketacare.knowledge.loading.planning_cases import (
    CASE_NOW,
    judge_guideline_case,
    read_guideline_case,
)
from ketacare.knowledge.loading.safety import load_policy
from ketacare.knowledge.reading import Section, read_toml

TABLE = Path(__file__).parents[2] / "cases" / "planning" / "guideline.toml"
ROOT = Section(read_toml(TABLE.read_text(encoding="utf-8"), source="guideline.toml"), source="t")
CASES = [read_guideline_case(part) for part in ROOT.sections("case")]
RULES = load_adaptive_rules()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_guideline_says_of_the_case_what_the_table_says(case):
    result = judge_guideline_case(case, RULES, instruments=load_instruments(), policy=load_policy())
    assert result.passed, f"expected {result.expected}, found {result.found}"


def test_every_check_of_the_rules_file_holds():
    results = check_all()
    assert len(results) >= 5
    assert [r for r in results if not r.passed] == []


def test_every_rule_leads_in_some_case():
    leading = {rule.id for rule in RULES.rules if rule.leads}
    assert leading - {"A10"} <= {case.rule for case in CASES}


def test_every_rule_beside_applies_in_a_case_and_does_not_in_another():
    beside = {rule.id for rule in RULES.rules if not rule.leads}
    assert beside == {"A12", "A15", "A17", "A18", "A19", "A20", "A21"}
    assert beside <= {name for case in CASES for name in case.also}
    assert beside <= {name for case in CASES for name in case.not_also}


def test_all_twenty_four_rules_are_there():
    named = {rule.id for rule in RULES.rules}
    assert {f"A{n}" for n in range(1, 25)} <= named


def test_a_rule_beside_never_takes_the_lead_and_holds_nothing_up():
    # Nobody asked about sleep or alliance: the course goes on all the same.
    view = view_of("nothing given yet")
    assert view.leading.id == "start"
    assert view.missing == ()
    assert {"A17", "A20"} <= {found.id for found in view.open_beside}


def view_of(name: str, **changes):
    case = next(c for c in CASES if c.name == name)
    arguments = {"instruments": load_instruments(), "policy": load_policy(), "now": CASE_NOW}
    return guideline(case.person, RULES, **{**arguments, **changes})


def test_leading_rule_carries_facts_evidence_and_source():
    view = view_of("fourth at 15 %")
    assert view.leading.id == "A5"
    assert view.sentence == "<20 % after infusion 4: default is to stop the series."
    texts = [fact.value_text for fact in view.leading.facts]
    assert "GAD-7 20 → 17, 15 % better, 24 h after" in texts
    assert view.leading.source == "early_stop_2024"
    assert view.status == "candidate"


def test_what_cannot_be_told_names_what_is_missing():
    view = view_of("third under 20 %, the second not rated")
    assert view.leading is None
    assert view.sentence.startswith("Cannot tell which rule applies (A4)")
    assert "after infusion 2" in view.sentence


def test_scores_after_now_are_not_seen():
    # Two days earlier the fourth infusion (two days ago) has just been given and is not rated.
    early = view_of("fourth at 15 %", now=CASE_NOW.replace(day=5))
    assert view_of("fourth at 15 %").leading.id == "A5"
    assert early.leading is None
    assert "not due yet" in early.sentence


def test_an_unknown_instrument_is_refused():
    assert view_of("nothing given yet").leading.id == "start"
    with pytest.raises(InputError, match='"lsas" is not an instrument here'):
        view_of("nothing given yet", primary="lsas")


def test_a_long_gap_begins_a_new_series():
    case = next(
        c for c in CASES if c.name == "first infusion, 15 %: repeat, no call of non-response"
    )
    old = next(c for c in CASES if c.name == "fourth at 15 %").person
    both = type(case.person)(
        id="p",
        label="p",
        infusions=(
            *(
                type(i)(at=i.at.replace(year=2025), dose_mg=35, minutes=40, weight_kg=70)
                for i in old.infusions
            ),
            *case.person.infusions,
        ),
        scores=case.person.scores,
    )
    view = guideline(
        both, RULES, instruments=load_instruments(), policy=load_policy(), now=CASE_NOW
    )
    assert view.series.number == 1
    assert view.leading.id == "A3"


RULE = """
id = "r"
title = "t"
sentence = "s"
when = { after_least = 1 }
options = ["o"]
actions = ["stop"]
evidence = "e"
source = "project"
locus = "l"
"""


def rules_text(rule: str) -> str:
    from importlib.resources import files

    text = (files("ketacare.knowledge") / "planning" / "adaptive_rules.toml").read_text("utf-8")
    head = text[: text.index("[[rule]]")]
    return f"{head}\n[[rule]]{rule}"


def test_a_rule_file_with_one_rule_is_read():
    assert read_adaptive_rules(rules_text(RULE), source="t").rules[0].id == "r"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('actions = ["stop"]', 'actions = ["halt"]', '"halt" is not one of'),
        ("after_least = 1", "after_leest = 1", 'key "after_leest" is not known'),
        ('source = "project"', 'source = "someone"', 'source "someone" is not in sources.toml'),
        ("after_least = 1", 'at_least = "lots"', "'lots' is not one of some, partial, response"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_key(old, new, words):
    with pytest.raises(KnowledgeError, match=words):
        read_adaptive_rules(rules_text(RULE.replace(old, new)), source="t")
