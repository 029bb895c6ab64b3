"""Chances by date, time to relapse and the value of asking, on people whose traits are known."""

import numpy as np
import pytest

from ketacare.core.errors import InputError
from ketacare.core.response import (
    Course,
    Dose,
    Future,
    Outcome,
    Rating,
    chances,
    dropout_probability,
    probability,
    relapse_forecast,
    update,
    value_of_asking,
)

SIX = tuple(Dose(day=7.0 + d, mg_per_kg=0.5) for d in (0, 3, 7, 10, 14, 17))


def course(totals, instrument="gad7"):
    days = (0.0, 6.5, 8.5, 14.0, 21.0, 26.0)
    ratings = tuple(
        Rating(day=d, instrument=instrument, total=t) for d, t in zip(days, totals, strict=True)
    )
    return Course(doses=SIX, ratings=ratings, now_day=27.0)


def rng(seed=3):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def better(prior):
    return update(prior, course((16, 17, 7, 5, 4, 5)), rng=rng(), particles=800)


@pytest.fixture(scope="module")
def same(prior):
    return update(prior, course((16, 17, 16, 17, 16, 16)), rng=rng(), particles=800)


def test_chances_on_one_day_are_those_of_the_single_question(better):
    found = chances(better, Future(), "gad7", [40.0], rng=rng(9))
    for outcome, value in (
        (Outcome.RESPONSE, found.response[0]),
        (Outcome.REMISSION, found.remission[0]),
    ):
        asked = probability(
            better, Future(), instrument="gad7", outcome=outcome, day=40.0, rng=rng(9)
        )
        assert value == pytest.approx(asked, abs=1e-12)


def test_having_ever_responded_never_becomes_less_likely(better):
    found = chances(better, Future(), "gad7", [28.0, 35.0, 60.0, 120.0], rng=rng())
    assert (np.diff(found.ever_response) >= 0).all()
    assert (found.ever_response >= found.response - 1e-12).all()


def test_further_doses_put_relapse_off(better):
    without = relapse_forecast(better, "gad7", rng=rng())
    weekly = Future(doses=tuple((28.0 + 7.0 * k, 0.5, 40.0) for k in range(12)))
    with_them = relapse_forecast(better, "gad7", rng=rng(), future=weekly)
    at = int(np.searchsorted(without.days, 70.0))
    assert with_them.by_day[at] < without.by_day[at]
    assert (np.diff(without.by_day) >= 0).all()
    assert without.earliest <= (without.median or np.inf)


def test_relapse_cannot_be_told_of_someone_who_is_not_better(same):
    found = relapse_forecast(same, "gad7", rng=rng())
    assert found.by_day is None
    assert "cannot be told" in found.sentence


def test_a_horizon_of_two_weeks_is_refused(better):
    with pytest.raises(InputError, match="21 to 730"):
        relapse_forecast(better, "gad7", rng=rng(), horizon=14.0)


def test_what_is_expected_after_asking_is_what_is_believed_now(better):
    # Law of total expectation: the mean over answers of what would be believed is what is believed.
    found = value_of_asking(better, "gad7", day=34.0)
    assert found.chance.sum() == pytest.approx(1.0)
    assert found.chance @ found.severity == pytest.approx(found.severity_now, abs=0.01)
    assert found.chance @ found.improved == pytest.approx(found.improved_now, abs=0.002)
    assert 0 < found.learned < 1
    assert found.severity[4] < found.severity[12]


def test_asking_the_past_is_refused(better):
    assert value_of_asking(better, "gad7", day=27.0).day == 27.0
    with pytest.raises(InputError, match="before now"):
        value_of_asking(better, "gad7", day=26.0)


def test_who_does_not_improve_leaves_more_often(prior):
    # 1/(1 + exp(3.2)) = 0.0392 improved, 1/(1 + exp(2.0)) = 0.1192 not, 1/(1 + exp(1.5)) after an
    # adverse event = 0.1824
    assert dropout_probability(prior, improved=True) == pytest.approx(0.0392, abs=1e-4)
    assert dropout_probability(prior, improved=False) == pytest.approx(0.1192, abs=1e-4)
    assert dropout_probability(prior, improved=False, adverse=True) == pytest.approx(
        0.1824, abs=1e-4
    )
