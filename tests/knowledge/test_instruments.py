"""The instrument files: their own checks, figures against the papers, and what is refused."""

import math
from importlib.resources import files

import pytest

from ketacare.core.errors import KnowledgeError
from ketacare.core.measures import Licence
from ketacare.core.sources import Status
from ketacare.knowledge.load import load_instruments
from ketacare.knowledge.loading.instruments import check_all, read_instrument


@pytest.mark.parametrize("check", check_all(), ids=lambda check: f"{check.file}: {check.name}")
def test_check_of_the_files(check):
    assert check.passed, f"expected {check.expected}, found {check.found}"


def test_option_zero_reads_not_at_all():
    # "Not at all sure" is a known error of circulating copies (Zorowitz 2021).
    for name in ("gad7", "phq9"):
        labels = {item.options[0].label for item in load_instruments()[name].items}
        assert labels == {"Not at all"}


@pytest.mark.parametrize(
    ("name", "loinc"),
    [
        ("gad7", "69725-0 68509-9 69733-4 69734-2 69735-9 69689-8 69736-7"),
        (
            "phq9",
            "44250-9 44255-8 44259-0 44254-1 44251-7 44258-2 44252-5 44253-3 44260-8",
        ),
    ],
)
def test_loinc_codes_of_the_items_in_order(name, loinc):
    assert [item.loinc for item in load_instruments()[name].items] == loinc.split()


def test_reliable_change_follows_from_the_measurement_error():
    # RCI = 1.96 x sqrt 2 x SEM, rounded up to whole points: 5.6, 6.7, 7.6.
    for name, reliable in (("gad7", 6), ("phq9", 7), ("hama", 8)):
        instrument = load_instruments()[name]
        assert instrument.sem is not None
        assert instrument.reliable_change is not None
        assert instrument.reliable_change.value == reliable
        assert math.ceil(1.96 * math.sqrt(2) * instrument.sem.value) == reliable


def test_every_instrument_may_be_shown_and_nothing_is_verified_yet():
    for instrument in load_instruments().values():
        assert instrument.licence is Licence.PUBLIC_DOMAIN
        assert instrument.provenance.status is Status.CANDIDATE


def gad7_text():
    base = files("ketacare.knowledge") / "instruments" / "gad7.toml"
    return base.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("low = 5\n", "low = 6\n", "bands have no gaps"),
        ("high = 9\n", "high = 10\n", "bands have no gaps"),
        ("high = 21\n", "high = 20\n", "end at 20, not at 21"),
        ("maximum = { value = 21", "maximum = { value = 20", "the items of GAD-7 give 0 to 21"),
        ("number = 7\n", "number = 9\n", "number them from 1 on"),
        ("recall_days = 14", 'recall_days = "14"', "is not a whole number"),
        ('rater = "patient"', 'rater = "robot"', "is not one of patient, clinician"),
        ('name = "GAD-7"', 'name = "GAD-7"\ncolour = "red"', "is not known here"),
        ('source = "toussaint_2020"', 'source = "nobody_2020"', "is not in sources.toml"),
        ('mcid = { value = 4, unit = "point"', 'mcid = { value = 4, unit = "pt"', "not known"),
        ('licence = "public_domain"', 'licence = "mine"', "is not one of public_domain"),
    ],
)
def test_wrong_file_is_refused_with_a_sentence(old, new, sentence):
    text = gad7_text()
    assert read_instrument(text, source="gad7.toml").id == "gad7"
    assert old in text
    with pytest.raises(KnowledgeError) as refused:
        read_instrument(text.replace(old, new, 1), source="gad7.toml")
    assert sentence in str(refused.value)
    assert str(refused.value).startswith("gad7.toml")
