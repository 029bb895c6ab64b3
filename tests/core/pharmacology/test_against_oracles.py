"""The engine with each model file against that model written out a second time, to 1e-6.

The oracles share no code with the product and use the papers' own units, so a slip of a unit, a
parameter, a weight exponent or a flow shows here. A difference of 1e-6 is far below any slip and
far above the rounding of two ways to an exponential.
"""

import numpy as np
import pytest
from tests.core.pharmacology.oracles import mammillary, otto_2021, perez_ruixo_2021, simons_2022

from ketacare.core.pharmacology import (
    Analyte,
    Bolus,
    Enantiomer,
    RateStep,
    Regimen,
    Route,
    Site,
    Subject,
    concentration,
)
from ketacare.core.record import Sex
from ketacare.knowledge.load import load_pk_model

CLOSE = 1e-6
# Of the smallest concentrations (ng/mL) only what an assay could see is compared.
UNSEEN = 1e-7

TIMES_H = np.array([0, 0.01, 0.1, 1 / 3, 0.5, 2 / 3, 0.7, 1.0, 1.5, 2.5, 4, 7, 12, 24, 47.9])
# What is given: (mg, start in h, hours), an injection where the hours are 0.
REGIMENS = {
    "standard": [(35, 0, 2 / 3)],
    "injection": [(20, 0, 0)],
    "pause and early stop": [(10, 0, 0.25), (8, 0.5, 0.2)],
    "rising rates": [(10.5, 0, 1), (21, 1, 1), (42.75, 2, 1)],
    "injection on top of an infusion": [(30, 0, 1), (12, 2, 0), (6, 2, 0.5)],
    "second day": [(35, 0, 2 / 3), (35, 24, 2 / 3)],
}


def regimen_of(given, enantiomer):
    steps = tuple(RateStep(start, start + h, mg / h) for mg, start, h in given if h)
    boluses = tuple(Bolus(start, mg) for mg, start, h in given if not h)
    return Regimen(steps, boluses, enantiomer)


def found(model_id, subject, regimen, analyte, site, times=TIMES_H):
    return concentration(
        load_pk_model(model_id), subject, regimen, times, site=site, analyte=analyte
    )


def in_minutes(given):
    return [part for mg, h, span in given for part in simons_2022.infusion(mg, h * 60, span * 60)]


@pytest.mark.parametrize("given", REGIMENS.values(), ids=REGIMENS)
@pytest.mark.parametrize("weight_kg", [45, 70, 110])
@pytest.mark.parametrize("form", ["S", "R"])
def test_simons(given, weight_kg, form):
    expected = simons_2022.concentrations(
        in_minutes(given), TIMES_H, weight_kg=weight_kg, enantiomer=form
    )
    regimen = regimen_of(given, Enantiomer(form))
    for analyte, site, name in (
        (f"{form}-ketamine", Site.ARTERIAL, "ketamine"),
        (f"{form}-ketamine", Site.VENOUS, "ketamine venous"),
        (f"{form}-norketamine", Site.ARTERIAL, "norketamine"),
        (f"{form}-hydroxynorketamine", Site.ARTERIAL, "hydroxynorketamine"),
    ):
        here = found(
            "pk_ketamine_simons_2022", Subject(weight_kg, 30), regimen, Analyte(analyte), site
        )
        assert here == pytest.approx(expected[name], rel=CLOSE, abs=UNSEEN), (analyte, site)


