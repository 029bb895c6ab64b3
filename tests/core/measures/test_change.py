"""What a change means, from the case table ``tests/cases/measures/change.toml``."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketacare.core.errors import InputError
from ketacare.core.measures import Direction, judge_change
from ketacare.knowledge.load import load_instruments

CASES = tomllib.loads(
    (Path(__file__).parents[2] / "cases/measures/change.toml").read_text(encoding="utf-8")
)["case"]
GAD7 = load_instruments()["gad7"]
WORDS = {True: "yes", False: "no", None: "unknown"}
ASKED = ("reliable", "meaningful", "response", "partial", "remission", "deteriorated")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_change_case(case):
    change = judge_change(load_instruments()[case["instrument"]], case["before"], case["after"])
    assert {key: WORDS[getattr(change, key)] for key in ASKED} == {key: case[key] for key in ASKED}


def test_points_and_percent_are_positive_for_fewer_symptoms():
    change = judge_change(GAD7, 16, 4)
    assert (change.points, change.percent, change.direction) == (12, 75, Direction.BETTER)
    worse = judge_change(GAD7, 4, 16)
    assert (worse.points, worse.percent, worse.direction) == (-12, -300, Direction.WORSE)


def test_missing_figures_leave_the_answer_open():
    unknown = replace(GAD7, reliable_change=None, mcid=None, remission=None)
    change = judge_change(unknown, 16, 4)
    assert [change.reliable, change.meaningful, change.response, change.remission] == [None] * 4


@pytest.mark.parametrize(("before", "after"), [(22, 5), (5, -1)])
def test_impossible_total_is_refused(before, after):
    assert judge_change(GAD7, 21, 0).response is True
    with pytest.raises(InputError, match="GAD-7 goes from 0 to 21"):
        judge_change(GAD7, before, after)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (16, 8, "GAD-7 went from 16 to 8: 8 points lower, 50 %; a response."),
        (
            12,
            4,
            "GAD-7 went from 12 to 4: 8 points lower, 67 %; a response, in the range of remission.",
        ),
        (8, 14, "GAD-7 went from 8 to 14: 6 points higher, 75 %; a reliable worsening."),
        (9, 9, "GAD-7 stayed at 9."),
    ],
)
def test_sentence(before, after, sentence):
    assert judge_change(GAD7, before, after).sentence == sentence


TOTAL = st.integers(0, 21)


@settings(max_examples=60)
@given(TOTAL, TOTAL)
def test_swapping_before_and_after_swaps_the_direction(before, after):
    there, back = judge_change(GAD7, before, after), judge_change(GAD7, after, before)
    assert there.points == -back.points
    assert there.reliable == back.reliable


@settings(max_examples=60)
@given(TOTAL, TOTAL)
def test_response_is_always_reliable(before, after):
    change = judge_change(GAD7, before, after)
    assert not change.response or change.reliable
