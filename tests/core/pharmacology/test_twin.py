"""The whole model against an integrator and against equations written out by hand.

The right-hand side below is Simons 2022 for S-ketamine, typed from its Table 4 in L and h, with
the venous link and an effect site; nothing of it comes from the engine.
"""

import numpy as np
import pytest
from tests.core.pharmacology.oracles.stepping import Given, integrate

from ketacare.core.pharmacology import (
    Analyte,
    Enantiomer,
    RateStep,
    Regimen,
    Site,
    Subject,
    concentration,
    effect_site,
)

# start, 15 min at 60 mg/h, a pause of 10 min, then 30 mg/h for 20 min, stopped early
STEPS = (RateStep(0, 0.25, 60), RateStep(5 / 12, 0.75, 30))
TIMES = np.array([0.1, 0.25, 0.3, 0.5, 0.75, 0.8, 1.0, 2.0, 4.0, 6.0])


def slopes(x):
    k1, k2, k3, t1, t2, n1, n2, u1, u2, h1, h2, late, site = x
    ck, cn, ch = k1 / 11.6, n1 / 11.6, h1 / 4.4
    out_k, out_n = 88.8 * ck, 60.0 * cn
    flow2 = 145.8 * (ck - k2 / 39.0)
    flow3 = 72.6 * (ck - k3 / 174)
    flow_n = 157.8 * (cn - n2 / 221)
    flow_h = 102.0 * (ch - h2 / 87.5)
    kt, ku = 2 / (20.1 / 60), 2 / (1.12 / 60)
    return [
        -out_k - flow2 - flow3,
        flow2,
        flow3,
        0.8 * out_k - kt * t1,
        kt * (t1 - t2),
        kt * t2 - out_n - flow_n,
        flow_n,
        0.7 * out_n - ku * u1,
        ku * (u1 - u2),
        ku * u2 - 55.98 * ch - flow_h,
        flow_h,
        0.926 * (ck - late),
        np.log(2) * 60 / 8.3 * (ck - site),
    ]


@pytest.fixture(scope="module")
def twin():
    given = [Given(0, step.start_h, step.end_h, step.mg) for step in STEPS]
    return integrate(slopes, 13, given, TIMES)


# The integrator holds 1e-11 per step; over some thousand steps 1e-6 is safe, and it is the promise.
CLOSE = 1e-6


@pytest.mark.slow  # the integrator, once for all tests of this module
@pytest.mark.parametrize(
    ("analyte", "site", "read"),
    [
        (Analyte.S_KETAMINE, Site.ARTERIAL, lambda x: x[0] / 11.6),
        (Analyte.S_KETAMINE, Site.VENOUS, lambda x: 0.421 * x[0] / 11.6 + 0.579 * x[11]),
        (Analyte.NORKETAMINE, Site.ARTERIAL, lambda x: x[5] / 11.6 * 223.70 / 237.73),
        (Analyte.HYDROXYNORKETAMINE, Site.ARTERIAL, lambda x: x[9] / 4.4 * 239.70 / 237.73),
    ],
)
def test_concentrations_agree_with_the_integrator(simons, twin, analyte, site, read):
    regimen = Regimen(STEPS, (), Enantiomer.S)
    found = concentration(simons, Subject(70), regimen, TIMES, site=site, analyte=analyte)
    assert found == pytest.approx(read(twin) * 1000, rel=CLOSE)


@pytest.mark.slow  # the integrator, once for all tests of this module
def test_the_effect_site_agrees_with_the_integrator(simons, twin):
    regimen = Regimen(STEPS, (), Enantiomer.S)
    found = effect_site(simons, Subject(70), regimen, TIMES, half_life_min=8.3)
    assert found == pytest.approx(twin[12] * 1000, rel=CLOSE)
