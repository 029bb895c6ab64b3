"""The prior of people, of groups and of diagnoses: which spread means what."""

from dataclasses import replace

import numpy as np
import pytest

from ketacare.core.errors import InputError, KnowledgeError
from ketacare.core.response import (
    Dose,
    Rater,
    TraitName,
    drift_slope,
    expected_reading,
    expected_readings,
    lagged,
    population,
    relief,
)
from ketacare.core.units import Quantity

DAYS = np.array([1.0, 7.0, 14.0, 30.0, 60.0])
ONE = (Dose(day=0.0, mg_per_kg=0.5),)


def test_one_person_differs_by_both_spreads_and_a_group_by_its_own(prior):
    # 0.457 between people and 0.3 between groups: sqrt(0.457^2 + 0.3^2) = 0.5467 for one person
    trait = prior.trait(TraitName.TAU_FAST)
    assert trait.sd == pytest.approx(0.5467, abs=1e-4)
    assert prior.one_group().trait(TraitName.TAU_FAST).sd == pytest.approx(0.457)


def test_groups_drawn_from_the_shared_spread_scatter_by_it(prior):
    rng = np.random.default_rng(1)
    medians = [prior.one_group(rng=rng).trait(TraitName.TAU_FAST).median.value for _ in range(400)]
    # The SD of 400 normal numbers has an error of 3.5 %; four of them.
    assert np.log(medians).std() == pytest.approx(0.3, rel=0.14)


def test_panic_is_borrowed_and_wider_and_obsession_expected_less(prior):
    name = TraitName.RESPONSIVENESS
    plain, panic = prior.for_diagnosis("F41.1"), prior.for_diagnosis("f41.0")
    assert plain is prior
    assert panic.trait(name).sd == pytest.approx(1.5 * prior.trait(name).sd)
    assert panic.trait(TraitName.SET_POINT) == prior.trait(TraitName.SET_POINT)
    # logit(0.45) - 1.5 = -1.7007, so the odds are 0.1826 and the median 0.1544
    obsessive = prior.for_diagnosis("F42.2")
    assert obsessive.trait(name).median.value == pytest.approx(0.1544, abs=1e-3)
    # logit(0.12) - 0.8 = -2.7924, so the odds are 0.0613 and the median 0.0577
    without = obsessive.trait(TraitName.NONSPECIFIC_FAST)
    assert without.median.value == pytest.approx(0.0577, abs=1e-3)
    assert "No study" in prior.indication("F40.01").sentence
    ahead = population(prior, rng=np.random.default_rng(1), particles=50, diagnosis="F41.0")
    assert ahead.prior.trait(name).sd == panic.trait(name).sd


def test_trials_that_contradict_each_other_make_groups_differ_not_people(prior):
    name = TraitName.RESPONSIVENESS
    plain, trauma = prior.trait(name), prior.for_diagnosis("F43.1").trait(name)
    # 1.3 times the shared 0.7, and 1.5 besides: sqrt(0.91^2 + 1.5^2) = 1.754
    assert trauma.shared_sd == pytest.approx(1.754, abs=1e-3)
    assert trauma.spread.value == pytest.approx(1.3 * plain.spread.value)
    # Once the group is drawn, nothing of it is left to people.
    assert prior.for_diagnosis("F43.1").one_group().trait(name).shared is None


def test_what_a_route_is_worth_differs_between_groups_and_by_vein_it_does_not(prior):
    groups = [prior.one_group(rng=np.random.default_rng(k)) for k in range(400)]
    oral = np.log([g.routes["oral"].value / prior.routes["oral"].value for g in groups])
    # The SD of 400 draws has a standard error of 0.45 / sqrt(800) = 0.016.
    assert oral.std() == pytest.approx(0.45, abs=0.06)
    assert {g.routes["intravenous"].value for g in groups} == {1.0}
    assert prior.one_group().routes == prior.routes


def test_the_spread_of_a_route_nobody_knows_is_refused(prior):
    with pytest.raises(KnowledgeError, match="route_spreads has rectal"):
        replace(prior, route_spreads={"rectal": prior.route_spreads["oral"]})


def test_evidence_that_would_narrow_is_refused(prior):
    first = prior.indications[0]
    with pytest.raises(KnowledgeError, match="never narrower"):
        replace(first, widening=replace(first.widening, quantity=Quantity(0.5, "1")))


def test_instrument_without_an_error_model_is_named(prior):
    assert prior.view("gad7").instrument == "gad7"
    with pytest.raises(InputError, match="no error model"):
        prior.view("pdss_sr")


def test_a_view_without_error_is_refused(prior):
    view = prior.view("gad7")
    with pytest.raises(KnowledgeError, match="above zero"):
        replace(view, error=replace(view.error, quantity=Quantity(0.0, "point")))


def test_larger_doses_fade_more_slowly(prior):
    people = prior.people(np.zeros((1, len(TraitName))))
    # theta 0.2: 1 mg/kg fades with 6.5·2^0.2 = 7.466 d, so from day 7 to 14 F keeps exp(-7/7.466)
    for mg, tau in ((0.5, 6.5), (1.0, 6.5 * 2**0.2)):
        dose = Dose(day=0.0, mg_per_kg=mg)
        fast = relief(prior, people, doses=(dose,), therapy_days=(), days=DAYS).fast[0]
        assert fast[2] / fast[1] == pytest.approx(np.exp(-7 / tau), rel=1e-9)


def test_function_follows_symptoms_with_its_lag(prior):
    # Against a fine trapezoidal convolution of the same relief: 0.74·L + 0.26·x, tau_W 21 d.
    people = prior.people(np.zeros((1, len(TraitName))))
    grid = np.linspace(0.0, 60.0, 60_001)
    x = relief(prior, people, doses=ONE, therapy_days=(), days=grid).drug[0]
    for day in (7.0, 30.0, 60.0):
        upto = grid <= day + 1e-9
        kernel = np.exp(-(day - grid[upto]) / 21.0) / 21.0
        level = np.trapezoid(kernel * x[upto], grid[upto])
        found = lagged(prior, people, doses=ONE, therapy_days=(), days=np.array([day])).drug[0, 0]
        assert found == pytest.approx(0.74 * level + 0.26 * x[upto][-1], abs=2e-3)


def test_well_being_counts_the_other_way(prior):
    people = prior.people(np.zeros((1, len(TraitName))))
    view = prior.view("who5")
    asked = {"doses": ONE, "therapy_days": (), "days": DAYS}
    score = expected_readings(prior, people, ("who5",), **asked)["who5"][0]
    # 100 less 5 points for each of 14 of severity, before anything is better
    assert view.maximum - 5.0 * 14.0 == 30.0
    assert (score > 30.0).all()
    assert drift_slope(view) == -5.0
    assert view.remitted_burden == 40.0
    assert view.burden(np.array([70.0])) == 30.0


def test_clinicians_register_what_is_not_the_drug_in_their_own_way(prior):
    z = np.zeros((2, len(TraitName)))
    z[1, list(TraitName).index(TraitName.CLINICIAN)] = 2.0
    people = prior.people(z)
    inert = (Dose(day=0.0, mg_per_kg=0.0),)
    parts = relief(prior, people, doses=inert, therapy_days=(), days=DAYS)
    own = expected_reading(prior.view("gad7"), people, parts)
    rated = expected_reading(prior.view("hama"), people, parts)
    assert prior.view("hama").rater is Rater.CLINICIAN
    np.testing.assert_allclose(own[0], own[1])
    assert (rated[1] < rated[0]).all()
