"""Blood samples in a case file: read with their units, and written back as they were."""

from datetime import UTC, datetime

import pytest

from ketacare.adapters.casefile import read_case, write_case
from ketacare.core.errors import InputError
from ketacare.core.record import BloodSite, Concentration, Person, SampleArm

AT = datetime(2026, 5, 4, 15, 10, tzinfo=UTC)
PERSON = Person(
    id="p",
    label="p",
    concentrations=(
        Concentration(
            at=AT,
            analyte="ketamine",
            value=85.5,
            unit="ng/mL",
            site=BloodSite.VENOUS,
            arm=SampleArm.OTHER,
            note="left",
        ),
        Concentration(
            at=AT,
            analyte="norketamine",
            value=None,
            unit="nmol/mL",
            lloq=0.02,
            site=BloodSite.ARTERIAL,
        ),
    ),
)


def test_what_is_written_reads_back_as_the_same_samples():
    assert read_case(write_case(PERSON), source="x").concentrations == PERSON.concentrations


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('value = "85 ng/mL"', "site"),
        ('value = 85\nsite = "venous"', "not a concentration"),
        ('site = "venous"', "needs its value"),
        ('value = "85 ng/mL"\nsite = "venous"\narm = "left"', "other arm"),
        ('value = "85 ng/mL"\nsite = "venous"\nlimit = "2 ng/mL"', "limit"),
    ],
)
def test_a_mistake_names_its_place(line, said):
    text = (
        'format = 1\n[person]\nid = "p"\n[[concentration]]\n'
        f'at = 2026-05-04T11:10:00-04:00\nanalyte = "ketamine"\n{line}\n'
    )
    with pytest.raises(InputError) as refused:
        read_case(text, source="case.toml")
    assert "case.toml: concentration[1]" in str(refused.value)
    assert said in str(refused.value)
