"""The clinic's list of rules: every one is kept by something, or says that nothing keeps it yet."""

import re
from dataclasses import replace

import pytest

from ketacare.knowledge.load import load_policy, load_rescue, load_rule_list
from ketacare.knowledge.loading import rescue
from ketacare.knowledge.loading.rescue import check_all
from ketacare.knowledge.showing import card_of, kind_named, piece_named

# The table "What the software should enforce", group by group.
GROUPS = {"E": 19, "D": 7, "P": 9, "N": 7, "M": 10, "X": 4, "S": 6, "C": 4, "Q": 4, "R": 5}


def test_every_rule_of_the_list_is_there() -> None:
    wanted = {f"{group}{n:02d}" for group, count in GROUPS.items() for n in range(1, count + 1)}
    assert {rule.id for rule in load_rule_list().rules} - {"B3", "B4", "B5"} == wanted


def test_every_check_of_the_list_holds() -> None:
    assert [f"{c.name}: {c.found}" for c in check_all() if not c.passed] == []


def test_what_nothing_keeps_says_why() -> None:
    bare = {rule.id: rule.not_built for rule in load_rule_list().rules if rule.not_built}
    assert set(bare) == {"R03"}
    assert all(reason.endswith(".") for reason in bare.values())


def test_what_no_fact_decides_says_why_and_what_keeps_it() -> None:
    kept = {rule.id for rule in load_rule_list().rules if rule.kept_by}
    assert kept == {rule.id for rule in load_rule_list().rules if rule.how.endswith(".")}
    card = card_of(piece_named(kind_named("policy"), "safety_rule_list"), [])
    shown = {
        row[0]: row[2] for block in card.blocks if block.grid is not None for row in block.grid.rows
    }
    assert set(shown) == {rule.id for rule in load_rule_list().rules}
    assert "(clinic/cabinet/triggers.py)" in shown["C04"]
    assert shown["R03"].startswith("Not decidable from recorded facts")
    assert "carbon dioxide" in shown["M05"].lower()


def test_a_rule_says_the_reference_the_list_gives_it() -> None:
    named = {name: rule.id for rule in load_rule_list().rules for name in rule.rules}
    assert {r.id: r.reference for r in load_policy().rules} == named


def test_a_rule_without_a_place_on_the_list_is_found(monkeypatch) -> None:
    listed = load_rule_list()
    fewer = replace(listed, rules=tuple(r for r in listed.rules if r.id != "E07"))
    monkeypatch.setattr(rescue, "load_rule_list", lambda: fewer)
    assert "age.adult" in {c.found for c in check_all() if not c.passed}


def test_a_consent_form_that_leaves_something_out_is_found(monkeypatch) -> None:
    policy = load_policy()
    rule = policy.rule("consent.current")
    words = {**rule.words, "form_2026-11": rule.words["elements"][1:]}
    rules = tuple(replace(r, words=words) if r.id == rule.id else r for r in policy.rules)
    monkeypatch.setattr(rescue, "load_policy", lambda: replace(policy, rules=rules))
    (failed,) = (c for c in check_all() if not c.passed)
    assert failed.found.startswith("2026-11: off-label use")


@pytest.mark.parametrize("problem", load_rescue().problems, ids=lambda p: p.id)
def test_every_rescue_step_is_a_sentence(problem) -> None:
    assert all(re.search(r"[.?]$", step) for step in problem.steps)