@pytest.mark.parametrize(
    ("analyte", "site", "name"),
    [
        (Analyte.KETAMINE, Site.ARTERIAL, "ketamine"),
        (Analyte.KETAMINE, Site.VENOUS, "ketamine venous"),
        (Analyte.NORKETAMINE, Site.ARTERIAL, "norketamine"),
        (Analyte.HYDROXYNORKETAMINE, Site.ARTERIAL, "hydroxynorketamine"),
    ],
)
def test_simons_racemate_is_the_sum_of_its_halves(analyte, site, name):
    halves = in_minutes([(mg / 2, start, h) for mg, start, h in REGIMENS["standard"]])
    expected = sum(
        simons_2022.concentrations(halves, TIMES_H, enantiomer=form)[name] for form in ("S", "R")
    )
    regimen = regimen_of(REGIMENS["standard"], Enantiomer.RACEMATE)
    here = found("pk_ketamine_simons_2022", Subject(70), regimen, analyte, site)
    assert here == pytest.approx(expected, rel=CLOSE, abs=UNSEEN)


def test_simons_films():
    inputs = [*simons_2022.film(50), *simons_2022.film(100, 90)]
    expected = simons_2022.concentrations(inputs, TIMES_H, weight_kg=80)
    films = (Bolus(0, 50, Route.SUBLINGUAL), Bolus(1.5, 100, Route.SUBLINGUAL))
    regimen = Regimen((), films, Enantiomer.S)
    for analyte in ("ketamine", "norketamine", "hydroxynorketamine"):
        here = found(
            "pk_ketamine_simons_2022",
            Subject(80),
            regimen,
            Analyte(f"S-{analyte}"),
            Site.ARTERIAL,
        )
        assert here == pytest.approx(expected[analyte], rel=CLOSE, abs=UNSEEN), analyte


@pytest.mark.parametrize("given", REGIMENS.values(), ids=REGIMENS)
@pytest.mark.parametrize("weight_kg", [45, 70, 110])
def test_otto(given, weight_kg):
    inputs = [part for mg, start, h in given for part in otto_2021.infusion(mg, start, h)]
    expected = otto_2021.concentrations(inputs, TIMES_H, weight_kg=weight_kg)
    regimen = regimen_of(given, Enantiomer.S)
    for name in ("ketamine", "norketamine"):
        here = found(
            "pk_ketamine_otto_2021",
            Subject(weight_kg),
            regimen,
            Analyte(f"S-{name}"),
            Site.VENOUS,
        )
        assert here == pytest.approx(expected[name], rel=CLOSE, abs=UNSEEN), name


def test_otto_r_ketamine():
    inputs = otto_2021.infusion(35, 0, 2 / 3)
    expected = otto_2021.concentrations(inputs, TIMES_H, enantiomer="R")
    regimen = regimen_of(REGIMENS["standard"], Enantiomer.R)
    here = found("pk_ketamine_otto_2021", Subject(70), regimen, Analyte.R_KETAMINE, Site.VENOUS)
    assert here == pytest.approx(expected["ketamine"], rel=CLOSE, abs=UNSEEN)


PEOPLE = {
    "young": (Subject(70, 30), {"age_years": 30}),
    "heavy": (Subject(160, 45), {"age_years": 45}),
    "sixty": (Subject(70, 60), {"age_years": 60}),
    "old": (Subject(70, 78), {"age_years": 78}),
    "asian": (Subject(60, 40, traits=frozenset({"asian"})), {"age_years": 40, "asian": True}),
}
GIVEN = {
    "one device": (
        (Bolus(0, 28, Route.INTRANASAL),),
        perez_ruixo_2021.spray(1),
    ),
    "three devices": (
        (Bolus(0, 84, Route.INTRANASAL),),
        perez_ruixo_2021.spray(3),
    ),
    "two days": (
        (Bolus(0, 56, Route.INTRANASAL), Bolus(24, 56, Route.INTRANASAL)),
        [*perez_ruixo_2021.spray(2), *perez_ruixo_2021.spray(2, 24)],
    ),
    "a solution": (
        (Bolus(0, 40, Route.ORAL),),
        perez_ruixo_2021.solution(40),
    ),
    "an injection": (
        (Bolus(0, 14),),
        perez_ruixo_2021.infusion(14, 0, 0),
    ),
}


