"""What may enter an estimation as a sample, and what is refused with a sentence."""

import pytest
from tests.core.pharmacology.estimation.cases import sample

from ketacare.core.errors import InputError
from ketacare.core.pharmacology import Arm, in_ng_per_mL
from ketacare.core.units import Quantity


def test_a_sample_has_a_value_or_a_limit():
    assert sample(1.0, 120.0).is_quantified
    assert not sample(8.0, None, lloq=2.0).is_quantified


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"arm": Arm.INFUSION}, "from the infusion arm"),
        ({"arm": None}, "arm of the sample at 1 h is not recorded"),
        ({"at_h": -0.5}, "hours since time zero"),
        ({"at_h": float("nan")}, "hours since time zero"),
        ({"value": 0.0}, "more than zero"),
        ({"value": -3.0}, "more than zero"),
        ({"value": float("inf")}, "more than zero"),
        ({"value": None}, "no value and no limit"),
        ({"lloq": 0.0}, "limit of quantification, more than zero"),
        ({"lloq": 150.0}, "under the limit of 150"),
    ],
)
def test_what_is_no_sample_is_refused(wrong, sentence):
    good = {"at_h": 1.0, "value": 120.0, "lloq": 2.0}
    assert sample(**good).is_quantified
    changed = good | wrong
    if wrong == {"value": None}:
        changed["lloq"] = None
    with pytest.raises(InputError, match=sentence):
        sample(**changed)


@pytest.mark.parametrize(
    ("analyte", "measured", "expected"),
    [
        # 1 nmol/mL is the molar mass in ng/mL: 237.73 ketamine, 223.70 norketamine
        ("ketamine", Quantity(0.5, "nmol/mL"), 118.865),
        ("ketamine", Quantity(0.5, "umol/L"), 118.865),
        ("norketamine", Quantity(1, "nmol/mL"), 223.70),
        ("ketamine", Quantity(85, "ug/L"), 85),
    ],
)
def test_concentrations_come_in_mass_or_molar_units(simons, analyte, measured, expected):
    assert in_ng_per_mL(simons, analyte, measured) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("analyte", "measured", "sentence"),
    [
        ("ketamine", Quantity(0.1, "mg/mL"), "plasma concentration is needed"),
        ("cetirizine", Quantity(1, "ng/mL"), "has no cetirizine"),
    ],
)
def test_other_units_and_analytes_are_refused(simons, analyte, measured, sentence):
    with pytest.raises(InputError, match=sentence):
        in_ng_per_mL(simons, analyte, measured)
