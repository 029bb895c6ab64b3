"""Many people: their own covariates, who is outside, and quantiles of very many."""

import numpy as np
import pytest

from ketacare.core.errors import DomainError, InputError
from ketacare.core.pharmacology import (
    Measure,
    Regimen,
    Route,
    Site,
    Subject,
    concentration,
    concentrations,
    population,
    population_quantiles,
)
from ketacare.core.pharmacology.kinetics import Probe, read
from ketacare.core.record import Sex
from ketacare.knowledge.load import load_pk_model

STANDARD = Regimen.infusion(35, 40)
TIMES = np.array([0.2, 2 / 3, 1.0, 3.0])
MAN, HEAVY, OLD, CHILD = Subject(70, 30), Subject(130, 30), Subject(70, 72), Subject(70, 12)
UNKNOWN = Subject(70)


def ask(model, subjects, **more):
    return concentrations(
        model, subjects, STANDARD, TIMES, site=Site.ARTERIAL, analyte="ketamine", **more
    )


def test_each_of_many_is_as_each_alone(simons):
    found = ask(simons, [MAN, HEAVY, OLD])
    for row, subject in zip(found.ng_ml, (MAN, HEAVY, OLD), strict=True):
        alone = concentration(
            simons, subject, STANDARD, TIMES, site=Site.ARTERIAL, analyte="ketamine"
        )
        assert row == pytest.approx(alone, rel=1e-12)


def test_the_answer_says_who_is_outside(simons):
    found = ask(simons, [MAN, HEAVY, OLD, UNKNOWN])
    assert found.flags(0) == ()
    assert found.flags(1) == ("This person is outside: weight.",)
    assert found.flags(2) == ("This person is outside: age.",)
    assert found.flags(3) == ("This person is outside: age.",)
    assert "2 of 4 people are outside: age." in found.summary


def test_a_person_too_far_outside_has_no_number_and_the_others_have(simons):
    found = ask(simons, [MAN, CHILD, OLD])
    assert found.refused.tolist() == [False, True, False]
    assert np.isnan(found.ng_ml[1]).all()
    assert np.isfinite(found.ng_ml[[0, 2]]).all()
    assert "too far outside" in found.flags(1)[0]
    assert "No answer for 1 of them (number 2)." in found.summary


def test_nobody_inside_is_refused_with_the_reason(simons):
    with pytest.raises(DomainError, match="age is 12"):
        ask(simons, [CHILD, CHILD])


def test_nobody_at_all_is_refused(simons):
    with pytest.raises(InputError, match="at least one person"):
        ask(simons, [])


def test_a_dose_by_weight_is_a_factor_for_each(simons):
    found = ask(simons, [MAN, HEAVY], dose_factors=[1.0, 130 / 70])
    plain = ask(simons, [MAN, HEAVY])
    assert found.ng_ml[1] == pytest.approx(plain.ng_ml[1] * 130 / 70, rel=1e-12)
    assert found.ng_ml[0] == pytest.approx(plain.ng_ml[0], rel=1e-12)


@pytest.mark.parametrize("factors", [[1.0], [1.0, -1.0], [1.0, float("nan")]])
def test_an_impossible_factor_is_refused(simons, factors):
    with pytest.raises(InputError, match="one per person"):
        ask(simons, [MAN, HEAVY], dose_factors=factors)


def test_drawn_people_vary_around_their_own_typical(simons):
    many = [MAN] * 2000 + [HEAVY] * 2000
    found = ask(simons, many, rng=np.random.default_rng(5)).ng_ml
    typical = ask(simons, [MAN, HEAVY]).ng_ml
    middle = np.median(found.reshape(2, 2000, -1), axis=1)
    # spread of a concentration about 15 %, so the median of 2000 is known to about 0.5 %
    assert middle == pytest.approx(typical, rel=0.02)


