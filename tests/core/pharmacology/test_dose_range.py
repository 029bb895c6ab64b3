"""Doses the source of a model gave: above them a flag, far above them one sentence and no number.

Limits are those of the files: Simons 20 mg of S-ketamine to people of 53 kg and more (0.377 mg/kg,
1.13 mg/kg/h), Otto 0.5 mg/kg, Kamp 2 mg/kg assumed; beyond 100 mg/kg in a day nobody is answered.
"""

import numpy as np
import pytest

from ketacare.core.errors import DomainError
from ketacare.core.pharmacology import (
    Bolus,
    Enantiomer,
    RateStep,
    Regimen,
    Route,
    Site,
    Subject,
    concentration,
    concentrations,
)
from ketacare.core.pharmacology.dose_range import given_by
from ketacare.knowledge.load import load_pk_model

MAN = Subject(70, 30)
KAMP = "pk_ketamine_kamp_2020"


def ask(name, regimen):
    model = load_pk_model(name)
    return concentration(model, MAN, regimen, [1.0], site=model.site, analyte="ketamine")


def test_a_hundred_grams_is_outside_dose_and_has_no_number():
    assert ask(KAMP, Regimen.infusion(35, 40))[0] > 0
    with pytest.raises(
        DomainError, match=r"this regimen is outside: dose\. 1429 mg/kg of ketamine"
    ):
        ask(KAMP, Regimen.infusion(100_000, 40))


@pytest.mark.parametrize(
    ("name", "inside", "above"),
    # mg for 70 kg; of a racemate only half is S: 2 x 0.377 x 70 = 52.8, 2 x 0.5 x 70 = 70
    [
        ("pk_ketamine_simons_2022", 52.7, 52.9),
        ("pk_ketamine_otto_2021", 70, 70.1),
        (KAMP, 140, 140.1),
    ],
)
def test_a_dose_above_the_studied_is_flagged(name, inside, above):
    model = load_pk_model(name)
    slowly = 240  # minutes: the rate is inside
    assert model.check_domain(MAN, Regimen.infusion(inside, slowly)) == ()
    (flag,) = model.check_domain(MAN, Regimen.infusion(above, slowly))
    assert flag.startswith("This regimen is outside: dose.")


def test_s_ketamine_counts_whole_and_a_racemate_half():
    model = load_pk_model("pk_ketamine_simons_2022")
    racemate = Regimen.infusion(30, 60)
    assert model.check_domain(MAN, racemate) == ()
    (flag,) = model.check_domain(MAN, Regimen.infusion(30, 60, enantiomer=Enantiomer.S))
    assert "0.429 mg/kg of S-ketamine" in flag  # 30 / 70


def test_a_rate_above_the_studied_is_flagged():
    model = load_pk_model("pk_ketamine_simons_2022")
    # 35 mg of racemate over 10 min is 17.5 mg of S in 1/6 h: 105 mg/h, 1.5 mg/kg/h
    (flag,) = model.check_domain(MAN, Regimen.infusion(35, 10))
    assert "outside: rate. 1.5 mg/kg/h of S-ketamine" in flag
    assert any("an injection" in f for f in model.check_domain(MAN, Regimen((), (Bolus(0, 10),))))


def test_doses_are_counted_by_route_over_a_day():
    # 10 mg/h for 30 h: any 24 h hold 240 mg; the two films are 30 h apart
    regimen = Regimen(
        (RateStep(0, 30, 10),), (Bolus(0, 50, Route.SUBLINGUAL), Bolus(30, 40, Route.SUBLINGUAL))
    )
    found = given_by(regimen)
    assert found[Route.INTRAVENOUS].most_mg == pytest.approx(240)
    assert found[Route.SUBLINGUAL].most_mg == 50
    # the fullest day begins within the slow step and ends with the fast one: 22 h x 1 + 2 h x 30
    late = Regimen((RateStep(0, 40, 1), RateStep(40, 42, 30)))
    assert given_by(late)[Route.INTRAVENOUS].most_mg == pytest.approx(82)


def test_a_course_is_not_a_dose():
    model = load_pk_model("pk_ketamine_simons_2022")
    course = Regimen.infusion(35, 40)
    for day in (3, 7, 10):
        course = course.and_then(Regimen.infusion(35, 40, 24.0 * day))
    assert model.check_domain(MAN, course) == ()


def test_of_many_people_each_is_held_to_a_dose_of_their_own():
    model = load_pk_model("pk_ketamine_simons_2022")
    found = concentrations(
        model,
        [Subject(60, 30), Subject(60, 30), Subject(60, 30)],
        Regimen.infusion(1, 60),  # 1 mg, times the factor
        [1.0],
        site=Site.ARTERIAL,
        analyte="ketamine",
        dose_factors=[30, 60, 60_000],
    )
    assert found.flags(0) == ()
    assert found.flags(1) == ("This person is outside: dose.",)
    assert found.refused.tolist() == [False, False, True]
    assert np.isnan(found.ng_ml[2]).all()
