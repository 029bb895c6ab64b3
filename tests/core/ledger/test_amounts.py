"""Whole micrograms: expected values are the decimal system's."""

from decimal import Decimal

import pytest

from ketacare.core.errors import InputError
from ketacare.core.ledger import micrograms, milligrams, nearest_micrograms, vial_content


@pytest.mark.parametrize(
    ("typed", "ug"), [("0", 0), ("34.5", 34_500), ("0.001", 1), (500, 500_000), ("1e2", 100_000)]
)
def test_a_typed_amount_is_exact(typed, ug):
    assert micrograms(typed) == ug


@pytest.mark.parametrize("typed", ["-1", "0.0001", "much", "NaN", "Infinity", "1000001"])
def test_a_typed_amount_that_cannot_be_is_refused(typed):
    assert micrograms("1") == 1000
    with pytest.raises(InputError):
        micrograms(typed)


def test_ten_tenths_are_one():
    # 0.1 ten times is not 1 in binary fractions; it is in micrograms.
    assert sum(micrograms("0.1") for _ in range(10)) == micrograms("1")


def test_a_measured_amount_goes_to_the_nearest_microgram():
    assert nearest_micrograms(34.98749) == 34_987
    assert nearest_micrograms(34.98751) == 34_988
    with pytest.raises(InputError):
        nearest_micrograms(float("nan"))


def test_milligrams_are_exact_and_short():
    assert [str(milligrams(ug)) for ug in (0, 1, 34_500, 500_000)] == ["0", "0.001", "34.5", "500"]


def test_a_vial_of_ten_millilitres_of_fifty_holds_half_a_gram():
    assert vial_content(Decimal(50), Decimal(10)) == 500_000
    with pytest.raises(InputError):
        vial_content(Decimal(50), Decimal(0))
