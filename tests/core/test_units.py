"""Units: conversions follow from definitions (1 h = 60 min, 1 in = 2.54 cm, 1 lb = 0.45359237 kg)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.units import Quantity, dimension, known_units, parse_quantity


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("2 h", "min", 120.0),  # 2 × 60
        ("154 lb", "kg", 69.85322498),  # 154 × 0.45359237
        ("70 in", "cm", 177.8),  # 70 × 2.54
        ("1.48 L/min", "L/h", 88.8),  # 1.48 × 60
        ("0.0125 mg/kg/min", "mg/kg/h", 0.75),  # 0.0125 × 60
        ("50 %", "1", 0.5),
        ("6 wk", "d", 42.0),  # 6 × 7
        (".5 g", "mg", 500.0),
        ("-4 d", "h", -96.0),
    ],
)
def test_quantity_converts_by_definition(text, unit, expected):
    assert parse_quantity(text).to(unit) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("35", ErrorCode.BAD_FORMAT),
        ("mg", ErrorCode.BAD_FORMAT),
        ("", ErrorCode.BAD_FORMAT),
        ("35 milligrams", ErrorCode.UNKNOWN_UNIT),
        ("35 MG", ErrorCode.UNKNOWN_UNIT),  # capital M is mega: never guessed
    ],
)
def test_parse_refuses_what_is_not_a_quantity(text, code):
    with pytest.raises(InputError) as caught:
        parse_quantity(text)
    assert caught.value.code is code


def test_conversion_between_dimensions_is_refused_and_names_both():
    assert Quantity(35, "mg").to("g") == pytest.approx(0.035)
    with pytest.raises(InputError, match="35 mg is a mass; a dose per body mass is needed here"):
        Quantity(35, "mg").to("mg/kg")


def test_a_dose_and_a_body_weight_do_not_mix():
    """80 kg of a person is not 80,000,000 mg of a drug."""
    assert dimension("kg") != dimension("mg")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_quantity_refuses_numbers_that_are_not_finite(value):
    with pytest.raises(InputError, match="not a finite number"):
        Quantity(value, "mg")


@given(
    st.floats(1e-6, 1e6),
    st.sampled_from(known_units()).flatmap(
        lambda a: st.tuples(
            st.just(a),
            st.sampled_from([b for b in known_units() if dimension(b) == dimension(a)]),
        )
    ),
)
def test_conversion_there_and_back_returns_the_number(value, units):
    there, back = units
    # two multiplications and two divisions: a few units in the last place
    assert Quantity(Quantity(value, there).to(back), back).to(there) == pytest.approx(
        value, rel=1e-12
    )
