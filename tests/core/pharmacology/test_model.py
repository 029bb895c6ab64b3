"""Who a model answers for, and how people differ."""

import numpy as np
import pytest

from ketacare.core.errors import DomainError, InputError
from ketacare.core.pharmacology import (
    Analyte,
    Bolus,
    Regimen,
    Site,
    Subject,
    concentration,
    population,
)
from ketacare.core.sources import Status
from ketacare.knowledge.load import load_pk_model

STANDARD = Regimen.infusion(35, 40)


def ask(model, subject, times=(1.0,)):
    return concentration(
        model, subject, STANDARD, times, site=Site.VENOUS, analyte=Analyte.KETAMINE
    )


def test_a_person_like_the_volunteers_has_no_flag(simons):
    assert simons.check_domain(Subject(70, 30), STANDARD) == ()


@pytest.mark.parametrize(
    ("subject", "word"),
    [
        (Subject(130, 30), "weight of 130 kg"),
        (Subject(52, 30), "weight of 52 kg"),
        (Subject(70, 70), "age of 70 years"),
        (Subject(70, None), "age is not recorded"),
    ],
)
def test_a_person_unlike_them_is_answered_with_a_flag(simons, subject, word):
    (flag,) = simons.check_domain(subject, STANDARD)
    assert word in flag
    assert ask(simons, subject)[0] > 0


@pytest.mark.parametrize(
    ("inside", "outside"),
    # limits of the file: 35 to 200 kg, 18 to 100 years
    [
        (Subject(35, 40), Subject(34.9, 40)),
        (Subject(200, 40), Subject(200.1, 40)),
        (Subject(70, 18), Subject(70, 17)),
    ],
)
def test_far_outside_there_is_no_answer(simons, inside, outside):
    assert ask(simons, inside)[0] > 0
    with pytest.raises(DomainError, match="this model answers from"):
        ask(simons, outside)


@pytest.mark.parametrize("weight", [0, -70, float("nan"), float("inf")])
def test_an_impossible_weight_is_refused(weight):
    with pytest.raises(InputError, match="weight_kg"):
        Subject(weight)


@pytest.mark.parametrize("times", [[-0.1], [float("nan")], [1.0, float("inf")]])
def test_impossible_times_are_refused(simons, times):
    assert ask(simons, Subject(70, 40), [0.0])[0] == 0
    with pytest.raises(InputError, match="times_h"):
        ask(simons, Subject(70, 40), times)


def test_times_must_be_a_list(simons):
    with pytest.raises(InputError, match="give a list"):
        ask(simons, Subject(70, 40), [[1.0]])


def test_an_injection_flags_the_venous_answer(simons):
    regimen = Regimen((), (Bolus(0, 20),))
    flags = simons.check_domain(Subject(70, 30), regimen)
    assert any("3 minutes" in flag for flag in flags)


def test_an_analyte_the_model_does_not_have_is_refused(simons):
    def ask(model):
        return concentration(
            model, Subject(70, 40), STANDARD, [1.0], site=Site.ARTERIAL, analyte=Analyte.NORKETAMINE
        )

    assert ask(simons)[0] > 0
    with pytest.raises(InputError, match="has no norketamine; it answers for ketamine"):
        ask(load_pk_model("pk_ketamine_kamp_2020"))


def test_nobody_has_verified_the_model_yet(simons):
    assert simons.status is Status.CANDIDATE


def test_drawn_people_differ_as_published(simons):
    people = simons.draw(Subject(70, 40), n=20_000, rng=np.random.default_rng(7))
    logs = np.log(people["cl"] / 88.8)
    # omega^2 of CLK1 is 0.029; the standard error of a variance from 20,000 is 1 %
    assert logs.var() == pytest.approx(0.029, rel=0.05)
    assert logs.mean() == pytest.approx(0, abs=0.006)  # 5 standard errors of 0.0012
    assert np.ptp(people["v2"]) == 0  # no variance published


def test_the_same_seed_gives_the_same_people_for_any_question(simons):
    def draw(times, site):
        return population(
            simons,
            Subject(70, 40),
            STANDARD,
            times,
            n=5,
            rng=np.random.default_rng(3),
            site=site,
            analyte=Analyte.KETAMINE,
        )

    both = draw([0.5, 1.0], Site.VENOUS)
    assert both.shape == (5, 2)
    assert draw([1.0], Site.VENOUS)[:, 0] == pytest.approx(both[:, 1], rel=1e-12)


def test_metabolites_of_many_people_agree_on_even_and_uneven_grids(simons):
    even, uneven = np.linspace(0.5, 2.5, 5), np.array([0.5, 1.5, 1.6, 2.5])

    def draw(times):
        return population(
            simons,
            Subject(70, 40),
            STANDARD,
            times,
            n=4,
            rng=np.random.default_rng(3),
            site=Site.ARTERIAL,
            analyte=Analyte.NORKETAMINE,
        )

    assert draw(uneven)[:, [0, 1, 3]] == pytest.approx(draw(even)[:, [0, 2, 4]], rel=1e-10)


@pytest.mark.parametrize("n", [0, -1])
def test_no_people_is_refused(simons, n):
    with pytest.raises(InputError, match="at least one"):
        simons.draw(Subject(70, 40), n=n, rng=np.random.default_rng(1))
