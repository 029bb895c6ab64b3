"""What a fit tells besides its numbers: what it rests on, what it does not know, what is odd."""

import numpy as np
import pytest
from scipy.stats import norm
from tests.core.pharmacology.estimation.cases import (
    DOSE,
    ERROR,
    WOMAN,
    measured,
    sample,
    times,
)

from ketacare.core.errors import DomainError, InputError
from ketacare.core.pharmacology import Regimen, Residual, Site, Subject, concentration, fit


def fitted(simons, samples, **changes):
    known = {
        "subject": WOMAN,
        "regimen": DOSE,
        "particles": 400,
        "residuals": ERROR,
        "rng": np.random.default_rng(3),
    } | changes
    subject, regimen = known.pop("subject"), known.pop("regimen")
    return fit(simons, subject, regimen, samples, **known)


TYPICAL = [sample(0.7, 166.0), sample(2.0, 56.0), sample(5.0, 22.0)]


def test_samples_on_the_typical_curve_give_the_typical_person(simons):
    hours = times(0.7, 1.5, 3.0, 6.0)
    level = concentration(simons, WOMAN, DOSE, hours, site=Site.VENOUS, analyte="ketamine")
    found = fitted(simons, [sample(t, v) for t, v in zip(hours, level, strict=True)])
    for estimate in found.estimates:
        # -sum log(sd) of a proportional error pulls the curve down a little: under half an omega
        assert abs(estimate.deviation) < 0.5
    (said,) = found.outside  # the samples are venous, the model arterial
    assert "through a link whose own error is in no interval" in said
    assert found.diagnostics.decrement < 1e-8
    assert found.diagnostics.hessian_uncertain < 1e-2


def test_more_samples_leave_less_to_the_population(simons):
    rng = np.random.default_rng(6)
    people = simons.draw(WOMAN, n=1, rng=rng)
    few = fitted(simons, measured(simons, people, 0, times(1.0), rng))
    many = fitted(simons, measured(simons, people, 0, np.linspace(0.2, 8, 40), rng))
    assert many.shrinkage["cl"] < 0.1 < few.shrinkage["cl"] <= 1.1
    assert (
        many.estimate("cl").p95 - many.estimate("cl").p5
        < few.estimate("cl").p95 - few.estimate("cl").p5
    )


def test_ketamine_samples_say_nothing_about_metabolites_and_leave_them_as_they_were(simons):
    found = fitted(simons, TYPICAL, particles=4000)
    assert "cln" not in found.shrinkage
    drawn = np.log(found.posterior.parameters["cln"])
    # omega squared of CLN1 is 0.050 (Simons 2022, Table 4); standard error sd/sqrt(2n) = 0.0025
    assert drawn.std() == pytest.approx(np.sqrt(0.050), abs=0.012)


def test_an_unquantified_sample_counts_by_its_probability(simons):
    found = fitted(simons, [*TYPICAL, sample(9.0, None, lloq=10.0)])
    held = found.samples[-1]
    level = held.predicted_ng_mL
    # P(y < 10) with a standard deviation of 10.95 % of the curve
    assert held.probability == pytest.approx(norm.cdf((10 - level) / (0.1095 * level)), rel=1e-6)
    assert held.standardised is None
    assert fitted(simons, TYPICAL).map["cl"] < found.map["cl"] or held.probability > 0.5


def test_a_logarithmic_error_is_used_as_published(simons):
    found = fitted(simons, TYPICAL, residuals={"ketamine": Residual(log_sd=0.276)})
    for held in found.samples:
        expected = np.log(held.sample.value_ng_per_mL / held.predicted_ng_mL) / 0.276
        assert held.standardised == pytest.approx(expected)


def test_a_sample_that_does_not_belong_is_pointed_out(simons):
    assert not any("sample of" in sentence for sentence in fitted(simons, TYPICAL).outside)
    found = fitted(simons, [*TYPICAL, sample(2.1, 160.0)])
    assert any("The sample of 160 ng/mL at 2.1 h" in sentence for sentence in found.outside)


def test_a_person_far_from_everybody_is_pointed_out(simons):
    # a tenth of the dose that is said to have been given
    odd = [sample(s.at_h, s.value_ng_per_mL / 10) for s in TYPICAL]
    sentences = " ".join(fitted(simons, odd).outside)
    assert "standard deviations from the typical person" in sentences


def test_the_band_is_of_this_person_and_narrower_than_the_population(simons):
    found = fitted(simons, TYPICAL, times_h=[2.0, 4.0])
    (predicted,) = found.predicted
    people = simons.draw(WOMAN, n=400, rng=np.random.default_rng(1))
    other = fitted(simons, [sample(30.0, None, lloq=500.0)], times_h=[2.0, 4.0]).predicted[0]
    assert people["cl"].std() > 0
    width = predicted.band.p95 - predicted.band.p5
    assert (width < 0.7 * (other.band.p95 - other.band.p5)).all()
    assert (predicted.band.p5 < predicted.most_probable).all()
    assert (predicted.most_probable < predicted.band.p95).all()


def test_the_next_dose_is_predicted_from_the_person(simons):
    found = fitted(simons, TYPICAL)
    twice = found.predict(
        Regimen.infusion(62, 40), [2.0], site=Site.VENOUS, analyte="ketamine"
    ).most_probable
    once = found.predict(DOSE, [2.0], site=Site.VENOUS, analyte="ketamine").most_probable
    assert twice == pytest.approx(2 * once)  # linear: twice 31 mg


def test_the_same_seed_gives_the_same_fit_and_it_names_its_model(simons):
    first, second = (fitted(simons, TYPICAL) for _ in range(2))
    assert first.estimates == second.estimates
    assert first.inputs[0].startswith("pk_ketamine_simons_2022")
    assert first.status.value == "candidate"
    assert "does not predict benefit" in first.note


@pytest.mark.parametrize(
    ("samples", "changes", "sentence"),
    [
        ([], {}, "give at least one sample"),
        ([sample(1.0, 50.0, "cetirizine")], {}, "has no cetirizine"),
        ([sample(1.0, 50.0, "norketamine")], {}, "no residual error for norketamine"),
        (
            [sample(1.0, 50.0, "norketamine")],
            {"residuals": {"norketamine": Residual(proportional=0.1)}},
            "in arterial blood only",
        ),
        ([sample(0.0, 50.0)], {}, "before any of it was given"),
        (TYPICAL, {"particles": 20}, "at least 200"),
    ],
)
def test_samples_that_cannot_be_held_against_the_model_are_refused(
    simons, samples, changes, sentence
):
    assert fitted(simons, TYPICAL).estimates
    with pytest.raises(InputError, match=sentence):
        fitted(simons, samples, **changes)


def test_a_person_outside_the_domain_is_refused(simons):
    with pytest.raises(DomainError, match="age is 9"):
        fitted(simons, TYPICAL, subject=Subject(62, 9))
