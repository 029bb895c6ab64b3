"""The longitudinal model against closed forms and its own truths. Numbers are algebra, not output."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from ketacare.core.errors import InputError
from ketacare.core.response import Dose, Setting, TraitName, dose_effect, relief
from ketacare.core.response.dynamics import advance

DAYS = np.array([0.5, 1.0, 3.0, 7.0, 14.0, 30.0, 60.0])


def one(prior, doses, days=DAYS, therapy_days=(), setting=Setting.OPEN, z=None):
    people = prior.people(np.zeros((1, len(TraitName))) if z is None else z)
    return relief(prior, people, doses=doses, therapy_days=therapy_days, days=days, setting=setting)


def ensemble(prior, seed=3, n=200):
    return prior.people(prior.draw(n, rng=np.random.default_rng(seed)))


def test_dose_effect_is_one_at_half_a_milligram_per_kilogram():
    np.testing.assert_allclose(dose_effect(0.5, np.array([0.07, 0.22, 0.6])), 1.0, rtol=1e-14)


def test_dose_effect_at_other_doses_follows_the_hill_formula():
    # ED50 0.25: E(0.25) = (0.25/0.5)·(0.75/0.5) = 0.75; E(1) = (1/1.25)·1.5 = 1.2; E(0) = 0
    ed50 = np.array([0.25])
    assert dose_effect(0.25, ed50)[0] == pytest.approx(0.75)
    assert dose_effect(1.0, ed50)[0] == pytest.approx(1.2)
    assert dose_effect(0.0, ed50)[0] == 0.0


def test_fast_relief_of_one_dose_decays_with_its_time_constant(with_medians):
    # F(t) = r·E(0.5)·exp(-t/tau) = 0.6·exp(-t/6.5): at 6.5 d it is 0.6/e = 0.22073
    prior = with_medians(responsiveness=0.6, tau_fast=6.5)
    parts = one(prior, [Dose(day=0, mg_per_kg=0.5)], days=np.array([0.0, 6.5, 13.0]))
    # A time equal to that of the dose is before it.
    np.testing.assert_allclose(parts.fast[0], [0.0, 0.6 / np.e, 0.6 / np.e**2], rtol=1e-12)


def test_second_dose_gains_a_share_of_what_is_left(with_medians):
    # r = 0.5, hardly any fading or consolidation or tolerance in between: 0.5 + 0.5·(1 - 0.5) = 0.75
    prior = with_medians(responsiveness=0.5, tau_fast=1e6, kappa=1e-12, tolerance=1e-12)
    doses = [Dose(day=0, mg_per_kg=0.5), Dose(day=1, mg_per_kg=0.5)]
    parts = one(prior, doses, days=np.array([1.5]))
    assert parts.fast[0, 0] == pytest.approx(0.75, abs=1e-5)


def test_consolidated_relief_decays_alone_with_its_time_constant():
    # F = 0: S(t) = S0·exp(-t/65); at 65 d S0/e
    zero, start = np.zeros(1), np.array([0.4])
    fast, slow = advance(
        zero, start, 65.0, np.array([1 / 6.5]), np.array([0.01]), np.array([1 / 65])
    )
    assert slow[0] == pytest.approx(0.4 / np.e, rel=1e-12)
    assert fast[0] == 0.0


def test_advance_agrees_with_a_numerical_solution():
    fading, kappa, loss = 1 / 5.0, 0.05, 1 / 40.0
    solution = solve_ivp(
        lambda _, y: [-y[0] * fading, kappa * y[0] * (1 - y[1]) - y[1] * loss],
        (0, 25),
        [0.9, 0.2],
        rtol=1e-11,
        atol=1e-13,
    ).y[:, -1]
    got = advance(
        np.array([0.9]),
        np.array([0.2]),
        25.0,
        np.array([fading]),
        np.array([kappa]),
        np.array([loss]),
    )
    # The series stops at 1e-7.
    np.testing.assert_allclose([got[0][0], got[1][0]], solution, atol=5e-7)


def test_result_does_not_depend_on_where_it_is_asked(prior):
    people = ensemble(prior)
    doses = [Dose(day=d, mg_per_kg=0.5) for d in (0.0, 3.0, 9.0)]
    coarse = relief(prior, people, doses=doses, therapy_days=(4.5,), days=np.array([50.0]))
    fine = relief(prior, people, doses=doses, therapy_days=(4.5,), days=np.linspace(0, 50, 101))
    np.testing.assert_allclose(coarse.drug[:, -1], fine.drug[:, -1], atol=1e-6)


def test_without_a_dose_only_the_non_specific_part_moves(prior):
    parts = one(prior, [])
    assert not parts.fast.any()
    assert not parts.consolidated.any()
    assert not parts.peri_dose.any()
    # P(t) = 0.15·(1 - exp(-t/28)): the medians and constant of prior_reference
    np.testing.assert_allclose(parts.nonspecific[0], 0.15 * (1 - np.exp(-DAYS / 28)), rtol=1e-12)


def test_inert_dose_starts_expectancy_and_nothing_else(prior):
    blinded = one(prior, [Dose(day=0, mg_per_kg=0.0)], setting=Setting.BLINDED)
    opened = one(prior, [Dose(day=0, mg_per_kg=0.0)], setting=Setting.OPEN)
    none = one(prior, [])
    assert not blinded.drug.any()
    # 0.12·(1 - exp(-t/1)) beyond the slow part, and 1.5 times that when people can tell
    gain = 0.12 * (1 - np.exp(-DAYS))
    np.testing.assert_allclose((blinded.nonspecific - none.nonspecific)[0], gain, rtol=1e-9)
    np.testing.assert_allclose((opened.nonspecific - none.nonspecific)[0], 1.5 * gain, rtol=1e-9)


def test_peri_dose_relief_is_gone_after_a_day_and_kept_apart(with_medians):
    # a = 0.25, tau 6 h: after 6 h 0.25/e; after 48 h 0.25·exp(-8) = 0.00008
    prior = with_medians(peri_dose=0.25, tau_peri_dose=6.0)
    parts = one(prior, [Dose(day=0, mg_per_kg=0.5)], days=np.array([0.25, 2.0]))
    np.testing.assert_allclose(parts.peri_dose[0], [0.25 / np.e, 0.25 * np.exp(-8)], rtol=1e-12)
    assert (parts.total(peri_dose=False) < parts.total(peri_dose=True)).all()


@settings(max_examples=25, deadline=None)
@given(
    days=st.lists(st.floats(0, 120), min_size=1, max_size=8),
    mg=st.floats(0, 3),
    therapy=st.lists(st.floats(0, 130), max_size=4),
)
def test_improvement_stays_between_nothing_and_all(prior, days, mg, therapy):
    parts = relief(
        prior,
        ensemble(prior, n=50),
        doses=[Dose(day=d, mg_per_kg=mg) for d in days],
        therapy_days=therapy,
        days=np.linspace(0, 200, 41),
    )
    for array in (parts.fast, parts.consolidated, parts.drug, parts.nonspecific, parts.peri_dose):
        assert (array >= 0).all()
        assert (array <= 1 + 1e-9).all()
    x = parts.total(peri_dose=True)
    assert ((x >= 0) & (x <= 1)).all()


@settings(max_examples=25, deadline=None)
@given(low=st.floats(0, 1.5), more=st.floats(0.01, 1.5), gap=st.floats(0.5, 20))
def test_more_drug_never_means_less_drug_relief(prior, low, more, gap):
    people = ensemble(prior, n=50)
    days = np.linspace(0, 60, 25)

    def drug(second):
        doses = [Dose(day=0, mg_per_kg=0.5), Dose(day=gap, mg_per_kg=second)]
        return relief(prior, people, doses=doses, therapy_days=(), days=days).drug

    assert (drug(low + more) >= drug(low) - 1e-9).all()


@settings(max_examples=25, deadline=None)
@given(therapy=st.lists(st.floats(0, 40), min_size=1, max_size=5))
def test_therapy_never_speeds_the_loss(prior, therapy):
    people = ensemble(prior, n=50)
    doses = [Dose(day=d, mg_per_kg=0.5) for d in (0, 3, 7, 10)]
    days = np.linspace(0, 120, 25)
    with_it = relief(prior, people, doses=doses, therapy_days=therapy, days=days).drug
    without = relief(prior, people, doses=doses, therapy_days=(), days=days).drug
    assert (with_it >= without - 1e-9).all()


def test_therapy_in_the_window_holds_and_outside_does_nothing(prior):
    doses = [Dose(day=0, mg_per_kg=0.5)]
    without = one(prior, doses).drug
    np.testing.assert_array_equal(one(prior, doses, therapy_days=(0.5,)).drug, without)
    np.testing.assert_array_equal(one(prior, doses, therapy_days=(5.5,)).drug, without)
    assert (one(prior, doses, therapy_days=(2.0,)).drug[0, 3:] > without[0, 3:]).all()


def test_benzodiazepine_damps_the_gain(with_medians):
    # r·exp(-0.03·10) = 0.6·0.74082 = 0.44449 right after the dose
    prior = with_medians(responsiveness=0.6, benzodiazepine=0.03, tau_fast=6.5)
    parts = one(prior, [Dose(day=0, mg_per_kg=0.5, diazepam_mg_per_day=10.0)], days=np.array([6.5]))
    assert parts.fast[0, 0] == pytest.approx(0.6 * np.exp(-0.3) / np.e, rel=1e-9)


def test_a_negative_dose_is_refused():
    with pytest.raises(InputError, match="mg/kg"):
        Dose(day=0, mg_per_kg=-0.5)
