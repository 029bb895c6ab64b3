"""Scores as noisy, bounded integers: the likelihood against sums and against the Kalman filter."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from ketacare.core.response import ConstantName, TraitName
from ketacare.core.response.observation import Drift, observe
from ketacare.core.units import Quantity


@pytest.fixture
def people(prior):
    return prior.people(np.zeros((1, len(TraitName))))


@pytest.fixture
def trusting(prior):
    """Return the prior without stray answers, for exact comparison."""
    tiny = replace(prior.constants[ConstantName.OUTLIER], quantity=Quantity(1e-15, "1"))
    return replace(prior, constants={**prior.constants, ConstantName.OUTLIER: tiny})


def likelihood(prior, people, mean, total, variance=0.0):
    drift = Drift(np.zeros(1), np.full(1, variance), 0.0)
    log, _ = observe(
        prior, prior.view("gad7"), people, mean=np.array([mean]), drift=drift, total=total
    )
    return float(np.exp(log[0]))


@pytest.mark.parametrize("mean", [-6.0, 0.0, 9.3, 21.0, 30.0])
def test_probabilities_of_all_scores_sum_to_one(prior, people, mean):
    # Between the bounds a normal density whose variance is 1/12 larger stands for the mass within
    # half a point (Sheppard); with an error of two points the next term is below 1e-4.
    total = sum(likelihood(prior, people, mean, k) for k in range(22))
    assert total == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("total", [1, 8, 14, 20])
def test_score_between_the_bounds_has_the_mass_of_half_a_point_either_side(trusting, people, total):
    # reading N(9.3, 2): P(k - 0.5 < Y < k + 0.5)
    mass = norm.cdf((total + 0.5 - 9.3) / 2) - norm.cdf((total - 0.5 - 9.3) / 2)
    assert likelihood(trusting, people, 9.3, total) == pytest.approx(mass, rel=5e-3, abs=1e-6)


def test_floor_takes_everything_below(trusting, people):
    # reading N(-3, 2): the answer is 0 when it rounds to 0 or less, P(Y < 0.5) = Phi(1.75)
    assert likelihood(trusting, people, -3.0, 0) == pytest.approx(norm.cdf(1.75), rel=1e-9)


def test_ceiling_takes_everything_above(trusting, people):
    # reading N(23, 2): P(Y > 20.5) = Phi(1.25)
    assert likelihood(trusting, people, 23.0, 21) == pytest.approx(norm.cdf(1.25), rel=1e-9)


def test_drift_follows_the_kalman_filter_away_from_the_bounds(trusting, people):
    # With variance v = 4 of the drift and error 2: gain 4/(4 + 4) = 0.5. The answer 12 against a
    # mean of 10 moves the drift by about 0.5·2 = 1 and leaves about 4 - 0.5·4 = 2 of variance;
    # rounding to an integer (variance 1/12 = 0.083 of 8) changes both by about one percent.
    drift = Drift(np.zeros(1), np.full(1, 4.0), 0.0)
    _, after = observe(
        trusting, trusting.view("gad7"), people, mean=np.array([10.0]), drift=drift, total=12
    )
    assert after.mean[0] == pytest.approx(1.0, rel=0.02)
    assert after.variance[0] == pytest.approx(2.0, rel=0.03)


def test_an_impossible_answer_moves_almost_nothing(prior, people):
    # 20 against an expectation of 2 with error 2 is 9 SD away: taken as a slip of the pen
    drift = Drift(np.zeros(1), np.full(1, 1.0), 0.0)
    log, after = observe(
        prior, prior.view("gad7"), people, mean=np.array([2.0]), drift=drift, total=20
    )
    # The stray share alone: 0.02/22
    assert np.exp(log[0]) == pytest.approx(0.02 / 22, rel=0.01)
    assert abs(after.mean[0]) < 0.05


def test_drift_grows_with_the_root_of_time(prior, people):
    # median 0.6 points per root week: variance 0.36·4 after four weeks
    moved = Drift.at_start(1, 0.0).moved_to(28.0, people)
    assert moved.variance[0] == pytest.approx(0.36 * 4)
