"""The instrument files: their own checks, figures against the papers, and what is refused."""

import math
from importlib.resources import files

import pytest

from ketacare.core.errors import KnowledgeError
from ketacare.core.sources import Status
from ketacare.knowledge.load import load_instruments
from ketacare.knowledge.loading.instruments import check_all, read_instrument
from ketacare.knowledge.showing import card_of, kind_named, piece_named
from ketacare.knowledge.showing.instruments import codes_sentence


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


def test_nothing_is_verified_yet():
    assert {i.provenance.status for i in load_instruments().values()} == {Status.CANDIDATE}


# Section E1 and E2 of the clinical reference, one line per row of its table.
REFERENCE = """
    gad7 phq9 phq4 hama oasis pswq pswq8 pswq3 lsas_sr lsas_ca spin mini_spin pdss_sr pcl5 ybocs fq
    wsas sds who5 whodas12 qlesq_sf eq5d5l eq_vas isi audit_c dast10 cssrs_screener
    cssrs_since_contact madrs cadss cadss6 moaas kset bpic_ss icsi icpi meq30 edi ceq sets wai_sr sci bprs cgi_s cgi_i
    promis_anxiety_4a promis_anxiety_8a promis_anxiety_cat
"""


def test_every_instrument_of_the_reference_is_there():
    assert set(load_instruments()) == set(REFERENCE.split())


def test_text_stands_only_where_the_licence_lets_it():
    # licence classes PD and FREE-A of the reference; every other file says what an item is about
    with_text = {name for name, i in load_instruments().items() if i.has_text}
    assert with_text == {
        *("gad7", "phq9", "phq4", "hama", "pswq", "pswq8", "pswq3", "pcl5", "audit_c"),
        *("bprs", "cgi_s", "cgi_i", "moaas"),
    }
    for instrument in load_instruments().values():
        assert instrument.may_be_asked is instrument.has_text
        assert instrument.wording.notice


def test_text_under_a_licence_that_forbids_it_is_refused():
    base = files("ketacare.knowledge") / "instruments"
    text = (base / "wsas.toml").read_text(encoding="utf-8")
    assert read_instrument(text, source="wsas.toml").items[0].text == ""
    with pytest.raises(KnowledgeError, match="take the text out"):
        read_instrument(
            text.replace('topic = "Work"', 'text = "Because of my problem …"', 1),
            source="wsas.toml",
        )


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
        ('panel = "69737-5"', 'panel = "69737-6"', "check digit does not fit"),
        ('loinc = "69725-0"', 'loinc = "69752-0"', "check digit does not fit"),
        ("looked_up = 2026-11-23\n", "", "say when the code was looked up"),
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


def test_a_card_says_whether_codes_were_found_looked_for_or_not():
    def codes(name):
        card = card_of(piece_named(kind_named("instruments"), name), [])
        (block,) = (b for b in card.blocks if b.title == "Codes")
        return block.paragraphs[0]

    assert "panel 101697-1, total 101698-9" in codes("pcl5")
    assert codes("who5") == "No LOINC code was found (looked up on 2026-11-23)."
    assert codes("wsas") == "No LOINC code was found (looked up on 2026-11-24)."
    assert "not been looked up" in codes_sentence({})
