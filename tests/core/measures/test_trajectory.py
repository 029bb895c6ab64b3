"""Scores with the time since the last dose, and recorded scores that cannot be used."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ketacare.core.measures import (
    DoseClass,
    ProblemKind,
    rate_all,
    score_problems,
    trajectories,
    trajectory,
)
from ketacare.core.record import Infusion, Person, Score
from ketacare.knowledge.load import load_dose_timing, load_instruments

DAY0 = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
INSTRUMENTS = load_instruments()
GAD7, TIMING = INSTRUMENTS["gad7"], load_dose_timing()


def at(hours):
    return DAY0 + timedelta(hours=hours)


def gad7(hours, total):
    return Score(instrument="gad7", at=at(hours), total=total)


def person(*scores, doses=()):
    infusions = tuple(Infusion(at=at(h), dose_mg=35.0, minutes=40.0) for h in doses)
    return Person(id="p", label="p", scores=scores, infusions=infusions)


def followed(who, now=2000, instrument=GAD7):
    return trajectory(who, instrument, TIMING, now=at(now))


# Two doses 84 h apart (twice a week). Hours after the first dose → class and hours since a dose.
@pytest.mark.parametrize(
    ("hours", "dose_class", "since"),
    [
        (-1, DoseClass.BEFORE, None),
        (0, DoseClass.BEFORE, None),  # at the very time of the infusion: before it
        (1, DoseClass.FIRST_HOURS, 1),
        (11.9, DoseClass.FIRST_HOURS, 11.9),
        (12, DoseClass.PEAK, 12),
        (48, DoseClass.PEAK, 48),
        (48.1, DoseClass.BETWEEN, 48.1),
        (59.9, DoseClass.BETWEEN, 59.9),  # 24.1 h before the next dose
        (60, DoseClass.TROUGH, 60),  # 24 h before the next dose
        (84, DoseClass.TROUGH, 84),
        (84 + 24, DoseClass.PEAK, 24),
        (84 + 167.9, DoseClass.BETWEEN, 167.9),
        (84 + 168, DoseClass.TROUGH, 168),  # 7 days after the last dose
    ],
)
def test_class_of_a_score_by_the_doses_around_it(hours, dose_class, since):
    point = followed(person(gad7(hours, 10), doses=(0, 84))).points[0]
    assert point.dose_class is dose_class
    assert point.hours_since_dose == (None if since is None else pytest.approx(since))


def test_a_change_from_peak_to_trough_carries_a_caution_and_a_fair_comparison():
    # trough 14 → peak 5 → trough 11: from the peak 6 more, from the trough before 3 fewer
    who = person(gad7(83, 14), gad7(84 + 24, 5), gad7(84 + 168, 11), doses=(0, 84))
    first, peak, trough = followed(who).points
    assert (first.dose_class, peak.dose_class, trough.dose_class) == (
        DoseClass.TROUGH,
        DoseClass.PEAK,
        DoseClass.TROUGH,
    )
    assert trough.since_previous.points == -6
    assert trough.since_same_class.points == 3
    assert "part of the difference is the time since the dose" in trough.caution
    assert peak.since_same_class is None


def test_alike_scores_carry_no_caution():
    who = person(gad7(-1, 16), gad7(24, 10), gad7(84 + 24, 8), doses=(0, 84))
    assert [point.caution for point in followed(who).points] == ["", "", ""]


def test_relief_in_the_first_hours_is_called_no_response():
    who = person(gad7(-1, 16), gad7(1, 4), doses=(0,))
    assert "no response" in followed(who).points[1].caution


def test_baseline_is_the_last_score_before_the_first_dose():
    found = followed(person(gad7(-200, 12), gad7(-2, 15), gad7(24, 7), doses=(0,)))
    assert found.baseline.total == 15
    assert found.latest.since_baseline.points == 8
    assert found.points[0].since_baseline is None


def test_without_doses_the_first_score_is_the_baseline():
    found = followed(person(gad7(-200, 12), gad7(-2, 15)))
    assert found.baseline.total == 12
    assert found.latest.since_baseline.points == -3


def test_questions_about_two_weeks_reach_back_before_a_dose_of_yesterday():
    # GAD-7 asks about 14 days = 336 h; the HAM-A about 7 days = 168 h
    who = person(gad7(335, 8), gad7(337, 8), doses=(0,))
    assert [p.recall_reaches_back for p in followed(who).points] == [True, False]
    hama = person(Score(instrument="hama", at=at(169), total=9), doses=(0,))
    assert followed(hama, instrument=INSTRUMENTS["hama"]).points[0].recall_reaches_back is False


def test_sentence_says_when_the_last_score_was_given():
    sentence = followed(person(gad7(-1, 16), gad7(30, 8), doses=(0,))).sentence
    assert sentence.startswith("GAD-7: 2 scores, the last 8 on ")
    assert "(30 h after a dose, at the peak of a dose)" in sentence
    assert "ask about the last 2 weeks" in sentence
    assert followed(person()).sentence == "There is no usable score of GAD-7."


def test_doses_after_now_are_not_seen():
    point = trajectory(person(gad7(24, 8), doses=(0, 40)), GAD7, TIMING, now=at(30)).points[0]
    assert point.dose_class is DoseClass.PEAK


def test_one_trajectory_per_instrument():
    who = person(gad7(-1, 8), Score(instrument="who5", at=at(-1), total=40), gad7(24, 4))
    found = trajectories(who, INSTRUMENTS, TIMING, now=at(100))
    assert [t.instrument.id for t in found] == ["gad7", "who5"]
    assert [len(t.points) for t in found] == [2, 1]


def test_a_score_of_the_future_is_named_and_not_counted():
    who = person(gad7(0, 8), gad7(50, 4))
    found = followed(who, now=24)
    assert [p.total for p in found.points] == [8]
    assert [(p.kind, p.where) for p in found.problems] == [(ProblemKind.FUTURE, "scores[2]")]
    assert "it is not counted" in found.problems[0].sentence


def test_an_impossible_total_is_named_and_not_counted():
    who = person(gad7(0, 22), gad7(1, 8))
    found = followed(who)
    assert [p.total for p in found.points] == [8]
    assert found.problems[0].kind is ProblemKind.IMPOSSIBLE
    assert "GAD-7 goes from 0 to 21" in found.problems[0].sentence


def test_the_same_form_twice_counts_once_and_is_named():
    found = followed(person(gad7(0, 8), gad7(0, 8)))
    assert [p.total for p in found.points] == [8]
    assert {p.kind for p in found.problems} == {ProblemKind.TWICE}


def test_two_results_of_one_time_count_neither():
    found = followed(person(gad7(0, 8), gad7(0, 9), gad7(5, 7)))
    assert [p.total for p in found.points] == [7]
    assert {p.kind for p in found.problems} == {ProblemKind.CONTRADICTORY}
    assert len(found.problems) == 2


def test_an_unknown_instrument_is_named():
    who = person(Score(instrument="gad9", at=at(0), total=3), gad7(0, 8))
    assert [(p.kind, p.where) for p in score_problems(who, INSTRUMENTS, now=at(1))] == [
        (ProblemKind.UNKNOWN, "scores[1]")
    ]


def test_a_sound_record_has_no_problems_and_agrees_with_the_totals():
    who = person(gad7(0, 8), gad7(5, 7))
    assert score_problems(who, INSTRUMENTS, now=at(10)) == ()
    assert [p.total for p in followed(who, now=10).points] == [
        r.total for r in rate_all(who, INSTRUMENTS, now=at(10))
    ]


def test_higher_is_better_where_the_instrument_says_so():
    who = person(
        Score(instrument="who5", at=at(-1), total=24), Score(instrument="who5", at=at(24), total=52)
    )
    change = followed(who, instrument=INSTRUMENTS["who5"]).latest.since_baseline
    assert (change.points, change.rise, change.direction.value) == (28, 28, "better")
    assert "28 points higher" in change.sentence
    worse = followed(
        replace(who, scores=tuple(reversed(who.scores))), instrument=INSTRUMENTS["who5"]
    )
    assert worse.latest.total == 52
