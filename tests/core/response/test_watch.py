"""The watch: charts worked by hand, signals on plain courses, silence, refusals."""

from dataclasses import replace

import numpy as np
import pytest

from ketacare.core.errors import InputError, KnowledgeError
from ketacare.core.response import (
    Course,
    Dose,
    Rating,
    SignalName,
    SignalState,
    ewma,
    expected_course,
    losing_relief,
    update,
    watch,
)
from ketacare.core.trials import watch_accuracy
from ketacare.core.units import Quantity
from ketacare.knowledge.load import load_watch_rules

SIX = tuple(Dose(day=1.0 + d, mg_per_kg=0.5) for d in (0, 3, 7, 10, 14, 17))


@pytest.fixture(scope="module")
def rules():
    return load_watch_rules()


def course(totals, now=None, hours=72.0):
    days = (0.0, 5.0, 12.0, 20.0, 27.0, 34.0, 41.0, 48.0)
    ratings = tuple(
        Rating(day=d, instrument="gad7", total=t, hours_since_dose=None if d == 0 else hours)
        for d, t in zip(days, totals, strict=False)
    )
    return Course(doses=SIX, ratings=ratings, now_day=now or max(r.day for r in ratings))


WELL = (16, 7, 6, 6, 5, 7, 6, 6)
LOST = (16, 7, 6, 6, 8, 13, 15, 16)


def test_chart_by_hand():
    # w 0.4: E = 0.4 then 0.64; SD 0.25·(1 - 0.6^2) = 0.16 → 0.4 and 0.25·(1 - 0.6^4) = 0.2176
    np.testing.assert_allclose(ewma([1.0, 1.0], 0.4), [1.0, 0.64 / np.sqrt(0.2176)])


def test_relief_being_lost_is_signalled_and_steady_relief_is_not(prior, rules):
    view = prior.view("gad7")
    # Level (7 + 6)/2 = 6.5. The SD of one answer against it is 2·sqrt(1.5) = 2.449.
    lost, well = (losing_relief(course(c), view, rules) for c in (LOST, WELL))
    assert lost.state is SignalState.RAISED
    assert lost.since == 41.0
    assert "69%" in lost.sentence
    assert well.state is SignalState.QUIET


def test_without_two_good_answers_nothing_can_be_lost(prior, rules):
    found = losing_relief(course((16, 15, 7, 12, 14)), prior.view("gad7"), rules)
    assert found.state is SignalState.CANNOT_TELL


def test_answers_within_a_day_of_a_dose_do_not_count(prior, rules):
    view = prior.view("gad7")
    assert losing_relief(course(LOST, hours=24.0), view, rules).state is SignalState.RAISED
    near = losing_relief(course(LOST, hours=23.0), view, rules)
    assert near.state is SignalState.CANNOT_TELL


def test_silence_is_raised_after_half_an_interval_more(prior, rules):
    def silence(now, every=7.0):
        known = update(prior, course(WELL, now=now), rng=np.random.default_rng(1), particles=100)
        signals = watch(known, "gad7", rules, every_days=every)
        return next(s for s in signals if s.name is SignalName.SILENCE)

    # Last score on day 48: 48 + 1.5·7 = 58.5
    assert silence(58.4).state is SignalState.QUIET
    assert silence(58.6).state is SignalState.RAISED
    assert silence(58.6).since == 58.5
    assert silence(58.6, every=None).state is SignalState.CANNOT_TELL
    with pytest.raises(InputError, match="more than zero"):
        silence(58.6, every=0.0)


def test_expected_course_knows_only_what_was_known_at_the_first_dose(prior, rules):
    def expected(totals):
        rng = np.random.default_rng(2)
        return expected_course(prior, course(totals), "gad7", rules, rng=rng, particles=300)

    np.testing.assert_array_equal(expected(WELL).high, expected(LOST).high)
    known = update(prior, course(LOST), rng=np.random.default_rng(1), particles=200)
    signals = watch(known, "gad7", rules, every_days=7.0, expected=expected(LOST))
    trajectory = next(s for s in signals if s.name is SignalName.TRAJECTORY)
    # 16 of 16 on day 48 is worse than for four in five.
    assert trajectory.state is SignalState.RAISED
    assert (
        expected_course(
            prior,
            Course(ratings=course(WELL).ratings, now_day=50.0),
            "gad7",
            rules,
            rng=np.random.default_rng(2),
        )
        is None
    )


def test_limits_that_make_no_sense_are_refused(rules):
    with pytest.raises(KnowledgeError, match="weight of the watch"):
        replace(rules, weight=replace(rules.weight, quantity=Quantity(0.0, "1")))


@pytest.mark.slow
def test_stated_accuracy_is_found_again(rules):
    """300 people: about 65 relapses and 90 who stay well, so four standard errors are 23
    and 18 points; the long version runs in the bench."""
    from ketacare.knowledge.load import load_prior

    rng = np.random.default_rng(11)
    found = watch_accuracy(load_prior(), rules, "gad7", people=300, rng=rng, particles=100)
    for one in found:
        stated = rules.accuracy[one.name]
        assert one.sensitivity == pytest.approx(stated.sensitivity.value, abs=0.23)
        assert one.specificity == pytest.approx(stated.specificity.value, abs=0.18)
