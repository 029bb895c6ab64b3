"""Fans and probabilities: order of quantiles, what a future changes, what is refused."""

import numpy as np
import pytest

from ketacare.core.errors import InputError
from ketacare.core.response import (
    Course,
    Dose,
    Future,
    Outcome,
    Rating,
    forecast,
    population,
    population_forecast,
    probability,
    update,
    weighted_quantiles,
)

DAYS = np.array([33.0, 40.0, 47.0, 54.0])
GOOD_COURSE = Course(
    doses=tuple(Dose(day=7.0 + d, mg_per_kg=0.5) for d in (0, 3, 7, 10, 14, 17)),
    ratings=tuple(
        Rating(day=d, instrument="gad7", total=t)
        for d, t in ((0.0, 17), (6.5, 16), (10.0, 8), (14.0, 6), (21.0, 5), (31.0, 8))
    ),
    now_day=32.0,
)


def rng(seed=5):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def believed(prior):
    return update(prior, GOOD_COURSE, rng=rng(), particles=1000)


def test_quantiles_of_equal_weights_are_order_statistics():
    # 1..10: a tenth of the weight lies at or below 1, half at or below 5, nine tenths below 9
    values = np.arange(1.0, 11.0)[::-1, None]
    found = weighted_quantiles(values, np.full(10, 0.1), (0.1, 0.5, 0.9))
    assert found[:, 0].tolist() == [1.0, 5.0, 9.0]


def test_fan_is_ordered_and_within_the_instrument(believed):
    fan = forecast(believed, Future(), "gad7", DAYS, rng=rng())
    stack = np.array([fan.p5, fan.p10, fan.p25, fan.p50, fan.p75, fan.p90, fan.p95])
    assert (np.diff(stack, axis=0) >= 0).all()
    assert stack.min() >= 0
    assert stack.max() <= 21
    assert fan.predictive


def test_latent_fan_is_narrower_than_the_predictive_one(believed):
    seen = forecast(believed, Future(), "gad7", DAYS, rng=rng())
    latent = forecast(believed, Future(), "gad7", DAYS, rng=rng(), latent=True)
    assert not latent.predictive
    assert (latent.p90 - latent.p10 < seen.p90 - seen.p10).all()


def test_weekly_doses_are_expected_to_help_one_who_responded(believed):
    weekly = Future(doses=tuple((32.5 + 7 * k, 0.5, 40.0) for k in range(3)))
    nothing = forecast(believed, Future(), "gad7", DAYS, rng=rng())
    with_it = forecast(believed, weekly, "gad7", DAYS, rng=rng())
    assert (with_it.mean < nothing.mean).all()


def test_same_generator_gives_the_same_fan(believed):
    one = forecast(believed, Future(), "hama", DAYS, rng=rng())
    again = forecast(believed, Future(), "hama", DAYS, rng=rng())
    np.testing.assert_array_equal(one.p50, again.p50)


def test_population_fan_starts_at_the_set_point_of_the_prior(prior):
    # Day 0, nothing done: half of people score at or below the median set point of 14
    fan = population_forecast(prior, Future(), "gad7", [0.0], rng=rng(), particles=4000)
    assert fan.p50[0] == pytest.approx(14, abs=1)


def test_probability_of_a_certain_and_an_impossible_event(prior):
    # Score 0 can be no response to a baseline of 0 that is not also remission; and nobody untreated
    # on day 0 is expected to have halved their own set point except by error of measurement.
    anyone = population(prior, rng=rng(), particles=2000)
    response = probability(
        anyone, Future(), instrument="gad7", outcome=Outcome.RESPONSE, day=0.0, rng=rng()
    )
    assert response < 0.05


def test_relapse_is_likelier_without_doses(believed):
    weekly = Future(doses=tuple((32.5 + 7 * k, 0.5, 40.0) for k in range(8)))
    ask = {"instrument": "gad7", "outcome": Outcome.RELAPSE, "day": 90.0}
    stopped = probability(believed, Future(), **ask, rng=rng())
    continued = probability(believed, weekly, **ask, rng=rng())
    assert 0 <= continued < stopped <= 1


def test_relapse_cannot_be_said_of_someone_who_never_got_better(prior):
    anyone = population(prior, rng=rng(), particles=500)
    assert (
        probability(
            anyone, Future(), instrument="gad7", outcome=Outcome.RELAPSE, day=60.0, rng=rng()
        )
        is None
    )


@pytest.mark.parametrize("days", [[], [31.0, 40.0], [40.0, 40.0], [float("nan")]])
def test_impossible_days_are_refused(believed, days):
    with pytest.raises(InputError, match="days"):
        forecast(believed, Future(), "gad7", days, rng=rng())


def test_future_dose_before_now_is_refused(believed):
    with pytest.raises(InputError, match="before now"):
        forecast(believed, Future(doses=((20.0, 0.5, 40.0),)), "gad7", DAYS, rng=rng())


def test_unknown_instrument_is_refused_with_the_known_ones(believed):
    with pytest.raises(InputError, match="gad7, hama, phq9"):
        forecast(believed, Future(), "bdi", DAYS, rng=rng())
