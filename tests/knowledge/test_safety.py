"""The safety files: every rule has its predicate and its checks, nothing unknown gets in."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from importlib.resources import files

import pytest

from ketacare.core.errors import KnowledgeError
from ketacare.core.history import DOMAINS
from ketacare.core.safety import PREDICATES, Outcome, Station, Strength
from ketacare.knowledge.load import load_policy, load_treatments
from ketacare.knowledge.loading.safety import build_policy, check_all, load_safety_cases
from ketacare.knowledge.loading.safety_cases import ask_case, check_case, read_cases
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import Section, read_toml

FOLDER = files("ketacare.knowledge") / "safety"
SPECIAL = {
    "facts.toml", "monitoring.toml", "discharge.toml", "policy.toml", "rescue.toml", "rule_list.toml"
}  # fmt: skip


def sections(**changed: str) -> dict[str, Section]:
    """All files of the policy, with the text of some replaced (``age_adult="..."``)."""
    texts = {f.name: f.read_text(encoding="utf-8") for f in FOLDER.iterdir()}
    texts |= {f"{name}.toml": text for name, text in changed.items()}
    return {
        name: Section(read_toml(text, source=name), source=name, known_sources=source_ids())
        for name, text in texts.items()
        if text
    }


def text_of(name: str) -> str:
    return (FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def test_every_rule_file_has_a_predicate_and_every_predicate_a_file() -> None:
    in_files = {
        tomllib.loads(f.read_text(encoding="utf-8"))["id"]
        for f in FOLDER.iterdir()
        if f.name not in SPECIAL
    }
    assert in_files == set(PREDICATES)


@pytest.mark.slow
def test_all_checks_of_the_files_pass() -> None:
    failed = [f"{c.name}: {c.expected} / {c.found}" for c in check_all() if not c.passed]
    assert failed == []


def test_a_wrong_expectation_fails_its_check() -> None:
    case = read_cases(
        Section(
            {"check": [{"name": "x", "person": {"age_years": 17.0}, "expect": "pass"}]}, source="t"
        ),
        "check",
        rule="age.adult",
    )[0]
    result = check_case(case, load_policy(), load_treatments(), file="t")
    assert (result.passed, result.found) == (False, "block")


def test_every_rule_checks_a_pass_and_what_happens_when_nothing_is_known() -> None:
    without = []
    for rule, cases in load_safety_cases().items():
        outcomes = {case.expect for case in cases}
        # Three rules need no fact that could be missing: no infusion, or nothing said twice, is an
        # answer.
        complete = rule.startswith("spacing.") or rule == "record.consistent"
        needs = {Outcome.PASS} if complete else {Outcome.PASS, Outcome.CANNOT_TELL}
        if not needs <= outcomes:
            without.append(rule)
    assert without == []


@pytest.mark.slow
def test_every_situation_of_every_rule_is_reached_by_a_check() -> None:
    policy, treatments = load_policy(), load_treatments()
    reached = {
        (rule, ask_case(case, policy, treatments).situation)
        for rule, cases in load_safety_cases().items()
        for case in cases
    }
    described = {(rule.id, name) for rule in policy.rules for name in rule.situations}
    assert described - reached == set()


def test_rules_stand_at_all_four_stations_in_all_strengths() -> None:
    policy = load_policy()
    assert all(len(policy.rules_at(station)) >= 5 for station in Station)
    strengths = {s.strength for r in policy.rules for s in r.situations.values()}
    assert strengths == set(Strength)


def test_every_question_is_asked_by_a_rule_or_by_the_staging() -> None:
    policy = load_policy()
    asked = {code for rule in policy.rules for code in rule.facts}
    # The staging of the history asks these, the guideline's rule A17 the last.
    assert set(policy.facts) - asked == {"trial_history_complete", *DOMAINS, "hypertension"}


def test_every_question_stands_at_the_stations_of_the_rules_that_ask_it() -> None:
    policy = load_policy()
    lacking = [
        (rule.id, code, station.value)
        for rule in policy.rules
        for code in rule.facts
        for station in rule.stations
        if station not in policy.facts[code].stations
    ]
    assert lacking == []


def test_everything_is_a_candidate_until_someone_verified_it() -> None:
    assert {rule.provenance.status.value for rule in load_policy().rules} == {"candidate"}


@pytest.mark.slow
def test_changing_one_threshold_changes_the_version_of_the_policy() -> None:
    before = build_policy(sections()).version
    changed = text_of("age_adult").replace("value = 18", "value = 21")
    assert build_policy(sections(age_adult=changed)).version != before


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('strength = "hard_stop"', 'strength = "iron"', "'iron' is not one of hard_stop"),
        ('strength = "hard_stop"', 'strength = "override"', "name who may override"),
        ('unit = "year"', 'unit = "yearz"', 'unit "yearz" is not known'),
        ('source = "spravato_label"', 'source = "hearsay"', '"hearsay" is not in sources.toml'),
        ('limit = "', 'colour = "red"\nlimit = "', 'key "colour" is not known'),
        ('id = "age.adult"', 'id = "age.child"', 'rule "age.child" cannot stand in'),
        ("[situation.pass]", "[situation.fine]", "say what is said when nothing"),
        ('stations = ["eligibility", ', 'stations = ["cellar", ', '"cellar" is not one of'),
    ],
)
def test_a_wrong_rule_file_is_refused_with_file_and_reason(old: str, new: str, says: str) -> None:
    text = text_of("age_adult")
    assert old in text
    with pytest.raises(KnowledgeError) as refused:
        build_policy(sections(age_adult=text.replace(old, new)))
    assert says in str(refused.value)
    assert "age_adult.toml" in str(refused.value)


def test_a_predicate_without_a_file_is_refused() -> None:
    with pytest.raises(KnowledgeError, match=r"predicate age\.adult has no file"):
        build_policy(sections(age_adult=""))


def test_a_gate_with_an_unknown_criterion_is_refused() -> None:
    text = text_of("discharge").replace('"discharge.gait"', '"discharge.gate"')
    with pytest.raises(KnowledgeError, match=r'"discharge\.gate" is not a rule'):
        build_policy(sections(discharge=text))


def test_a_bound_in_the_wrong_unit_is_refused() -> None:
    text = text_of("monitoring").replace('value = 160, unit = "mmHg"', 'value = 160, unit = "%"')
    with pytest.raises(KnowledgeError, match="give this bound in mmHg"):
        build_policy(sections(monitoring=text))


def test_a_question_that_stands_twice_is_refused() -> None:
    text = text_of("facts").replace('code = "delirium"', 'code = "mania_current"')
    with pytest.raises(KnowledgeError, match="stands here twice"):
        build_policy(sections(facts=text))


@pytest.mark.slow
def test_taking_a_used_fact_away_never_leaves_a_pass() -> None:
    policy, treatments = load_policy(), load_treatments()
    still_passing = set()
    for rule, cases in load_safety_cases().items():
        for case in cases:
            finding = ask_case(case, policy, treatments)
            if finding.outcome is not Outcome.PASS:
                continue
            for used in finding.facts:
                rest = tuple(f for f in case.person.facts if f.code != used.name)
                if len(rest) == len(case.person.facts):
                    continue
                without = replace(case, person=replace(case.person, facts=rest))
                if ask_case(without, policy, treatments).outcome is Outcome.PASS:
                    still_passing.add((rule, used.name))
    assert still_passing == set()
