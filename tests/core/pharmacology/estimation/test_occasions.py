"""Several infusion days of one person: which days are told apart, and what each says."""

from dataclasses import replace

import numpy as np
import pytest
from tests.core.pharmacology.estimation.cases import WOMAN, sample, with_spread

from ketacare.core.errors import InputError
from ketacare.core.pharmacology import Bolus, RateStep, Regimen, Residual, Route, Site, fit
from ketacare.core.pharmacology.estimation import occasions_of
from ketacare.core.pharmacology.estimation.occasions import Deviation, Deviations
from ketacare.core.pharmacology.kinetics import Probe, read

DAY = Regimen.infusion(31, 40)
TWO_DAYS = DAY.and_then(DAY.shifted(72.0))
NK = Residual(proportional=0.3)


def test_a_dose_half_a_day_after_the_one_before_begins_another_occasion():
    one = Regimen((RateStep(0, 1, 30), RateStep(12.9, 13, 30)))  # 11.9 h after the end
    two = Regimen((RateStep(0, 1, 30), RateStep(13.0, 14, 30)))
    assert occasions_of(one).starts_h == (0.0,)
    assert occasions_of(two).starts_h == (0.0, 13.0)
    assert occasions_of(Regimen((RateStep(0, 40, 5), RateStep(41, 42, 5)))).starts_h == (0.0,)


def test_every_dose_belongs_to_one_occasion():
    film = Bolus(100, 50, Route.SUBLINGUAL)
    found = occasions_of(replace(TWO_DAYS, boluses=(film,)), [0.0, 72.0, 90.0, 200.0])
    assert found.starts_h == (0.0, 72.0, 90.0)  # nothing is given after 200 h
    assert [part.total_mg for part in found.regimens] == pytest.approx([31, 31, 50])
    assert found.of([0.5, 71.9, 72.0, 300.0]) == [0, 0, 1, 2]


@pytest.mark.parametrize("starts", [[0, 0], [72, 0], [0, float("nan")]])
def test_occasions_that_do_not_rise_are_refused(starts):
    with pytest.raises(InputError, match="occasions_h must be finite hours that rise"):
        occasions_of(TWO_DAYS, starts)


def test_of_one_occasion_only_the_sum_is_seen_and_shared_out_by_the_variances(simons):
    whole = Deviations.of(with_spread(simons, {"mtt_nk"}), occasions=2)
    assert whole.labels == (Deviation("mtt_nk"), Deviation("mtt_nk", 0), Deviation("mtt_nk", 1))
    seen = whole.seen_as([Deviation("mtt_nk")], together=True)
    mean = whole.given(seen, np.array([[1.0]]), None)[0]
    # 0.021 of the person and 0.751 of the occasion make up what was seen; the next is unknown
    assert mean == pytest.approx([0.021 / 0.772, 0.751 / 0.772, 0.0])
    drawn = whole.given(seen, np.ones((40_000, 1)), np.random.default_rng(1))
    assert drawn[:, :2].sum(axis=1) == pytest.approx(1.0)
    # left of the person's: 0.021 (1 - 0.021 / 0.772); 40,000 draws know a variance to 0.7 %
    assert drawn[:, 0].var() == pytest.approx(0.021 * (1 - 0.021 / 0.772), rel=0.03)
    assert drawn[:, 2].var() == pytest.approx(0.751, rel=0.03)


# About what half the usual delay gives (35 and 24 ng/mL), and two and a half times it (8 and 28).
SAMPLES = [
    *(sample(t, v, "S-norketamine", Site.ARTERIAL) for t, v in [(0.5, 35.0), (1.5, 24.0)]),
    *(sample(72 + t, v, "S-norketamine", Site.ARTERIAL) for t, v in [(0.5, 8.0), (1.5, 28.0)]),
]


