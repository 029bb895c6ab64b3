"""Weights of one's own, the trade-off view, and the ensemble an advice was computed on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketacare.core.errors import InputError
from ketacare.core.planning import COSTS, course_for, outdone_by
from ketacare.core.response import update
from ketacare.knowledge.load import load_instruments, load_prior, load_treatments
from ketacare.knowledge.loading.protocols import load_protocol

WEIGHTS = load_protocol().weights


def test_a_changed_weight_is_used_and_says_by_whom():
    own = WEIGHTS.changed({"infusion": "0.02"}, by="the person")
    assert own.burden(3, 0) == pytest.approx(0.06)  # 3 · 0.02
    assert own.infusion_cost.note == "the person"
    assert own.therapy_cost == WEIGHTS.therapy_cost
    assert set(own.costs) == set(COSTS)
    assert own.provenance.version == f"{WEIGHTS.provenance.version} with infusion=0.02"
    assert WEIGHTS.changed({}, by="nobody") is WEIGHTS


@pytest.mark.parametrize("value", ["much", "", "nan", "inf", "-0.1", "1.5", None, True, [0.1]])
def test_a_weight_that_is_no_share_of_relief_is_refused(value):
    assert WEIGHTS.changed({"risk": "0.1"}, by="x").costs["risk"] == 0.1
    with pytest.raises(InputError, match='the weight "risk" is'):
        WEIGHTS.changed({"risk": value}, by="x")


def test_an_unknown_weight_is_refused():
    with pytest.raises(InputError, match="use one of infusion, therapy, risk, departure"):
        WEIGHTS.changed({"money": 0.1}, by="x")


@pytest.mark.slow
def test_advice_follows_the_weights_it_is_given(make, ask):
    somebody = make(12, 11, 10)
    usual = ask(somebody)
    dear = ask(somebody, weights=WEIGHTS.changed({"infusion": 0.5}, by="test"))
    # At half of all relief per infusion nothing can be worth one.
    assert usual.options[0].infusions > 0
    assert dear.options[0].infusions == 0
    assert dear.inputs["cost of an infusion, in mean relief"] == "50.0%"


def _same_for_all(*relief):
    """Return the relief of options in which nobody differs from anybody: no simulation error."""
    return np.repeat(np.array(relief)[:, None], 100, axis=1)


def test_front_of_hand_made_options():
    # b gives less than a for the same; c gives less for less; d is c again, so the first of them stays.
    relief, risk, burden = _same_for_all(0.5, 0.4, 0.3, 0.3), (6, 6, 1, 1), (0.3, 0.3, 0.05, 0.05)
    assert outdone_by(relief, risk, burden, people=100) == [None, 0, None, 2]


def test_a_difference_nobody_can_see_is_a_tie():
    # Relief is shown in whole percent: 0.9 points more for more risk is no more, 1.1 points are.
    less, more = outdone_by(_same_for_all(0.300, 0.309), (1, 4), (0.0, 0.1), people=100)
    assert (less, more) == (None, 0)
    assert outdone_by(_same_for_all(0.300, 0.311), (1, 4), (0.0, 0.1), people=100) == [None, None]


def test_a_difference_that_may_be_luck_of_the_simulation_is_a_tie():
    # Half gain 60 points, half lose 55: 2.5 points on average, SD 57.5, so the standard error is
    # 5.75 points in 100 people (a tie) and 0.575 in 10,000 (a gain).
    gain = np.tile([0.60, -0.55], 50)
    relief = np.stack([np.full(100, 0.3), 0.3 + gain])
    assert outdone_by(relief, (1, 4), (0.0, 0.1), people=100) == [None, 0]
    assert outdone_by(relief, (1, 4), (0.0, 0.1), people=10_000) == [None, None]


POINT = st.tuples(st.floats(0, 1), st.floats(0, 20), st.floats(0, 1))


@given(st.lists(POINT, min_size=1, max_size=12))
def test_whoever_is_off_the_front_is_outdone_by_one_on_it(points):
    relief, risk, burden = (list(part) for part in zip(*points, strict=True))
    found = outdone_by(_same_for_all(*relief), risk, burden, people=100)
    assert found[0] is None
    assert all(found[other] is None for other in found if other is not None)


@pytest.mark.slow
def test_an_option_off_the_front_names_one_that_outdoes_it(make, ask):
    options = {o.candidate.label: o for o in ask(make(9, 8, 7, 6, 6, 6)).options}
    behind = [o for o in options.values() if not o.efficient]
    assert behind
    for option in behind:
        other = options[option.outdone_by]
        # Ties are what the last digit shown does not tell apart; 400 people have little error.
        assert other.expected_relief >= option.expected_relief - 0.02
        assert other.risk <= option.risk + 0.1
        assert other.burden <= option.burden + 0.01
        assert other.efficient
        assert option.outdone_by in option.reasons[-1]
    assert len(behind) > len(options) / 2  # a front of nearly everything shows nothing


@pytest.mark.slow
def test_advice_hands_on_the_ensemble_it_was_computed_on(make, ask, now):
    somebody = make(12, 11, 10)
    advice = ask(somebody, seed=3, fresh=True)
    prior = load_prior()
    course = course_for(somebody, prior, load_instruments(), load_treatments(), now=now)
    again = update(prior, course, rng=np.random.default_rng(3), particles=400)
    assert np.array_equal(advice.posterior.z, again.z)
    assert ask(make(12, 8, days_ago=15.1)).posterior is None  # stale: nothing was computed
