"""What the model expects of an arm, against arithmetic on people whose traits are all the same."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from ketacare.core.errors import KnowledgeError
from ketacare.core.response import Dose, Setting, TraitName
from ketacare.core.sources import Sourced
from ketacare.core.trials import Arm, Draws, Measured, Observed, Symptoms, expected_outcomes
from ketacare.core.units import Quantity


def number(value, unit="1"):
    return Sourced(quantity=Quantity(value, unit), source="project", locus="test")


def observed(measured, day, **more):
    unit = "point" if measured is Measured.CHANGE else "1"
    return Observed(measured=measured, day=day, value=number(0.5, unit), **more)


def arm(*outcomes):
    return Arm(
        id="one",
        n=20,
        setting=Setting.BLINDED,
        symptoms=Symptoms.ANXIETY,
        instrument="HAM-A",
        entry_mean=number(24.0, "point"),
        entry_sd=number(6.0, "point"),
        error=number(2.0, "point"),
        doses=(Dose(day=0.0, mg_per_kg=0.5),),
        outcomes=outcomes,
    )


@pytest.fixture
def clones(prior):
    """Return the prior with hardly any spread, and draws of people who are all median."""
    tiny = {
        t.name: replace(t, spread=replace(t.spread, quantity=Quantity(1e-9, "1")))
        for t in prior.traits
    }
    medians = {
        TraitName.RESPONSIVENESS: 0.5,
        TraitName.DRIFT: 1e-9,
        TraitName.KAPPA: 1e-9,
        TraitName.NONSPECIFIC_FAST: 1e-9,
        TraitName.NONSPECIFIC_SLOW: 1e-9,
        TraitName.PERI_DOSE: 1e-9,
        TraitName.TAU_FAST: 6.5,
    }
    for name, value in medians.items():
        old = tiny[name]
        tiny[name] = replace(
            old, median=replace(old.median, quantity=Quantity(value, old.median.unit))
        )
    return prior.with_traits(tiny)


def ask(prior, an_arm):
    n = 4
    draws = Draws.of(prior, an_arm, n=n, rng=np.random.default_rng(1))
    same = replace(draws, z=np.zeros_like(draws.z), entry=np.zeros(n))
    return expected_outcomes(prior, an_arm, same)


# One dose: x(6.5 d) = 0.5/e = 0.18394. Entry 24 points for everybody.
X = 0.5 / np.e


def test_change_effect_and_improvement_are_one_thing_in_three_units(clones):
    found = ask(
        clones,
        arm(
            observed(Measured.CHANGE, 6.5),
            observed(Measured.EFFECT, 6.5),
            observed(Measured.IMPROVEMENT, 6.5),
        ),
    )
    np.testing.assert_allclose(found, [24 * X, 24 * X / 6, X], rtol=1e-6)


def test_response_counts_both_errors(clones):
    # later + e1 <= 0.5·(24 + e0): gap 12 - 24(1 - x), SD 2·sqrt(1 + 0.25)
    expected = norm.cdf((12 - 24 * (1 - X)) / (2 * np.sqrt(1.25)))
    assert ask(clones, arm(observed(Measured.RESPONSE, 6.5)))[0] == pytest.approx(
        expected, rel=1e-5
    )


def test_remission_counts_the_cut_off_itself(clones):
    # score <= 20 means reading below 20.5
    expected = norm.cdf((20.5 - 24 * (1 - X)) / 2)
    found = ask(clones, arm(observed(Measured.REMISSION, 6.5, cutoff=20.0)))
    assert found[0] == pytest.approx(expected, rel=1e-5)


def test_retained_is_the_ratio_of_drug_effects(clones):
    # exp(-6/6.5) from day 1 to day 7
    found = ask(clones, arm(observed(Measured.RETAINED, 7.0, from_day=1.0)))
    assert found[0] == pytest.approx(np.exp(-6 / 6.5), rel=1e-5)


def test_everyone_relapses_when_nothing_is_left(clones):
    # 90 days after one dose x is 0.5·exp(-90/6.5), nothing: every rating is near 24 of 24.
    found = ask(clones, arm(observed(Measured.RELAPSED, 90.0, from_day=1.0, threshold=0.4)))
    assert found[0] == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(
    "measured", [Measured.RELAPSED, Measured.LOG_ODDS_RATIO, Measured.RETAINED]
)
def test_outcome_between_two_days_needs_the_first(measured):
    assert observed(measured, 7.0, from_day=1.0).from_day == 1.0
    with pytest.raises(KnowledgeError, match="from_day"):
        observed(measured, 7.0)


def test_share_above_one_is_refused():
    with pytest.raises(KnowledgeError, match="between 0 and 1"):
        Observed(measured=Measured.RESPONSE, day=1.0, value=number(70.8))
