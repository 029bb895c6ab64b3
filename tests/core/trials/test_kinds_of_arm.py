"""Arms unlike the usual: scales that do not end at 0, responders randomised, times to relapse."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from ketacare.core.errors import KnowledgeError
from ketacare.core.response import Dose, Setting, TraitName
from ketacare.core.sources import Sourced
from ketacare.core.trials import (
    Arm,
    Draws,
    Measured,
    Observed,
    Reading,
    Role,
    Study,
    Symptoms,
    expected_outcomes,
    predict,
)
from ketacare.core.units import Quantity
from ketacare.knowledge.load import load_studies


def number(value, unit="1"):
    return Sourced(quantity=Quantity(value, unit), source="project", locus="test")


def observed(measured, day, *, value=0.5, **more):
    return Observed(measured=measured, day=day, value=number(value, measured.unit), **more)


def arm(*outcomes, entry=24.0, **more):
    given = {
        "id": "one",
        "n": 20,
        "setting": Setting.BLINDED,
        "symptoms": Symptoms.ANXIETY,
        "instrument": "any",
        "entry_mean": number(entry, "point"),
        "entry_sd": number(6.0, "point"),
        "error": number(2.0, "point"),
        "doses": (Dose(day=0.0, mg_per_kg=0.5),),
        "outcomes": outcomes,
    }
    return Arm(**(given | more))


@pytest.fixture
def clones(prior):
    """Return the prior with hardly any spread: everybody keeps 0.5·exp(-t/6.5) of improvement."""
    medians = {
        TraitName.RESPONSIVENESS: 0.5,
        TraitName.DRIFT: 1e-9,
        TraitName.KAPPA: 1e-9,
        TraitName.NONSPECIFIC_FAST: 1e-9,
        TraitName.NONSPECIFIC_SLOW: 1e-9,
        TraitName.PERI_DOSE: 1e-9,
        TraitName.TAU_FAST: 6.5,
    }
    changed = {}
    for trait in prior.traits:
        tiny = replace(trait, spread=replace(trait.spread, quantity=Quantity(1e-9, "1")))
        if trait.name in medians:
            value = Quantity(medians[trait.name], trait.unit)
            tiny = replace(tiny, median=replace(tiny.median, quantity=value))
        changed[trait.name] = tiny
    return prior.with_traits(changed)


def ask(prior, an_arm, n=4):
    draws = Draws.of(prior, an_arm, n=n, rng=np.random.default_rng(1))
    same = replace(draws, z=np.zeros_like(draws.z), entry=np.zeros(n))
    return expected_outcomes(prior, an_arm, same)


X = 0.5 / np.e  # improvement on day 6.5


def test_a_scale_that_starts_at_20_improves_only_above_it(clones):
    # Entry 55 of a scale from 20: 35 points to lose, of which X are lost by day 6.5.
    found = ask(
        clones,
        arm(
            observed(Measured.CHANGE, 6.5),
            observed(Measured.MEAN, 6.5),
            observed(Measured.RESPONSE, 6.5, threshold=0.2),
            entry=55.0,
            best=20.0,
        ),
    )
    later = 20 + 35 * (1 - X)
    # 20 % of the whole score: later + e1 <= 0.8·(55 + e0)
    share = norm.cdf((0.8 * 55 - later) / (2 * np.sqrt(1 + 0.64)))
    np.testing.assert_allclose(found, [35 * X, later, share], rtol=1e-5)


def test_a_scale_on_which_more_is_better_improves_upwards(clones):
    # Well-being 30 of 100: 70 points away from well. Remission at 36 or more counts the 36 itself.
    found = ask(
        clones,
        arm(
            observed(Measured.CHANGE, 6.5),
            observed(Measured.MEAN, 6.5),
            observed(Measured.REMISSION, 6.5, cutoff=36.0),
            entry=30.0,
            best=100.0,
        ),
    )
    later = 30 + 70 * X
    share = norm.cdf((later - 35.5) / 2)
    np.testing.assert_allclose(found, [70 * X, later, share], rtol=1e-5)


def test_a_best_score_equal_to_the_entry_is_refused():
    with pytest.raises(KnowledgeError, match="the score that means no symptoms"):
        arm(observed(Measured.MEAN, 7.0), entry=20.0, best=20.0)


def test_responders_who_are_randomised_are_better_than_everybody(prior):
    outcome = observed(Measured.MEAN, 14.0)
    everyone, responders = arm(outcome), arm(outcome, responders_on=7.0)
    draws = Draws.of(prior, everyone, n=400, rng=np.random.default_rng(1))
    group = prior.one_group()
    means = [expected_outcomes(group, a, draws)[0] for a in (everyone, responders)]
    assert means[1] < means[0] - 3.0  # of 24 points


def test_responders_of_that_day_are_not_selected_twice(prior):
    by_arm = arm(observed(Measured.KEPT, 14.0, from_day=7.0), responders_on=7.0)
    by_outcome = arm(observed(Measured.KEPT, 14.0, from_day=7.0))
    draws = Draws.of(prior, by_arm, n=200, rng=np.random.default_rng(1))
    found = [expected_outcomes(prior.one_group(), a, draws)[0] for a in (by_arm, by_outcome)]
    assert found[0] == pytest.approx(found[1])


def test_median_time_is_where_half_have_relapsed(prior):
    # The same people and ratings: the share relapsed by the median day must be half.
    until = observed(Measured.MEDIAN_DAYS, 84.0, value=30.0, from_day=1.0, threshold=0.4)
    draws = Draws.of(prior, arm(until), n=2000, rng=np.random.default_rng(1))
    median = expected_outcomes(prior.one_group(), arm(until), draws)[0]
    # Ratings every 83 / 12 days; around the median, shares on the two sides of half.
    step = 83.0 / 12
    before, after = (1.0 + step * k for k in (median // step, median // step + 1))
    shares = []
    for day in (before, after):
        one = observed(Measured.RELAPSED, day, from_day=1.0, threshold=0.4)
        part = replace(draws, walk=draws.walk, error=draws.error)
        shares.append(expected_outcomes(prior.one_group(), arm(one), part)[0])
    assert shares[0] <= 0.5 <= shares[1]


def test_a_median_that_is_not_reached_is_the_follow_up(clones):
    # Improvement of 0.5·exp(-3/6.5) on day 3 is 32 %: above a limit of 10 % nobody relapses so soon.
    until = observed(Measured.MEDIAN_DAYS, 4.0, value=3.0, from_day=1.0, threshold=0.05)
    assert ask(clones, arm(until, error=number(1e-6, "point")))[0] == pytest.approx(3.0)


def test_leavers_who_fail_take_their_share_from_the_response(clones):
    doses = (Dose(day=0.0, mg_per_kg=0.5), Dose(day=6.5, mg_per_kg=0.0))
    asked = {"error": number(1e-6, "point"), "doses": doses}
    # On day 6.5 all are improved by 18 %: nobody by half, and everybody by 10 %.
    stayed, counted, left = ask(
        clones,
        arm(
            observed(Measured.RESPONSE, 6.5, threshold=0.1),
            observed(Measured.RESPONSE, 6.5, threshold=0.1, leavers_fail=True),
            observed(Measured.STOPPED, 6.5, threshold=0.1),
            **asked,
        ),
    )
    assert stayed == pytest.approx(1.0)
    # Before the second visit 1/(1 + exp(3.2)) = 3.92 % of those who respond have left.
    assert left == pytest.approx(0.0392, abs=1e-4)
    assert counted == pytest.approx(1.0 - 0.0392, abs=1e-4)


def test_leavers_of_a_mean_are_refused():
    with pytest.raises(KnowledgeError, match="leave leavers_fail out"):
        observed(Measured.MEAN, 7.0, leavers_fail=True)


def test_few_followed_make_a_wider_interval_than_all(prior):
    many = arm(observed(Measured.RELAPSED, 42.0, from_day=14.0), n=400)
    few = arm(observed(Measured.RELAPSED, 42.0, from_day=14.0, people=6), n=400)
    wide = {}
    for name, one in (("many", many), ("few", few)):
        study = Study(
            provenance=load_studies("calibration")[0].provenance,
            role=Role.VALIDATION,
            reading=Reading.READ,
            population="test",
            arms=(one,),
        )
        found = predict(prior, study, rng=np.random.default_rng(1), groups=60, n=100)[0]
        wide[name] = found.high - found.low
        assert 0.0 <= found.low <= found.high <= 1.0
    assert wide["few"] > wide["many"]


def test_a_rounded_share_of_the_last_person_inside_is_inside(prior):
    # 10 of 15 is published as 0.67; an interval that ends at 10 of 15 holds it.
    study = next(s for s in load_studies("calibration") if s.id == "feder_2021")
    found = predict(prior, study, rng=np.random.default_rng(1), groups=40, n=60)
    response = next(p for p in found if p.measured is Measured.RESPONSE)
    assert replace(response, high=10 / 15, observed=0.67).inside
    assert not replace(response, high=10 / 15, observed=11 / 15).inside
