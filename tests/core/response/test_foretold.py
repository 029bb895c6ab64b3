"""One-step-ahead predictions: against the normal distribution, and surprise where there is cause."""

import numpy as np
import pytest
from scipy.stats import norm

from ketacare.core.response import Course, Rating, TraitName, update
from ketacare.core.response.foretold import foretell
from ketacare.core.response.observation import Drift


def test_prediction_for_one_known_person_is_a_rounded_normal(prior):
    # reading 10, drift variance 5, error 2: N(10, 3). P(Y < 13) = Phi(2.5/3), times 0.98 beside a
    # stray share of 0.02 spread evenly over 22 scores, 13 of which lie below 13.
    people = prior.people(np.zeros((1, len(TraitName))))
    found = foretell(
        prior,
        prior.view("gad7"),
        people,
        Rating(day=0.0, instrument="gad7", total=13),
        mean=np.array([10.0]),
        drift=Drift(np.zeros(1), np.full(1, 5.0), 0.0),
        weights=np.ones(1),
    )
    assert found.below == pytest.approx(0.98 * norm.cdf(2.5 / 3) + 0.02 * 13 / 22)
    assert found.at == pytest.approx(0.98 * (norm.cdf(3.5 / 3) - norm.cdf(2.5 / 3)) + 0.02 / 22)
    # The central 80 % of N(10, 3) is 10 ± 3.84: 6.16 to 13.84, so 6 to 14 as scores.
    assert (found.p10, found.p50, found.p90) == (6, 10, 14)


def steady(*totals):
    return Course(
        ratings=tuple(
            Rating(day=7.0 * k, instrument="gad7", total=t) for k, t in enumerate(totals)
        ),
        now_day=7.0 * len(totals),
    )


@pytest.mark.parametrize(("last", "surprising"), [(14, False), (16, False), (2, True), (21, True)])
def test_a_jump_after_steady_weeks_is_surprising(prior, last, surprising):
    found = update(
        prior,
        steady(*(12, 14, 13, 12, 13, 14, 12, 13), last),
        rng=np.random.default_rng(1),
        particles=500,
    )
    assert len(found.foretold) == 9
    assert found.foretold[-1].is_surprising is surprising


def test_lowest_and_highest_score_have_whole_tails(prior):
    low, high = (
        update(prior, steady(t), rng=np.random.default_rng(1), particles=500).foretold[0]
        for t in (0, 21)
    )
    assert low.below == 0.0
    assert high.below + high.at == pytest.approx(1.0)
    assert low.rank(0.5) < 0.1
    assert high.rank(0.5) > 0.9
