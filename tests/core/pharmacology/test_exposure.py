"""Peak, time of peak and area: against algebra."""

import numpy as np
import pytest

from ketacare.core.pharmacology import (
    Enantiomer,
    Regimen,
    Route,
    Site,
    Subject,
    concentration,
    exposure,
)

MAN = Subject(70, 40)


def test_area_is_dose_over_clearance_and_the_peak_is_the_end(simons):
    regimen = Regimen.infusion(35, 40, enantiomer=Enantiomer.S)
    found = exposure(simons, MAN, regimen, site=Site.ARTERIAL, analyte="S-ketamine")
    assert found.area_ng_h_ml == pytest.approx(35 / 88.8 * 1000, rel=1e-12)  # Table 4: 1.48 L/min
    assert found.peak_h == pytest.approx(2 / 3, rel=1e-9)
    assert found.dose_mg == 35


def test_the_peak_of_a_metabolite_is_no_lower_than_any_time(simons):
    regimen = Regimen.infusion(35, 40)
    found = exposure(simons, MAN, regimen, site=Site.ARTERIAL, analyte="norketamine")
    times = np.linspace(0, 6, 3601)
    curve = concentration(simons, MAN, regimen, times, site=Site.ARTERIAL, analyte="norketamine")
    assert found.peak_ng_ml >= curve.max()
    assert found.peak_h == pytest.approx(times[curve.argmax()], abs=6 / 3600)


def test_area_of_a_film_is_its_fraction_of_that_of_a_vein(simons):
    # F1 26.3 % of the dose reaches blood as S-ketamine (Table 4); the rest only as metabolites
    film = Regimen.dose(50, Route.SUBLINGUAL, enantiomer=Enantiomer.S)
    vein = Regimen.infusion(50, 10, enantiomer=Enantiomer.S)
    areas = [
        exposure(simons, MAN, regimen, site=Site.ARTERIAL, analyte="S-ketamine").area_ng_h_ml
        for regimen in (film, vein)
    ]
    assert areas[0] / areas[1] == pytest.approx(0.263, rel=1e-12)


def test_no_dose_has_no_exposure(simons):
    found = exposure(simons, MAN, Regimen(), site=Site.VENOUS, analyte="ketamine")
    assert (found.peak_ng_ml, found.area_ng_h_ml) == (0, 0)
