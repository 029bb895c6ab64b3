"""Identities every release must keep. Numbers are arithmetic on the published parameters.

Simons 2022 at 70 kg: CL 1.48 L/min = 88.8 L/h for S, times 0.86 = 76.368 L/h for R.
"""

import numpy as np
import pytest

from ketacare.core.pharmacology import (
    Analyte,
    Bolus,
    Enantiomer,
    RateStep,
    Regimen,
    Site,
    Subject,
    amounts,
    concentration,
)

MAN = Subject(70, 40)
CLEARANCE = {Analyte.S_KETAMINE: 88.8, Analyte.R_KETAMINE: 76.368}
STANDARD = Regimen.infusion(35, 40)
ALL_SITES = [
    (Analyte.KETAMINE, Site.ARTERIAL),
    (Analyte.KETAMINE, Site.VENOUS),
    (Analyte.NORKETAMINE, Site.ARTERIAL),
    (Analyte.HYDROXYNORKETAMINE, Site.ARTERIAL),
]


def area(model, regimen, site, analyte, changes):
    """Return the area under the curve to 800 h by Gauss-Legendre on widening panels."""
    nodes, weights = np.polynomial.legendre.leggauss(20)
    panels = np.unique(np.concatenate([changes, changes[-1] + np.geomspace(1e-3, 800, 80)]))
    middle, half = (panels[1:] + panels[:-1]) / 2, (panels[1:] - panels[:-1]) / 2
    times = (middle[:, None] + half[:, None] * nodes).ravel()
    found = concentration(model, MAN, regimen, times, site=site, analyte=analyte)
    return float((found.reshape(-1, 20) * weights * half[:, None]).sum())


@pytest.mark.parametrize("analyte", CLEARANCE)
@pytest.mark.parametrize("site", Site)
def test_clearance_times_area_is_the_dose(simons, analyte, site):
    # half of 35 mg is each enantiomer; ng.h/mL / 1000 = mg.h/L. The venous link moves, loses nothing.
    changes = np.array([0.0, 0.1, 0.3, 2 / 3])
    found = area(simons, STANDARD, site, analyte, changes)
    assert found / 1000 * CLEARANCE[analyte] == pytest.approx(17.5, rel=1e-9)


@pytest.mark.parametrize("analyte", CLEARANCE)
@pytest.mark.parametrize("site", Site)
def test_steady_state_is_rate_over_clearance(simons, analyte, site):
    regimen = Regimen((RateStep(0, 2000, 20),))  # 10 mg/h of each enantiomer
    found = concentration(simons, MAN, regimen, [2000], site=site, analyte=analyte)
    assert found[0] == pytest.approx(10 / CLEARANCE[analyte] * 1000, rel=1e-9)


@pytest.mark.parametrize(("analyte", "site"), ALL_SITES)
def test_doses_superpose(simons, analyte, site):
    times = np.linspace(0, 6, 61)
    steps = RateStep(0, 0.5, 40), RateStep(1, 1.2, 90)
    bolus = Bolus(2, 10)

    def ask(regimen):
        return concentration(simons, MAN, regimen, times, site=site, analyte=analyte)

    parts = ask(Regimen((steps[0],))) + ask(Regimen((steps[1],))) + ask(Regimen((), (bolus,)))
    assert ask(Regimen(steps, (bolus,))) == pytest.approx(parts, rel=1e-9, abs=1e-12)


@pytest.mark.slow  # 14,401 times through the metabolite chain
@pytest.mark.parametrize(("analyte", "site"), ALL_SITES)
def test_a_grid_of_seconds_gives_what_a_grid_of_minutes_gives(simons, analyte, site):
    seconds = np.arange(0, 4 * 3600 + 1) / 3600
    fine = concentration(simons, MAN, STANDARD, seconds, site=site, analyte=analyte)
    coarse = concentration(simons, MAN, STANDARD, seconds[::60], site=site, analyte=analyte)
    assert coarse[1:] == pytest.approx(fine[::60][1:], rel=1e-9)


@pytest.mark.parametrize(("analyte", "site"), ALL_SITES)
def test_one_time_alone_gives_what_an_uneven_grid_gives(simons, analyte, site):
    times = np.array([0.01, 0.3, 0.667, 0.7, 1.9, 7.0])
    together = concentration(simons, MAN, STANDARD, times, site=site, analyte=analyte)
    alone = [
        concentration(simons, MAN, STANDARD, [t], site=site, analyte=analyte)[0] for t in times
    ]
    assert together == pytest.approx(alone, rel=1e-9)


@pytest.mark.parametrize("enantiomer", Enantiomer)
def test_body_and_excretion_hold_what_was_delivered(simons, enantiomer):
    regimen = Regimen((RateStep(0, 0.3, 50), RateStep(0.4, 0.6, 80)), (Bolus(1, 5),), enantiomer)
    times = np.array([0.0, 0.2, 0.35, 0.5, 1.0, 3.0, 30.0])
    held = amounts(simons, MAN, regimen, times)
    # 15 mg in the first step, 16 in the second, 5 at one hour
    delivered = [0.0, 10.0, 15.0, 23.0, 36.0, 36.0, 36.0]
    assert sum(held.values()) == pytest.approx(delivered, rel=1e-9)
    assert held["excreted"][-1] > 0.9 * 36


def test_four_fifths_of_ketamine_pass_through_norketamine(simons):
    # CLN * AUC of norketamine, in molar terms = 0.80 of the dose (Table 4); CLN 60 L/h.
    regimen = Regimen((RateStep(0, 5000, 10),), enantiomer=Enantiomer.S)
    held = amounts(simons, MAN, regimen, [5000])
    assert held["norketamine"][0] / 11.6 * 60 == pytest.approx(0.80 * 10, rel=1e-9)


def test_volume_and_clearance_grow_with_weight_as_stated(simons):
    heavy = Subject(140, 40)
    regimen = Regimen((RateStep(0, 4000, 10),), enantiomer=Enantiomer.S)
    found = concentration(
        simons, heavy, regimen, [4000], site=Site.ARTERIAL, analyte=Analyte.S_KETAMINE
    )
    # CL = 88.8 * 2^0.75 L/h
    assert found[0] == pytest.approx(10 / (88.8 * 2**0.75) * 1000, rel=1e-9)
    first = concentration(
        simons,
        heavy,
        Regimen((), (Bolus(0, 11.6),), Enantiomer.S),
        [0],
        site=Site.ARTERIAL,
        analyte=Analyte.S_KETAMINE,
    )
    assert first[0] == pytest.approx(500)  # 11.6 mg in 23.2 L
