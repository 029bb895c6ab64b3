"""Scoring, from the case table ``tests/cases/measures/scoring.toml``, and what is refused."""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.measures import Route, rate_all, score, score_items
from ketacare.core.record import Person, Score
from ketacare.knowledge.load import load_instruments

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CASES = tomllib.loads(
    (Path(__file__).parents[2] / "cases/measures/scoring.toml").read_text(encoding="utf-8")
)["case"]
GAD7 = load_instruments()["gad7"]
PHQ9 = load_instruments()["phq9"]


def answers(case):
    return [None if value == "-" else value for value in case["answers"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_scoring_case(case):
    scored = score_items(load_instruments()[case["instrument"]], answers(case))
    expected = None if case["total"] == "none" else pytest.approx(case["total"])
    assert scored.total == expected, case["why"]
    assert (scored.band.label if scored.band else None) == case.get("band")
    assert scored.prorated is case.get("prorated", False)
    assert list(scored.missing) == case.get("missing", [])
    raised = {True: "raised", None: "not known"}
    assert [raised[a.raised] for a in scored.alerts] == ([case["alert"]] if "alert" in case else [])
    assert scored.sentence.endswith(".")


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        ([4, 0, 0, 0, 0, 0, 0], "item 1 of GAD-7 is 4; it can be 0 to 3, or left out"),
        ([0, 0, 0, 0, 0, 0, -1], "item 7 of GAD-7 is -1; it can be 0 to 3, or left out"),
        ([0, True, 0, 0, 0, 0, 0], "item 2 of GAD-7 is True"),
        ([0, 0, 0, 0, 0, 0, 0, 4], "item 8 of GAD-7 is 4"),
        ([0, 0, 0, 0, 0, 0], "GAD-7 has 7 items and 6 answers were given"),
        ([0] * 9, "GAD-7 has 7 items and 9 answers were given"),
    ],
)
def test_impossible_answers_are_refused(items, sentence):
    assert score_items(GAD7, [3, 1, 0, 0, 0, 0, 0]).total == 4
    with pytest.raises(InputError) as refused:
        score_items(GAD7, items)
    assert sentence in refused.value.sentence
    assert refused.value.code is ErrorCode.OUT_OF_RANGE


def recorded(total=None, items=None, instrument="gad7"):
    return Score(instrument=instrument, at=NOW, total=total, items=items)


def test_total_alone_is_taken_as_reported():
    scored = score(GAD7, recorded(total=6))
    assert (scored.total, scored.route, scored.missing) == (6, Route.REPORTED, ())
    assert scored.band is not None
    assert scored.band.label == "mild"


def test_total_of_the_items_is_accepted_and_another_one_refused():
    assert score(GAD7, recorded(total=7, items=(1,) * 7)).total == 7
    with pytest.raises(InputError, match=r"given as 8, the items give 7 \(their sum\)"):
        score(GAD7, recorded(total=8, items=(1,) * 7))


@pytest.mark.parametrize("total", [9.33, 9])
def test_rounded_total_of_a_scaled_score_is_accepted(total):
    # 3 + 3 + 2 = 8 of six items; 8 x 7 / 6 = 9.33
    assert score(
        GAD7, recorded(total=total, items=(3, 3, 2, 0, 0, 0, None))
    ).total == pytest.approx(28 / 3)


def test_missing_answer_counted_as_zero_is_refused():
    with pytest.raises(InputError, match="prorated for what is missing"):
        score(GAD7, recorded(total=8, items=(3, 3, 2, 0, 0, 0, None)))


@pytest.mark.parametrize(("total", "fits"), [(9, False), (10, True), (16, True), (17, False)])
def test_total_beside_too_many_missing_items_must_be_possible(total, fits):
    # five answers of 2 are 10; two more could add 0 to 6
    reported = recorded(total=total, items=(2, 2, 2, 2, 2, None, None))
    if fits:
        scored = score(GAD7, reported)
        assert (scored.total, scored.route, scored.missing) == (total, Route.REPORTED, (6, 7))
    else:
        with pytest.raises(InputError, match="the items allow 10 to 16"):
            score(GAD7, reported)


@pytest.mark.parametrize(("total", "possible"), [(-1, False), (0, True), (21, True), (22, False)])
def test_total_outside_the_range_is_refused(total, possible):
    if possible:
        assert score(GAD7, recorded(total=total)).total == total
    else:
        with pytest.raises(InputError, match="GAD-7 goes from 0 to 21"):
            score(GAD7, recorded(total=total))


def test_score_of_another_instrument_is_refused():
    assert score(PHQ9, recorded(total=8, instrument="phq9")).total == 8
    with pytest.raises(InputError, match="a score of gad7, not of phq9"):
        score(PHQ9, recorded(total=8))


@pytest.mark.parametrize(("total", "known"), [(0, True), (8, False)])
def test_item_nine_behind_a_bare_total_is_not_known_unless_all_are_zero(total, known):
    alerts = score(PHQ9, recorded(total=total, instrument="phq9")).alerts
    assert [a.raised for a in alerts] == ([] if known else [None])


def test_item_nine_leads_to_the_cssrs():
    alert = score_items(PHQ9, [0] * 8 + [1]).alerts[0]
    assert (alert.rule.code, alert.rule.leads_to) == ("suicidal_thoughts", "cssrs_screener")
    assert "C-SSRS" in alert.sentence


ITEMS = st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=7, max_size=7)


@settings(max_examples=40)
@given(ITEMS)
def test_total_stays_in_the_range_or_is_absent(items):
    scored = score_items(GAD7, items)
    missing = sum(value is None for value in items)
    assert (scored.total is None) is (missing >= 2)  # 2 of 7 are more than 20 %
    assert scored.total is None or 0 <= scored.total <= 21


@settings(max_examples=40)
@given(ITEMS, st.permutations(range(7)))
def test_order_of_the_answers_does_not_change_the_total(items, order):
    assert score_items(GAD7, items).total == score_items(GAD7, [items[i] for i in order]).total


def test_all_scores_of_a_person_up_to_now_in_order_of_time():
    def at(days, total):
        return Score(instrument="gad7", at=NOW + timedelta(days=days), total=total)

    person = Person(id="p", label="p", scores=(at(-1, 9), at(-8, 14), at(1, 3)))
    assert [r.total for r in rate_all(person, load_instruments(), now=NOW)] == [14, 9]


def test_score_that_cannot_be_names_its_place():
    def person(instrument, total):
        return Person(id="p", label="p", scores=(recorded(total=total, instrument=instrument),))

    with pytest.raises(InputError) as unknown:
        rate_all(person("gad9", 3), load_instruments(), now=NOW)
    with pytest.raises(InputError) as impossible:
        rate_all(person("gad7", 30), load_instruments(), now=NOW)
    assert unknown.value.where == "scores[1].instrument"
    assert impossible.value.where == "scores[1].total"