def test_quantiles_are_those_of_the_same_people(simons):
    times = np.array([3.0, 0.2, 1.0])  # in any order
    known = {"n": 4001, "site": Site.VENOUS, "analyte": "ketamine"}
    people = population(simons, MAN, STANDARD, times, rng=np.random.default_rng(2), **known)
    parts = (0.05, 0.5, 0.95, 1.0)
    found = population_quantiles(
        simons, MAN, STANDARD, times, rng=np.random.default_rng(2), quantiles=parts, **known
    )
    assert found == pytest.approx(np.quantile(people, parts, axis=0), rel=1e-12)


def test_a_quantile_beyond_one_is_refused(simons):
    with pytest.raises(InputError, match="between 0 and 1"):
        population_quantiles(
            simons,
            MAN,
            STANDARD,
            TIMES,
            n=10,
            rng=np.random.default_rng(1),
            site=Site.VENOUS,
            analyte="ketamine",
            quantiles=(0.5, 1.5),
        )


def test_occasions_add_to_the_spread_and_leave_the_people_alone():
    simons = load_pk_model("pk_ketamine_simons_2022")
    plain = simons.draw(MAN, n=20_000, rng=np.random.default_rng(3))
    same = simons.draw(MAN, n=20_000, rng=np.random.default_rng(3), occasion=True)
    assert same["cl"] == pytest.approx(plain["cl"])  # no spread between occasions published
    with_occasion = [p for p in simons.parameters.values() if p.occasion is not None]
    for parameter in with_occasion:
        logs = np.log(same[parameter.name] / simons.typical(MAN)[parameter.name])
        between = (parameter.omega2 or 0.0) + parameter.occasion
        # standard error of a variance of 20,000 is 1 %
        assert logs.var() == pytest.approx(between, rel=0.05)


def test_one_dose_in_each_person_differs_between_people_and_between_occasions(simons):
    # Of norketamine's delay the variance is 0.021 between people and 0.751 between occasions: a band
    # of people without their occasions would promise far too much.
    def width(*, occasion):
        found = population(
            simons,
            MAN,
            STANDARD,
            [0.5],
            n=4000,
            rng=np.random.default_rng(5),
            site=Site.ARTERIAL,
            analyte="norketamine",
            occasion=occasion,
        )
        return np.log(found[:, 0]).std()

    assert width(occasion=True) > 2 * width(occasion=False)


def test_the_order_of_people_is_the_order_of_answers():
    propofol = load_pk_model("pk_propofol_schnider_1998")
    people = [
        Subject(80, 40, Sex.MALE, 180),
        Subject(60, 70, Sex.FEMALE, 160),
        Subject(100, 30, Sex.MALE, 190),
    ]
    there, back = (
        concentrations(
            propofol, some, STANDARD, TIMES, site=propofol.site, analyte="propofol"
        ).ng_ml
        for some in (people, people[::-1])
    )
    assert back[::-1] == pytest.approx(there, rel=1e-12)


def test_without_height_a_model_that_needs_it_has_no_answer():
    propofol = load_pk_model("pk_propofol_schnider_1998")
    whole = Subject(80, 40, Sex.MALE, 180)
    ask_with = {"site": propofol.site, "analyte": "propofol"}
    assert concentration(propofol, whole, STANDARD, [0.5], **ask_with)[0] > 0
    with pytest.raises(DomainError, match="not recorded; record it"):
        concentration(propofol, Subject(80, 40, Sex.MALE), STANDARD, [0.5], **ask_with)


def test_zero_order_input_lasts_as_long_in_each_person_as_in_them(simons):
    # the film's zero-order time varies between occasions; a person alone gives the same curve
    people = simons.draw(MAN, n=6, rng=np.random.default_rng(8), occasion=True)
    assert np.ptp(people["d_mouth"]) > 0
    film = Regimen.dose(50, Route.SUBLINGUAL)
    probe = [Probe(analyte="ketamine")]
    together = read(simons, people, film, TIMES, probe)
    for i in range(6):
        one = {name: value[i : i + 1] for name, value in people.items()}
        assert together[i] == pytest.approx(read(simons, one, film, TIMES, probe)[0], rel=1e-10)


def test_measures_outside_are_named_by_measure(simons):
    found = ask(simons, [HEAVY])
    assert found.outside[Measure.WEIGHT].tolist() == [True]
    assert found.outside[Measure.AGE].tolist() == [False]
