"""Codes on vials. Check digits are worked out by hand from the GS1 rule (weights 3 and 1)."""

from datetime import date

import pytest

from ketacare.adapters.gs1 import read_vial_code
from ketacare.core.errors import InputError

# 0 03 0042051234 ?: 3*(0+3+0+2+5+2+4) + 1*(0+0+4+0+1+3) = 3*16 + 8 = 56, so the check digit is 4.
GTIN = "00300420512344"


def test_a_scanned_code_with_separators():
    code = read_vial_code(f"]d201{GTIN}1727053110A12-B\x1d21777")
    assert code.ndc == "0042051234"
    assert code.lot == "A12-B"
    assert code.serial == "777"
    assert code.expires_on == date(2027, 5, 31)


def test_the_printed_form_with_brackets():
    code = read_vial_code(f"(01){GTIN}(17)270531(10)A12")
    assert (code.gtin, code.lot, code.expires_on) == (GTIN, "A12", date(2027, 5, 31))


def test_day_zero_is_the_last_of_the_month():
    assert read_vial_code("172802001010A").expires_on == date(2028, 2, 29)


def test_a_product_that_carries_no_ndc_has_none():
    # 0 4 012345 678901: 3*(0+0+2+4+6+8+0) + (4+1+3+5+7+9) = 60 + 29 = 89, check digit 1.
    code = read_vial_code("01" + "0401234567890" + "1")
    assert code.ndc == ""
    assert code.gtin == "04012345678901"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("(01)00300420512345(10)A", "check digit"),
        ("17271331", "not a day"),
        ("172705", "digits"),
        ("10A\x1d10B", "twice"),
        ("99nonsense", "cannot be read"),
        ("(10)A(", "cannot be read"),
        ("10" + "A" * 21, "1 to 20"),
        ("10", "1 to 20"),
    ],
)
def test_what_cannot_be_read_is_refused(text, said):
    with pytest.raises(InputError, match=said):
        read_vial_code(text)
