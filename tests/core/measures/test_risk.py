"""Triage from its case table; obligations, acknowledgement and escalation by the clock."""

import tomllib
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from ketacare.core.errors import InputError, KnowledgeError
from ketacare.core.measures import (
    Phase,
    RiskLevel,
    obligations_of_score,
    obligations_of_triage,
    score_items,
    standing,
    triage,
)
from ketacare.knowledge.load import load_instruments, load_risk_policy
from ketacare.knowledge.loading.risk import check_all, read_risk_policy

POLICY = load_risk_policy()
SCREENER = load_instruments()["cssrs_screener"]
SINCE = load_instruments()["cssrs_since_contact"]
PHQ9 = load_instruments()["phq9"]
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def cases_of(form):
    file = Path(__file__).parents[2] / f"cases/measures/{form}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))["case"]


ANSWER = {"yes": 1, "no": 0, "-": None, ".": None}


def triaged(answers, form=SCREENER):
    return triage(form, [ANSWER[word] for word in answers.split()], POLICY)


@pytest.mark.parametrize(
    ("form", "case"),
    [(form, case) for form in (SCREENER, SINCE) for case in cases_of(form.id)],
    ids=lambda part: part["name"] if isinstance(part, dict) else part.id,
)
def test_triage_case(form, case):
    found = triaged(case["answers"], form)
    assert found.level.value == case["level"]
    assert found.at_most.value == case.get("at_most", case["level"])
    assert list(found.missing) == case.get("missing", [])
    assert len(found.contradictions) == case.get("contradictions", 0)
    assert found.sentence.endswith((".", "ask."))


@pytest.mark.parametrize("check", check_all(), ids=lambda check: check.name)
def test_check_of_the_file(check):
    assert check.passed, f"expected {check.expected}, found {check.found}"


def test_sentence_says_the_reason_and_what_to_ask():
    assert triaged("yes yes no yes no no .").sentence == (
        "C-SSRS screener: high risk: thoughts with intent in the past month."
    )
    assert (
        "Item 4 has no answer; the risk may be high: ask."
        in triaged("no yes no - no no .").sentence
    )


def test_answers_of_another_instrument_are_refused():
    assert triaged("no no . . . no .").level is RiskLevel.NONE
    with pytest.raises(InputError, match="PHQ-9 is not triaged"):
        triage(PHQ9, [0] * 9, POLICY)
    with pytest.raises(InputError, match="item 1 of C-SSRS screener is 2"):
        triage(SCREENER, [2, 0, 0, 0, 0, 0, 0], POLICY)


@pytest.mark.parametrize(
    ("answers", "levels"),
    [
        ("no no . . . no .", []),
        ("yes no . . . no .", ["low"]),
        ("yes yes yes no no no .", ["moderate"]),
        ("yes yes no yes no no .", ["high"]),
        ("no yes no - no no .", ["low", "cannot_tell"]),
        ("- - - - - - -", ["cannot_tell"]),
    ],
)
def test_a_level_obliges_and_so_does_what_is_missing(answers, levels):
    found = obligations_of_triage(triaged(answers), POLICY, raised_at=NOON)
    assert [one.level.value for one in found] == levels


@pytest.mark.parametrize(
    ("item", "levels"), [(0, []), (1, ["positive_item"]), (None, ["cannot_tell"])]
)
def test_item_nine_obliges_from_one_point_and_when_left_out(item, levels):
    scored = score_items(PHQ9, [0] * 8 + [item])
    found = obligations_of_score(scored, POLICY, raised_at=NOON)
    assert [one.level.value for one in found] == levels


HIGH = obligations_of_triage(triaged("yes yes no yes no no ."), POLICY, raised_at=NOON)[0]


def test_high_risk_is_acknowledged_in_15_minutes_and_acted_on_in_an_hour():
    assert HIGH.acknowledge_by - NOON == timedelta(minutes=15)
    assert HIGH.act_by - NOON == timedelta(minutes=60)
    assert HIGH.duty.crisis_numbers


# Minutes after the answers → phase and roles told. Escalation: psychiatrist, nurse, therapist,
# one more every 15 minutes.
@pytest.mark.parametrize(
    ("minutes", "phase", "told"),
    [
        (0, Phase.WAITING, ["psychiatrist"]),
        (14.9, Phase.WAITING, ["psychiatrist"]),
        (15, Phase.ESCALATED, ["psychiatrist", "psychiatrist"]),
        (30, Phase.ESCALATED, ["psychiatrist", "psychiatrist", "nurse"]),
        (45, Phase.ESCALATED, ["psychiatrist", "psychiatrist", "nurse", "therapist"]),
        (500, Phase.ESCALATED, ["psychiatrist", "psychiatrist", "nurse", "therapist"]),
    ],
)
def test_nobody_takes_it_on(minutes, phase, told):
    found = standing(HIGH, now=NOON + timedelta(minutes=minutes), named="Dr Mara Quinn")
    assert (found.phase, list(found.told)) == (phase, told)
    assert "Dr Mara Quinn" in found.sentence


@pytest.mark.parametrize(
    ("minutes", "phase"), [(10, Phase.TAKEN), (59.9, Phase.TAKEN), (60, Phase.OVERDUE)]
)
def test_taken_on_it_still_has_to_be_done_in_time(minutes, phase):
    found = standing(
        HIGH,
        now=NOON + timedelta(minutes=minutes),
        taken_by="Dr Mara Quinn",
        taken_at=NOON + timedelta(minutes=5),
    )
    assert found.phase is phase
    assert found.sentence.startswith("Taken on by Dr Mara Quinn")


def test_done_is_done():
    found = standing(HIGH, now=NOON + timedelta(hours=9), done_at=NOON + timedelta(minutes=40))
    assert (found.phase, found.told, found.next_at) == (Phase.DONE, (), None)


def test_the_next_moment_is_when_something_changes():
    def after(minutes):
        return standing(HIGH, now=NOON + timedelta(minutes=minutes)).next_at

    assert after(3) == NOON + timedelta(minutes=15)
    assert after(16) == NOON + timedelta(minutes=30)
    assert after(46) is None


def test_a_level_without_an_obligation_is_refused():
    text = (files("ketacare.knowledge") / "risk" / "suicide.toml").read_text(encoding="utf-8")
    assert read_risk_policy(text, source="suicide.toml").instruments == (
        "cssrs_screener",
        "cssrs_since_contact",
    )
    with pytest.raises(KnowledgeError, match='0 obligations for "positive_item"'):
        read_risk_policy(
            text.replace('level = "positive_item"', 'level = "none"', 1), source="suicide.toml"
        )
    with pytest.raises(KnowledgeError, match="has no item 9"):
        read_risk_policy(text.replace("any = [7]", "any = [9]", 1), source="suicide.toml")
    with pytest.raises(KnowledgeError, match="cssrs_screener is triaged by two tables"):
        read_risk_policy(
            text.replace('"cssrs_since_contact"', '"cssrs_screener"', 1), source="suicide.toml"
        )
    with pytest.raises(KnowledgeError, match='no instrument is called "cssrs_lifetime"'):
        read_risk_policy(
            text.replace('"cssrs_since_contact"', '"cssrs_lifetime"', 1), source="suicide.toml"
        )