@pytest.mark.parametrize(("boluses", "inputs"), GIVEN.values(), ids=GIVEN)
@pytest.mark.parametrize(("subject", "person"), PEOPLE.values(), ids=PEOPLE)
def test_perez_ruixo(boluses, inputs, subject, person):
    expected = perez_ruixo_2021.concentrations(inputs, TIMES_H, **person)
    regimen = Regimen((), boluses, Enantiomer.S)
    for name in ("ketamine", "norketamine"):
        here = found(
            "pk_ketamine_perez_ruixo_2021", subject, regimen, Analyte(f"S-{name}"), Site.VENOUS
        )
        assert here == pytest.approx(expected[name], rel=CLOSE, abs=UNSEEN), name


def test_perez_ruixo_in_a_japanese_person():
    inputs = perez_ruixo_2021.spray(1, japanese=True)
    expected = perez_ruixo_2021.concentrations(inputs, TIMES_H, age_years=40, asian=True)
    subject = Subject(60, 40, traits=frozenset({"asian", "japanese"}))
    regimen = Regimen.dose(28, Route.INTRANASAL, enantiomer=Enantiomer.S)
    here = found("pk_ketamine_perez_ruixo_2021", subject, regimen, Analyte.S_KETAMINE, Site.VENOUS)
    assert here == pytest.approx(expected["ketamine"], rel=CLOSE, abs=UNSEEN)


ADULT_SETS = {
    "pk_ketamine_kamp_2020": mammillary.kamp_2020,
    "pk_ketamine_domino_1984": mammillary.domino_1984,
    "pk_ketamine_clements_1981": mammillary.clements_1981,
    "pk_ketamine_hijazi_2003": mammillary.hijazi_2003,
}
CHILD_SETS = {
    "pk_ketamine_herd_2007": mammillary.herd_2007,
    "pk_ketamine_hornik_2018": mammillary.hornik_2018,
}
SETS = [
    *((name, oracle, kg, 40) for name, oracle in ADULT_SETS.items() for kg in (50, 70, 120)),
    *((name, oracle, kg, 8) for name, oracle in CHILD_SETS.items() for kg in (12, 25, 50)),
]


@pytest.mark.parametrize("given", REGIMENS.values(), ids=REGIMENS)
@pytest.mark.parametrize(("name", "oracle", "weight_kg", "age_years"), SETS)
def test_sets_without_metabolites(given, name, oracle, weight_kg, age_years):
    doses = [(mg, start * 60, h * 60) for mg, start, h in given]
    expected = mammillary.concentrations(oracle(weight_kg), doses, TIMES_H)
    here = found(
        name,
        Subject(weight_kg, age_years),
        regimen_of(given, Enantiomer.RACEMATE),
        Analyte.KETAMINE,
        load_pk_model(name).site,
    )
    assert here == pytest.approx(expected, rel=CLOSE, abs=UNSEEN)


@pytest.mark.parametrize("given", REGIMENS.values(), ids=REGIMENS)
@pytest.mark.parametrize(
    ("age_years", "weight_kg", "height_cm", "sex"),
    [(53, 77, 177, "M"), (26, 60, 160, "F"), (81, 95, 172, "M"), (40, 70, 170, "M")],
)
def test_propofol(given, age_years, weight_kg, height_cm, sex):
    constants = mammillary.schnider_1998(
        weight_kg, age_years=age_years, height_cm=height_cm, sex=sex
    )
    doses = [(mg, start * 60, h * 60) for mg, start, h in given]
    expected = mammillary.concentrations(constants, doses, TIMES_H)
    subject = Subject(weight_kg, age_years, {"M": Sex.MALE, "F": Sex.FEMALE}[sex], height_cm)
    here = found(
        "pk_propofol_schnider_1998",
        subject,
        regimen_of(given, Enantiomer.RACEMATE),
        "propofol",
        Site.ARTERIAL,
    )
    assert here == pytest.approx(expected, rel=CLOSE, abs=UNSEEN)
