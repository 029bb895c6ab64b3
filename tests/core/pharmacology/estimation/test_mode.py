"""The most probable parameters against an independent optimiser on an integrated model."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import norm
from tests.core.pharmacology.estimation.cases import ERROR, WOMAN, sample
from tests.core.pharmacology.oracles.stepping import Given, integrate

from ketacare.core.errors import KetacareError
from ketacare.core.pharmacology import Enantiomer, Regimen, Site, fit
from ketacare.core.pharmacology.estimation.mode import find_mode, find_modes

DOSE = Regimen.infusion(20, 40, enantiomer=Enantiomer.S)
SAMPLES = [
    sample(0.66, 190.0, "S-ketamine"),
    sample(1.5, 60.0, "S-ketamine"),
    sample(4.0, 14.0, "S-ketamine"),
    sample(12.0, None, "S-ketamine", lloq=5.0),
]
# Simons 2022, Table 4: omega squared of VK1, CLK1 and CLK3
OMEGA2 = np.array([0.057, 0.029, 0.026])


def integrated(eta):
    """Venous S-ketamine (ng/mL) at the samples' times: Simons 2022 in L and L/h, by LSODA."""
    size, flow = WOMAN.weight_kg / 70, (WOMAN.weight_kg / 70) ** 0.75
    v1, cl, q3 = np.array([11.6 * size, 88.8 * flow, 72.6 * flow]) * np.exp(eta)
    v2, v3, q2 = 39.0 * size, 174 * size, 145.8 * flow

    def slopes(x):
        a1, a2, a3, late = x
        c = a1 / v1
        return [
            -cl * c - q2 * (c - a2 / v2) - q3 * (c - a3 / v3),
            q2 * (c - a2 / v2),
            q3 * (c - a3 / v3),
            0.926 * (c - late),
        ]

    states = integrate(slopes, 4, [Given(0, 0, 40 / 60, 20)], [s.at_h for s in SAMPLES])
    return (0.421 * states[0] / v1 + 0.579 * states[3]) * 1000


def minus_log_posterior(eta):
    total = 0.5 * (eta**2 / OMEGA2).sum()
    for level, each in zip(integrated(eta), SAMPLES, strict=True):
        spread = 0.1095 * level
        if each.value_ng_per_mL is None:
            total -= norm.logcdf((each.lloq - level) / spread)
        else:
            total -= norm.logpdf(each.value_ng_per_mL, level, spread)
    return total


@pytest.mark.slow  # a few hundred integrations
def test_the_mode_is_that_of_an_optimiser_on_the_integrated_equations(simons):
    found = fit(
        simons, WOMAN, DOSE, SAMPLES, rng=np.random.default_rng(5), particles=500, residuals=ERROR
    )
    other = minimize(minus_log_posterior, np.zeros(3), method="BFGS", options={"gtol": 1e-4})
    sd = np.sqrt(OMEGA2)
    mine = np.array([found.estimate(name).deviation for name in ("v1", "cl", "q3")])
    # BFGS stops at a slope of 1e-4 with gradients from integrations good to 1e-9: a curvature of at
    # least 1 / omega^2 = 17 places it within 1e-5, in standard deviations 1e-4.
    assert mine == pytest.approx(other.x / sd, abs=1e-3)
    assert minus_log_posterior(mine * sd) <= other.fun + 1e-6


def test_a_quadratic_is_solved_with_its_curvature():
    curvature = np.array([[4.0, 1.0], [1.0, 2.0]])
    top = np.array([1.0, -2.0])

    def hill(z):
        return -0.5 * np.einsum("ni,ij,nj->n", z - top, curvature, z - top)

    mode = find_mode(hill, np.zeros(2))
    assert mode.z == pytest.approx(top, abs=1e-6)
    # inverse of [[4, 1], [1, 2]]: [[2, -1], [-1, 4]] / 7
    assert mode.covariance == pytest.approx(np.array([[2, -1], [-1, 4]]) / 7, abs=1e-6)


def test_two_hills_are_both_found_and_the_higher_is_first():
    def hills(z):
        low = np.log(0.3) - 2 * (z[:, 0] + 3) ** 2
        return np.logaddexp(low, np.log(0.7) - 2 * (z[:, 0] - 3) ** 2)

    modes = find_modes(hills, np.array([[-2.0], [2.5]]))
    assert [round(float(m.z[0]), 3) for m in modes] == [3.0, -3.0]


@pytest.mark.parametrize(
    "hopeless",
    [
        lambda z: z[:, 0],  # rises for ever
        lambda z: np.full(len(z), np.nan),
        lambda z: 0.0 * z[:, 0],  # flat: no maximum, no curvature
    ],
)
def test_where_there_is_no_maximum_there_is_no_answer(hopeless):
    with pytest.raises(KetacareError, match="could not be found") as refusal:
        find_modes(hopeless, np.zeros((1, 1)))
    assert refusal.value.code == "numerical"


def test_arterial_samples_of_the_same_numbers_give_another_person(simons):
    """Pitfall: arterial and venous samples must not be pooled or confused."""
    found = [
        fit(
            simons,
            WOMAN,
            DOSE,
            [sample(0.66, 190.0, "S-ketamine", site=site)],
            rng=np.random.default_rng(5),
            particles=500,
            residuals=ERROR,
        ).map["cl"]
        for site in (Site.ARTERIAL, Site.VENOUS)
    ]
    assert found[0] > 1.1 * found[1]
