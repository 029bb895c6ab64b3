"""Covariates by form, spreads by shape, and what is gated; arithmetic beside each."""

import numpy as np
import pytest

from ketacare.core.errors import DomainError
from ketacare.core.pharmacology import (
    Covariate,
    Form,
    Measure,
    Missing,
    Parameter,
    People,
    Scaling,
    Spread,
    Subject,
    Use,
)
from ketacare.core.record import Sex
from ketacare.core.sources import Sourced
from ketacare.core.units import Quantity

OLD_WOMAN = Subject(84, 70, Sex.FEMALE, 160, frozenset({"asian"}))


def sourced(value, unit):
    return Sourced(quantity=Quantity(value, unit), source="project", locus="drawn")


def covariate(form, coefficient, **more):
    unit = {Measure.AGE: "year", Measure.WEIGHT: "kg"}.get(more.get("of"), "1")
    reference = sourced(more.pop("reference"), unit) if "reference" in more else None
    halfway = sourced(more.pop("halfway"), unit) if "halfway" in more else None
    return Covariate(
        parameter="cl",
        form=form,
        use=more.pop("use", Use.REPORTED),
        coefficient=coefficient,
        sourced=sourced(coefficient, "1"),
        reference=reference,
        halfway=halfway,
        **more,
    )


def value(subject, *covariates, scaling=Scaling.NONE):
    parameter = Parameter(
        name="cl",
        sourced=sourced(10, "L/h/kg" if scaling is Scaling.PER_KG else "L/h"),
        unit="L/h",
        scaling=scaling,
        covariates=covariates,
    )
    return float(parameter.typical(People.of([subject]), 70, 0.75)[0])


AGE = {"of": Measure.AGE, "reference": 40}


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (covariate(Form.ADDITIVE, -0.1, **AGE), 10 - 0.1 * 30),
        (covariate(Form.LINEAR, 0.01, **AGE), 10 * (1 + 0.01 * 30)),
        (covariate(Form.EXPONENTIAL, -0.01, **AGE), 10 * np.exp(-0.3)),
        (covariate(Form.POWER, 0.5, of=Measure.WEIGHT, reference=21), 10 * 2.0),
        # s(70) = 70/(70+30) = 0.7, s(40) = 40/70
        (covariate(Form.SIGMOID, 1.0, halfway=30, **AGE), 10 * 0.7 / (40 / 70)),
        (covariate(Form.FACTOR, 0.5, trait="asian"), 5),
        (covariate(Form.FACTOR, 0.5, trait="japanese"), 10),
        (covariate(Form.FACTOR, 1.2, sex=Sex.FEMALE), 12),
        (covariate(Form.FACTOR, 1.2, sex=Sex.MALE), 10),
        (covariate(Form.FACTOR, 0.5, trait="asian", use=Use.GATED, note="why"), 10),
        # per year above 60: 10 years here
        (covariate(Form.ADDITIVE, -0.2, of=Measure.AGE, reference=60, only_above=True), 8),
        (covariate(Form.ADDITIVE, -0.2, of=Measure.AGE, reference=80, only_above=True), 10),
    ],
)
def test_each_form_does_what_it_says(of, expected):
    assert value(OLD_WOMAN, of) == pytest.approx(expected, rel=1e-12)


def test_additive_ones_come_before_weight_and_factors_after():
    both = covariate(Form.ADDITIVE, 0.1, **AGE), covariate(Form.FACTOR, 0.5, trait="asian")
    found = value(OLD_WOMAN, *both, scaling=Scaling.CLEARANCE)
    assert found == pytest.approx((10 + 0.1 * 30) * (84 / 70) ** 0.75 * 0.5, rel=1e-12)


def test_a_value_per_kilogram_is_multiplied_by_weight():
    assert value(OLD_WOMAN, scaling=Scaling.PER_KG) == pytest.approx(840)


def test_what_is_not_recorded_is_refused_or_left_at_the_reference():
    strict = covariate(Form.LINEAR, 0.01, **AGE)
    lenient = covariate(Form.LINEAR, 0.01, missing=Missing.REFERENCE, **AGE)
    assert value(Subject(70), lenient) == pytest.approx(10)
    with pytest.raises(DomainError, match="depends on age, which is not recorded"):
        value(Subject(70), strict)


def test_a_formula_that_runs_below_zero_has_no_answer():
    falling = covariate(Form.ADDITIVE, -0.5, **AGE)
    assert value(Subject(70, 50), falling) == pytest.approx(5)
    with pytest.raises(DomainError, match="do not reach this far"):
        value(OLD_WOMAN, falling)


def test_a_deviation_on_the_logit_stays_a_fraction():
    parameter = Parameter(
        name="f", sourced=sourced(0.54, "1"), unit="1", spread=Spread.LOGIT_NORMAL
    )
    found = parameter.deviated(np.full(3, 0.54), np.array([-1.0, 0.0, 1.0]))
    # logit(0.54) = 0.1603; expit of 0.1603 - 1, 0.1603, 0.1603 + 1
    assert found == pytest.approx([0.3016, 0.54, 0.7614], abs=1e-4)