@pytest.mark.slow  # a grid of 40,000 people on two days
def test_the_posterior_of_two_days_is_that_of_a_grid(simons):
    """One parameter, its person's deviation and two occasions', integrated by brute force."""
    model = with_spread(simons, {"mtt_nk"})
    found = fit(
        model,
        WOMAN,
        TWO_DAYS,
        SAMPLES,
        rng=np.random.default_rng(8),
        particles=6000,
        residuals={"S-norketamine": NK},
    )
    # What is known of a day's delay is some tenths wide, a step of its grid 0.13 in the logarithm.
    z, fine = np.linspace(-3.6, 3.6, 13), np.linspace(-4, 4, 55)
    person, first, second = (g.ravel() for g in np.meshgrid(z, fine, fine, indexing="ij"))
    typical = {name: v[0] for name, v in model.typical(WOMAN).items()}
    eta, log_density = np.sqrt(0.021) * person, -0.5 * (person**2 + first**2 + second**2)
    times = {}
    for day, drawn in enumerate((first, second)):
        people = {name: np.full(len(person), v) for name, v in typical.items()}
        people["mtt_nk"] *= np.exp(eta + np.sqrt(0.751) * drawn)
        times[day] = people["mtt_nk"]
        # 72 h after the first dose nothing of it is left: below 0.01 ng/mL
        level = read(model, people, DAY, [0.5, 1.5], [Probe(analyte="S-norketamine")])[:, 0]
        seen = np.array([s.value_ng_per_mL for s in SAMPLES[2 * day : 2 * day + 2]])
        away = (seen - level) / (0.3 * level)
        log_density -= (0.5 * away**2 + np.log(0.3 * level)).sum(axis=1)
    weight = np.exp(log_density - log_density.max())
    weight /= weight.sum()
    own = typical["mtt_nk"] * np.exp(eta)
    for values, estimate in (
        (own, found.estimate("mtt_nk")),
        (times[0], found.estimate("mtt_nk", 1)),
        (times[1], found.estimate("mtt_nk", 2)),
    ):
        mean = float(weight @ values)
        sd = float(np.sqrt(weight @ (values - mean) ** 2))
        # Some 3000 effective draws: the standard error of a mean is sd / 55; four of them.
        assert estimate.mean == pytest.approx(mean, abs=4 * sd / 55)
        assert estimate.p95 - estimate.p5 == pytest.approx(3.3 * sd, rel=0.25)
    # the second day's delay is much longer, and the population's spread of a day allows it
    assert found.estimate("mtt_nk", 2).p5 > found.estimate("mtt_nk", 1).p95
    (said,) = (text for text in found.outside if "occasion" in text)
    assert said.endswith("mtt_nk differ between them by the published variance.")


@pytest.mark.slow  # two estimations
def test_a_day_with_another_delay_does_not_pull_the_person(simons):
    model = with_spread(simons, {"mtt_nk", "cln"})

    def fitted(occasions_h):
        return fit(
            model,
            WOMAN,
            TWO_DAYS,
            SAMPLES,
            rng=np.random.default_rng(2),
            particles=600,
            residuals={"S-norketamine": NK},
            occasions_h=occasions_h,
        )

    apart, together = fitted(None), fitted([0.0])
    # taken as one day, no delay fits both: samples lie far from the curve
    assert max(abs(h.standardised) for h in together.samples) > 1
    assert max(abs(h.standardised) for h in apart.samples) < 0.5
    (said,) = (text for text in together.outside if "One occasion was sampled" in text)
    assert "(mtt_nk)" in said


def test_parameters_without_a_variance_between_occasions_are_said_to_stay(simons):
    samples = [sample(t + day, v) for day in (0, 72) for t, v in [(0.7, 166.0), (2.0, 56.0)]]
    found = fit(simons, WOMAN, TWO_DAYS, samples, rng=np.random.default_rng(3), particles=400)
    assert len(found.occasions) == 2
    assert {estimate.occasion for estimate in found.estimates} == {None}
    (said,) = (text for text in found.outside if "occasion" in text)
    assert "for none of the parameters that these samples speak about" in said


def test_the_next_dose_is_an_occasion_of_its_own(simons):
    model = with_spread(simons, {"mtt_nk"})
    found = fit(
        model,
        WOMAN,
        DAY,
        SAMPLES[:2],
        rng=np.random.default_rng(4),
        particles=2000,
        residuals={"S-norketamine": NK},
    )
    seen, ahead = found.posterior.occasions[0]["mtt_nk"], found.posterior.parameters["mtt_nk"]
    assert np.log(seen).std() < 0.6
    # the variance between occasions, 0.751, and next to nothing known of the person's 0.021
    assert np.log(ahead).var() == pytest.approx(0.772, rel=0.1)
