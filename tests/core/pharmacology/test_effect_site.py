"""The effect site behind arterial S-ketamine, against numbers worked out elsewhere and algebra."""

import numpy as np
import pytest

from ketacare.core.pharmacology import (
    Analyte,
    Bolus,
    Enantiomer,
    Regimen,
    Site,
    Subject,
    concentration,
    effect_site,
)


@pytest.mark.parametrize(
    ("mg_per_kg", "minute", "ratio"),
    # Worked out from the parameters by plain matrix exponentials: racemate over 40 min, 70 kg,
    # half-life 8.3 min, C50 0.51 nmol/mL = 121.2 ng/mL.
    [(0.2, 40, 0.41), (0.5, 40, 1.03), (1.0, 40, 2.06), (0.5, 60, 0.58), (0.5, 120, 0.18)],
)
def test_effect_site_over_c50(simons, mg_per_kg, minute, ratio):
    regimen = Regimen.infusion(70 * mg_per_kg, 40)
    found = effect_site(simons, Subject(70), regimen, [minute / 60], half_life_min=8.3)
    assert found[0] / (0.51 * 237.73) == pytest.approx(ratio, abs=0.01)


def test_effect_site_after_a_bolus_with_the_peak_where_rates_cross(simons):
    # dCe/dt = 0 at the peak, so there the site equals arterial blood.
    regimen = Regimen((), (Bolus(0, 10),), Enantiomer.S)
    times = np.linspace(0, 0.5, 5001)
    site = effect_site(simons, Subject(70), regimen, times, half_life_min=2.28)
    peak = times[site.argmax()]
    blood = concentration(
        simons, Subject(70), regimen, [peak], site=Site.ARTERIAL, analyte=Analyte.S_KETAMINE
    )
    assert site.max() == pytest.approx(blood[0], rel=1e-2)
