import pytest

from ketacare.core.errors import InputError, KnowledgeError
from ketacare.core.record import Vital
from ketacare.knowledge.loading.devices import (
    check_all,
    load_device_profile,
    read_device_profile,
)
from ketacare.knowledge.reading import Section, read_toml

TEXT = """
id = "x"
title = "x"
version = "1"
status = "candidate"
since = 2026-11-23
sources = ["project"]
code_system = "MDC"
no_value_texts = [""]
no_value_numbers = [-100]
accepted_status = ["R"]

[[vital]]
kind = "spo2"
units = ["%"]
lowest = { value = 50, unit = "%", source = "project", locus = "x" }
highest = { value = 100, unit = "%", source = "project", locus = "x" }

[[code]]
mdc = "150456"
name = "SPO2"
kind = "spo2"
source = "project"
"""


def read(text):
    known = frozenset({"project"})
    return read_device_profile(
        Section(read_toml(text, source="x.toml"), source="x.toml", known_sources=known)
    )


def test_the_files_own_checks_pass():
    results = check_all()
    assert results
    assert [r.name for r in results if not r.passed] == []


def test_codes_of_the_reference_are_mapped_and_carbon_dioxide_is_not():
    codes = {code.mdc: code.kind for code in load_device_profile().codes.values()}
    # Codes as in real messages of four makes of monitor.
    assert codes == {
        "147842": Vital.HEART_RATE,
        "149530": Vital.HEART_RATE,
        "150456": Vital.SPO2,
        "151562": Vital.RESPIRATORY_RATE,
        "150021": Vital.SYSTOLIC,
        "150022": Vital.DIASTOLIC,
        "150301": Vital.SYSTOLIC,
        "150344": Vital.TEMPERATURE,
    }


def test_unknown_profile_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="ihe_pcd01"):
        load_device_profile("nosuch")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "spo2"\nsource', 'kind = "pain"\nsource', "has no"),
        ('source = "project", locus = "x" }\nhigh', 'locus = "x" }\nhigh', "needs a source"),
        ('code_system = "MDC"', 'code_sistem = "MDC"', "code_system"),
        (
            'unit = "%", source = "project", locus = "x" }\n\n',
            'unit = "mmHg", source = "project", locus = "x" }\n\n',
            "pressure",
        ),
    ],
)
def test_a_wrong_profile_does_not_load(old, new, said):
    assert read(TEXT).codes["150456"].kind is Vital.SPO2
    assert old in TEXT
    with pytest.raises(KnowledgeError, match=said):
        read(TEXT.replace(old, new, 1))


def test_a_code_cannot_mean_two_things():
    again = TEXT[TEXT.index("[[code]]") :]
    with pytest.raises(KnowledgeError, match="twice"):
        read(TEXT + again)
