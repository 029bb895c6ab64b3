from datetime import UTC, datetime

import pytest

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import BloodSite, Concentration

AT = datetime(2026, 5, 4, 11, 0, tzinfo=UTC)


def sample(**changed):
    base = {"at": AT, "analyte": "ketamine", "value": 85.0, "unit": "ng/mL"}
    return Concentration(**{**base, "site": BloodSite.VENOUS, **changed})


def test_a_sample_keeps_what_the_laboratory_wrote():
    found = sample(value=0.36, unit="nmol/mL", lloq=0.01)
    assert (found.value, found.unit, found.lloq) == (0.36, "nmol/mL", 0.01)
    assert sample(value=None, lloq=2.0).value is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"unit": "mg/mL"}, ErrorCode.UNIT_MISMATCH),
        ({"value": 0.0}, ErrorCode.OUT_OF_RANGE),
        ({"value": float("nan")}, ErrorCode.OUT_OF_RANGE),
        ({"value": None}, ErrorCode.MISSING_KEY),
        ({"value": 1.0, "lloq": 2.0}, ErrorCode.CONTRADICTION),
        ({"at": AT.replace(tzinfo=None)}, None),
    ],
)
def test_what_cannot_be_a_sample_is_refused(changed, code):
    with pytest.raises(InputError) as refused:
        sample(**changed)
    assert code is None or refused.value.code is code
