"""The posterior against brute force, against chance, and its judgement of itself."""

import numpy as np
import pytest
from scipy.stats import binom
from tests.core.pharmacology.estimation.cases import (
    DOSE,
    ERROR,
    WOMAN,
    measured,
    sample,
    times,
    with_spread,
)

from ketacare.core.errors import KetacareError
from ketacare.core.pharmacology import Site, fit
from ketacare.core.pharmacology.estimation.importance import draw_posterior, pareto
from ketacare.core.pharmacology.estimation.mode import find_modes
from ketacare.core.pharmacology.kinetics import Probe, read

PEOPLE = 200
SAMPLED_H = times(0.6, 0.75, 1.5, 3.0, 6.0, 10.0)


@pytest.mark.slow  # a grid of 40,000 people
def test_the_posterior_is_that_of_a_grid(simons):
    """Two parameters, integrated by brute force with weights of normal densities."""
    model = with_spread(simons, {"v1", "cl"})
    samples = [sample(0.7, 150.0), sample(2.0, 70.0), sample(5.0, 21.0)]
    found = fit(
        model, WOMAN, DOSE, samples, rng=np.random.default_rng(8), particles=8000, residuals=ERROR
    )
    z = np.linspace(-5, 5, 201)
    first, second = (each.ravel() for each in np.meshgrid(z, z, indexing="ij"))
    typical = model.typical(WOMAN)
    people = {name: np.repeat(value, len(first)) for name, value in typical.items()}
    people["v1"] = people["v1"] * np.exp(first * np.sqrt(0.057))
    people["cl"] = people["cl"] * np.exp(second * np.sqrt(0.029))
    level = read(
        model, people, DOSE, times(0.7, 2, 5), [Probe(analyte="ketamine", site=Site.VENOUS)]
    )
    spread = 0.1095 * level[:, 0]
    away = (np.array([150.0, 70.0, 21.0]) - level[:, 0]) / spread
    log_density = -0.5 * (first**2 + second**2) - (0.5 * away**2 + np.log(spread)).sum(axis=1)
    weight = np.exp(log_density - log_density.max())
    weight /= weight.sum()
    for name in ("v1", "cl"):
        values = people[name]
        mean = float(weight @ values)
        sd = float(np.sqrt(weight @ (values - mean) ** 2))
        estimate = found.estimate(name)
        # Some 6000 effective draws: the standard error of a mean is sd / 77; four of them.
        assert estimate.mean == pytest.approx(mean, abs=4 * sd / 77)
        order = np.argsort(values)
        height = np.cumsum(weight[order])
        for part, quantile in ((0.05, estimate.p5), (0.5, estimate.p50), (0.95, estimate.p95)):
            exact = float(values[order][np.searchsorted(height, part)])
            assert quantile == pytest.approx(exact, abs=0.12 * sd)


@pytest.mark.slow  # 200 people, some seconds
def test_intervals_hold_the_truth_as_often_as_they_say(simons):
    """People drawn from the model, sampled with error; results under 6 ng/mL are not quantified."""
    rng = np.random.default_rng(77)
    people = simons.draw(WOMAN, n=PEOPLE, rng=rng)
    inside = {name: np.zeros((2, PEOPLE), dtype=bool) for name in ("v1", "cl", "q3")}
    unquantified = 0
    for row in range(PEOPLE):
        hours = SAMPLED_H[: 2 + row % 5]
        samples = measured(simons, people, row, hours, rng, analyte="S-ketamine", lloq=6.0)
        unquantified += sum(not s.is_quantified for s in samples)
        found = fit(
            simons, WOMAN, DOSE, samples, rng=rng, particles=400, residuals=ERROR, times_h=[1.0]
        )
        for name, held in inside.items():
            estimate, truth = found.estimate(name), people[name][row]
            held[0, row] = estimate.p25 <= truth <= estimate.p75
            held[1, row] = estimate.p5 <= truth <= estimate.p95
    assert unquantified > 20  # the limit matters in this test
    for held in inside.values():
        for rows, share in zip(held, (0.5, 0.9), strict=True):
            # central 99.9 % of the binomial: one in a thousand would fail by chance
            low, high = binom.interval(0.999, PEOPLE, share)
            assert low <= rows.sum() <= high


def test_pareto_finds_the_shape_of_a_pareto_tail():
    place = (np.arange(2000) + 0.5) / 2000
    for shape in (0.2, 0.7, 1.2):
        # quantiles of the generalised Pareto distribution: ((1 - p)^-k - 1) / k
        found, scale = pareto(((1 - place) ** -shape - 1) / shape)
        assert found == pytest.approx(shape, abs=0.03)
        assert scale == pytest.approx(1.0, abs=0.03)


def banana(z):
    """Return the log density of x standard normal, y = x^2 / 2 + normal(0, 0.5), but a constant."""
    return -0.5 * z[:, 0] ** 2 - 0.5 * ((z[:, 1] - 0.5 * z[:, 0] ** 2) / 0.5) ** 2


def test_few_draws_of_a_bent_density_are_followed_by_more_until_they_are_sound():
    modes = find_modes(banana, np.zeros((1, 2)))
    drawn = [
        draw_posterior(banana, modes, particles=300, rng=np.random.default_rng(seed))
        for seed in range(6)
    ]
    assert all(each.is_sound for each in drawn)
    assert all(300 <= len(each.z) <= 750 for each in drawn)  # 300 and up to six times a quarter
    assert any(len(each.z) > 300 for each in drawn)


def test_draws_of_a_known_density_have_its_moments():
    """The banana's mean of y is half the variance of x, 0.5, and that of x 0."""
    modes = find_modes(banana, np.zeros((1, 2)))
    drawn = draw_posterior(banana, modes, particles=20_000, rng=np.random.default_rng(4))
    mean = drawn.weights @ drawn.z
    # variance of y: var(x^2)/4 + 0.25 = 0.75. The ends of the banana are drawn rarely and weigh
    # much (k near 0.5), so the error is that of some hundred draws: sqrt(0.75 / 1000) = 0.027.
    assert mean == pytest.approx([0.0, 0.5], abs=3 * 0.027)
    assert drawn.effective_size > 4000
    assert drawn.pareto_k < 0.7


def test_draws_that_miss_the_density_are_refused():
    def near(z):
        return -0.5 * (z**2).sum(axis=1)

    def far(z):
        return -5e3 * ((z - 4.0) ** 2).sum(axis=1)

    modes = find_modes(near, np.zeros((1, 3)))
    assert draw_posterior(near, modes, particles=1000, rng=np.random.default_rng(2)).pareto_k < 0.7
    with pytest.raises(KetacareError, match="could not be drawn reliably"):
        draw_posterior(far, modes, particles=1000, rng=np.random.default_rng(2))
