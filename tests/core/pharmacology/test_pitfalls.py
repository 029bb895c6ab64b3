"""Ways in which ketamine models are misread, each shown not to happen here."""

import numpy as np
import pytest

from ketacare.core.errors import DomainError, InputError
from ketacare.core.pharmacology import (
    Analyte,
    Baseline,
    Bolus,
    Enantiomer,
    RateStep,
    Regimen,
    Site,
    Subject,
    concentration,
    effect_site,
    expected_session,
)

MAN = Subject(70, 40)
STANDARD = Regimen.infusion(35, 40)


def ask(model, regimen, times, site, analyte=Analyte.KETAMINE):
    return concentration(model, MAN, regimen, times, site=site, analyte=analyte)


def test_arterial_and_venous_differ_and_change_places(simons):
    times = np.array([1e-6, 5, 40, 60]) / 60
    ratio = ask(simons, STANDARD, times, Site.ARTERIAL) / ask(simons, STANDARD, times, Site.VENOUS)
    # At first the delayed part holds nothing, so venous is 0.421 of arterial: 2.375 times.
    assert ratio[0] == pytest.approx(1 / 0.421, rel=1e-4)
    assert ratio[2] > 1.3
    assert ratio[3] < 1


def test_a_site_must_be_named(simons):
    with pytest.raises(TypeError):
        concentration(simons, MAN, STANDARD, [1.0], analyte=Analyte.KETAMINE)


def test_doses_are_base_and_hydrochloride_converts(simons):
    # 57.7 mg hydrochloride = 50 mg S-ketamine; 32.3 mg = 28 mg (label)
    assert simons.base_mg(57.7) == pytest.approx(50, rel=2e-3)
    assert simons.base_mg(32.3) == pytest.approx(28, rel=2e-3)


def test_racemate_carries_half_its_dose_as_s(simons):
    times = [0.3, 0.7, 2.0]
    half = Regimen.infusion(17.5, 40, enantiomer=Enantiomer.S)
    racemate = ask(simons, STANDARD, times, Site.ARTERIAL, Analyte.S_KETAMINE)
    esketamine = ask(simons, half, times, Site.ARTERIAL, Analyte.S_KETAMINE)
    assert racemate == pytest.approx(esketamine, rel=1e-12)


def test_a_milligram_of_esketamine_has_twice_the_effect_of_racemate(simons):
    s = Regimen.infusion(35, 40, enantiomer=Enantiomer.S)
    racemic, pure = (
        effect_site(simons, MAN, regimen, [2 / 3], half_life_min=8.3)[0]
        for regimen in (STANDARD, s)
    )
    assert pure / racemic == pytest.approx(2)


def test_arketamine_reaches_no_effect_site(simons):
    r = Regimen.infusion(35, 40, enantiomer=Enantiomer.R)
    assert effect_site(simons, MAN, r, [2 / 3], half_life_min=8.3)[0] == 0
    assert ask(simons, r, [2 / 3], Site.ARTERIAL, Analyte.R_KETAMINE)[0] > 0


@pytest.mark.parametrize(
    ("analyte", "expected"),
    [
        # 10 mg/h S: 0.80 * 10 / 60 L/h * 223.70/237.73 = 0.12546 mg/L
        (Analyte.NORKETAMINE, 0.8 * 10 / 60 * 223.70 / 237.73 * 1000),
        # 0.80 * 0.70 * 10 / 55.98 L/h * 239.70/237.73 = 0.10086 mg/L
        (Analyte.HYDROXYNORKETAMINE, 0.8 * 0.7 * 10 / 55.98 * 239.70 / 237.73 * 1000),
    ],
)
def test_metabolites_are_weighed_as_themselves(simons, analyte, expected):
    regimen = Regimen((RateStep(0, 4000, 10),), enantiomer=Enantiomer.S)
    found = ask(simons, regimen, [4000], Site.ARTERIAL, analyte)
    assert found[0] == pytest.approx(expected, rel=1e-8)


def test_litres_per_minute_became_litres_per_hour(simons):
    # 1.48 L/min = 88.8 L/h; 20.1 min = 0.335 h
    assert simons.parameters["cl"].value == pytest.approx(88.8)
    assert simons.parameters["mtt_nk"].value == pytest.approx(0.335)


def test_a_bolus_meets_the_central_volume(simons):
    regimen = Regimen((), (Bolus(0, 11.6),), Enantiomer.S)
    found = ask(simons, regimen, [0], Site.ARTERIAL, Analyte.S_KETAMINE)
    assert found[0] == pytest.approx(1000)  # 11.6 mg in 11.6 L = 1 mg/L


def test_norketamine_passes_ketamine_around_two_hours(simons):
    times = [1.0, 2.5]
    ketamine = ask(simons, STANDARD, times, Site.ARTERIAL)
    norketamine = ask(simons, STANDARD, times, Site.ARTERIAL, Analyte.NORKETAMINE)
    assert list(norketamine > ketamine) == [False, True]


def test_venous_metabolites_are_not_answered(simons):
    assert ask(simons, STANDARD, [1.0], Site.ARTERIAL, Analyte.NORKETAMINE)[0] > 0
    with pytest.raises(InputError, match="arterial blood only"):
        ask(simons, STANDARD, [1.0], Site.VENOUS, Analyte.NORKETAMINE)


def session(simons, effects, limits):
    return expected_session(
        simons,
        effects,
        MAN,
        STANDARD,
        [0.5],
        baseline=Baseline(systolic=120, diastolic=75, heart_rate=70),
        hypertensive=False,
        session_number=1,
        n=50,
        rng=np.random.default_rng(1),
        limits=limits,
    )


def test_a_forecast_says_that_exposure_does_not_predict_benefit(simons, effects):
    assert "Exposure does not predict benefit" in session(simons, effects, None).note


def test_no_limit_or_target_on_a_concentration(simons, effects):
    assert set(session(simons, effects, {"systolic": 165}).crossing) == {"systolic"}
    with pytest.raises(InputError, match="never on a concentration"):
        session(simons, effects, {"concentration": 200})


def test_effect_sites_are_not_lent_to_another_model(simons, effects):
    effects.require(simons)
    other = type("Model", (), {"id": "pk_other"})()
    with pytest.raises(DomainError, match="cannot be used with pk_other"):
        effects.require(other)
