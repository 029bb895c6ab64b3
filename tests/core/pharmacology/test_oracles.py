"""The oracles against numbers that were reached elsewhere, and against an integrator.

An oracle is only worth comparing with if it is right by itself: nothing here touches the product.
"""

import numpy as np
import pytest
from tests.core.pharmacology.oracles import mammillary, otto_2021, perez_ruixo_2021, simons_2022
from tests.core.pharmacology.oracles.stepping import follow, integrate

TIMES_H = [0.05, 0.3, 0.7, 1.0, 2.5, 6.0]


def simons_case():
    inputs = [*simons_2022.infusion(20, 0, 20), *simons_2022.film(50, 60)]
    return simons_2022.slopes_for(80, "R"), 15, inputs, [t * 60 for t in TIMES_H]


def otto_case():
    inputs = [*otto_2021.infusion(10, 0, 0.5), *otto_2021.infusion(5, 1, 0)]
    return otto_2021.slopes_for(80), 5, inputs, TIMES_H


def perez_ruixo_case():
    inputs = [*perez_ruixo_2021.spray(2), *perez_ruixo_2021.solution(10, 0.5)]
    return perez_ruixo_2021.slopes_for(70), 9, inputs, TIMES_H


@pytest.mark.parametrize("case", [simons_case, otto_case, perez_ruixo_case])
def test_stepping_by_exponentials_agrees_with_an_integrator(case):
    slopes, size, inputs, times = case()
    exact = follow(slopes, size, inputs, times)
    # The integrator holds 1e-11 per step; some hundred steps leave 1e-8 of the largest amount.
    assert integrate(slopes, size, inputs, times) == pytest.approx(exact, rel=1e-7, abs=1e-7)


def area(times, values):
    return float(np.trapezoid(values, times))


# Worked out elsewhere from the published parameters (a re-implementation of the same table).
@pytest.mark.parametrize(
    ("devices", "peak", "exposure", "peak_nk", "exposure_nk"),
    [
        (1, 43.9, 146.9, 59.2, 386.9),
        (2, 73.0, 253.8, 120.0, 746),
        (3, 102.2, 360.8, 180.7, 1105),
    ],
)
def test_the_nasal_oracle_gives_what_another_program_gave(
    devices, peak, exposure, peak_nk, exposure_nk
):
    times = np.linspace(0, 24, 721)
    found = perez_ruixo_2021.concentrations(perez_ruixo_2021.spray(devices), times)
    # 0.002 covers the last printed digit of 43.9 and the grid of two minutes.
    assert found["ketamine"].max() == pytest.approx(peak, rel=2e-3)
    assert area(times, found["ketamine"]) == pytest.approx(exposure, rel=2e-3)
    assert found["norketamine"].max() == pytest.approx(peak_nk, rel=2e-3)
    assert area(times, found["norketamine"]) == pytest.approx(exposure_nk, rel=2e-3)


def test_the_kamp_oracle_gives_what_infusion_software_gives():
    found = mammillary.concentrations(mammillary.kamp_2020(70), [(35, 0, 40)], [2400 / 3600])
    assert found[0] == pytest.approx(253.0518, rel=1e-6)  # 0.2530518 mg/L


def test_the_schnider_oracle_gives_the_printed_rates_of_its_reference_person():
    # The paper's second form: k10 0.443, k12 0.302, k13 0.196, k31 0.0035 at 53 years, 77 kg,
    # 177 cm and 59 kg lean. James for a man of 77 kg and 177 cm: 84.7 - 128 * 0.18925 = 60.476 kg,
    # 1.476 kg above 59; so k10 = 0.443 - 0.0159 * 1.476 = 0.4195.
    v1, k10, k12, k21, k13, k31 = mammillary.schnider_1998(77, age_years=53, height_cm=177, sex="M")
    assert v1 == 4.27
    assert k10 == pytest.approx(0.4195, abs=1e-3)
    assert k12 == pytest.approx(0.302, abs=5e-4)
    assert k21 == pytest.approx(1.29 / 18.9)
    assert k13 == pytest.approx(0.196, abs=5e-4)
    assert k31 == pytest.approx(0.0035, abs=5e-5)
