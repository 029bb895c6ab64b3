"""What scores teach: no data is the prior, data narrow, order does not matter, ranks are uniform."""

import numpy as np
import pytest

from ketacare.core.errors import InputError
from ketacare.core.response import (
    Course,
    Dose,
    PosteriorStatus,
    Rating,
    TraitName,
    update,
)
from ketacare.core.response.ensemble import Ensemble

SIX = tuple(Dose(day=7.0 + d, mg_per_kg=0.5, minutes=40) for d in (0, 3, 7, 10, 14, 17))
VISITS = (0.0, 6.5, 8.5, 10.0, 14.0, 17.0, 21.0, 24.0, 31.0)


def course(totals, days=VISITS, instrument="gad7", now=32.0):
    ratings = tuple(
        Rating(day=d, instrument=instrument, total=t) for d, t in zip(days, totals, strict=True)
    )
    return Course(doses=SIX, ratings=ratings, now_day=now)


RESPONDER = course((16, 17, 7, 8, 6, 5, 5, 4, 5))
UNMOVED = course((16, 17, 16, 15, 16, 17, 15, 16, 16))


def posterior(prior, of, seed=1, particles=1000):
    return update(prior, of, rng=np.random.default_rng(seed), particles=particles)


def test_no_data_is_the_prior(prior):
    found = posterior(prior, Course(), particles=4000)
    assert found.status is PosteriorStatus.PRIOR_ONLY
    assert found.effective_size == pytest.approx(4000)
    # The median trait of a draw is the file's median; 4000 draws place it within 4 standard errors
    # of 1.25/sqrt(4000) SD, 0.08 SD; tau_fast has SD 0.457 on the log scale.
    assert np.log(found.quantile(TraitName.TAU_FAST, 0.5) / 6.5) == pytest.approx(0, abs=0.04)


def test_same_seed_same_posterior(prior):
    first, again = posterior(prior, RESPONDER), posterior(prior, RESPONDER)
    np.testing.assert_array_equal(first.z, again.z)
    np.testing.assert_array_equal(first.weights, again.weights)
    assert first.seed == "1"


def test_order_of_writing_down_does_not_matter(prior):
    same_time = (
        Rating(day=0.0, instrument="gad7", total=15),
        Rating(day=0.0, instrument="phq9", total=12),
        Rating(day=0.0, instrument="hama", total=25),
        Rating(day=9.0, instrument="gad7", total=8),
    )
    one = posterior(prior, Course(doses=SIX, ratings=same_time, now_day=30))
    other = posterior(
        prior, Course(doses=tuple(reversed(SIX)), ratings=tuple(reversed(same_time)), now_day=30)
    )
    np.testing.assert_array_equal(one.z, other.z)
    np.testing.assert_array_equal(one.weights, other.weights)


def test_responder_and_unmoved_are_told_apart(prior):
    better, same = posterior(prior, RESPONDER), posterior(prior, UNMOVED)
    name = TraitName.RESPONSIVENESS
    # Two thirds better throughout, against nothing after five doses.
    assert better.quantile(name, 0.5) > same.quantile(name, 0.95)
    assert better.quantile(name, 0.1) > same.quantile(name, 0.5)


def test_informative_scores_narrow_the_set_point(prior):
    before = posterior(prior, Course())
    weekly = course((14,) * 10, days=tuple(7.0 * k for k in range(10)), now=64.0)
    after = posterior(prior, Course(ratings=weekly.ratings, now_day=64.0))

    def width(of):
        return of.quantile(TraitName.SET_POINT, 0.9) - of.quantile(TraitName.SET_POINT, 0.1)

    assert width(after) < 0.6 * width(before)
    # Ten times 14 with an error of 2: the first rating alone places the set point (before any
    # non-specific gain) within a few points of 14.
    low, high = (after.quantile(TraitName.SET_POINT, q) for q in (0.05, 0.95))
    assert low < 15 < high


def test_relief_an_hour_after_a_dose_teaches_less_about_lasting_relief(prior):
    # Ten points better one hour after the dose may be the peri-dose effect; the same ten points
    # two days later cannot.
    def learned(day):
        totals, days = (16, 16, 6), (0.0, 6.5, day)
        one_dose = Course(doses=SIX[:1], ratings=course(totals, days=days).ratings, now_day=32.0)
        return posterior(prior, one_dose).mean(TraitName.RESPONSIVENESS)

    assert learned(7.0 + 1 / 24) < learned(9.0)


def test_instrument_unknown_to_the_prior_is_counted_not_used(prior):
    extra = Course(ratings=(Rating(day=0.0, instrument="isi", total=20),), now_day=1)
    found = posterior(prior, extra)
    assert (found.scores_used, found.scores_skipped) == (0, 1)


def test_total_outside_the_instrument_is_refused(prior):
    with pytest.raises(InputError, match="22 on day 0"):
        posterior(prior, course((22,), days=(0.0,)))
    assert posterior(prior, course((21,), days=(0.0,))).scores_used == 1


def test_entry_after_now_is_refused():
    with pytest.raises(InputError, match="after now"):
        Course(ratings=(Rating(day=5.0, instrument="gad7", total=9),), now_day=4.0)


def test_rejuvenation_agrees_with_plain_importance_sampling(prior):
    # Two ways to the same posterior: 60 000 weighted draws without any move, and 2000 moved ones.
    few = course((16, 8, 7), days=(0.0, 8.5, 12.0))
    moved = posterior(prior, few, particles=2000)
    plain = Ensemble(prior, few, few.ratings, prior.draw(60_000, rng=np.random.default_rng(8)))
    for index in range(3):
        plain.absorb(index)
    weights = np.exp(plain.log_likelihood - plain.log_likelihood.max())
    weights /= weights.sum()
    for name, sd in ((TraitName.SET_POINT, 1.5), (TraitName.RESPONSIVENESS, 0.2)):
        # Posterior SDs are about 1.5 points and 0.2; 2000 particles with an effective size of
        # several hundred give 4 standard errors of about 0.2 SD.
        assert moved.mean(name) == pytest.approx(float(weights @ plain.people[name]), abs=0.2 * sd)
