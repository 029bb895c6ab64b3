"""The strict reader: every way a knowledge file can be wrong gets a sentence with file and key."""

from enum import StrEnum

import pytest

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.knowledge.loading.sources import load_sources, read_sources
from ketacare.knowledge.reading import Section, read_provenance, read_toml

SOURCES = frozenset({"bandelow_2018"})
GOOD = 'value = 10\nunit = "mg/day"\nsource = "bandelow_2018"\nlocus = "Table 2"\n'


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def section(text):
    return Section(read_toml(text, source="drug.toml"), source="drug.toml", known_sources=SOURCES)


def test_a_sourced_number_carries_unit_source_and_locus():
    value = section(f"[minimum]\n{GOOD}").sourced("minimum", unit="mg/day")
    assert (value.value, value.unit, value.source, value.locus) == (
        10,
        "mg/day",
        "bandelow_2018",
        "Table 2",
    )
    assert value.basis == "reported"


@pytest.mark.parametrize(
    ("change", "code", "sentence"),
    [
        (('unit = "mg/day"', 'unit = "mgs"'), ErrorCode.UNKNOWN_UNIT, 'unit "mgs" is not known'),
        (('unit = "mg/day"', 'unit = "kg"'), ErrorCode.UNIT_MISMATCH, "10 kg is a body mass"),
        (('source = "bandelow_2018"\n', ""), ErrorCode.MISSING_SOURCE, "needs a source"),
        (("bandelow_2018", "somebody_1999"), ErrorCode.MISSING_SOURCE, "not in sources.toml"),
        (('locus = "Table 2"\n', ""), ErrorCode.MISSING_KEY, '"locus" is missing'),
        (("value = 10", "value = true"), ErrorCode.WRONG_TYPE, "True is not a number"),
        (("value = 10", "value = inf"), ErrorCode.OUT_OF_RANGE, "not a finite number"),
        (
            ('unit = "mg/day"', 'unit = "mg/day"\nbasis = "assumed"'),
            ErrorCode.MISSING_KEY,
            "say how",
        ),
        (('unit = "mg/day"', 'unit = "mg/day"\nbasis = "hoped"'), ErrorCode.OUT_OF_RANGE, "hoped"),
        (('unit = "mg/day"', 'unit = "mg/day"\nlocsu = "x"'), ErrorCode.UNKNOWN_KEY, 'key "locsu"'),
    ],
)
def test_a_number_without_unit_source_or_locus_does_not_load(change, code, sentence):
    assert section(f"[minimum]\n{GOOD}").sourced("minimum", unit="mg/day").value == 10
    with pytest.raises(KnowledgeError) as caught:
        section(f"[minimum]\n{GOOD.replace(*change)}").sourced("minimum", unit="mg/day")
    assert caught.value.code is code
    assert sentence in caught.value.sentence
    assert str(caught.value).startswith("drug.toml: minimum")


def test_a_key_nobody_read_is_refused():
    root = section('title = "x"\ntitel = "y"')
    root.text("title")
    with pytest.raises(
        KnowledgeError, match=r'drug\.toml: titel: key "titel" is not known here'
    ) as caught:
        root.close()
    assert caught.value.code is ErrorCode.UNKNOWN_KEY


@pytest.mark.parametrize(
    ("text", "read", "sentence"),
    [
        ('a = ""', lambda s: s.text("a"), '"a" is empty'),
        ("a = 1", lambda s: s.text("a"), "not a text"),
        ("a = 1.5", lambda s: s.integer("a"), "not a whole number"),
        ('a = "yes"', lambda s: s.flag("a"), "not true or false"),
        ('a = "2026-11-23"', lambda s: s.day("a"), "not a date"),
        ('a = "green"', lambda s: s.choice("a", Colour), "not one of red, blue"),
        ("a = [1]", lambda s: s.texts("a"), "not a list of texts"),
        ('a = ["1"]', lambda s: s.numbers("a"), "not a list of numbers"),
        ("a = 1", lambda s: s.section("a"), "not a table"),
        ("a = 1", lambda s: list(s.sections("a")), "not a list of tables"),
        ("", lambda s: s.number("a"), '"a" is missing'),
    ],
)
def test_wrong_types_are_named(text, read, sentence):
    with pytest.raises(KnowledgeError, match=sentence):
        read(section(text))


def test_verified_content_names_who_compared_it_and_when():
    head = 'id="x"\ntitle="X"\nversion="1"\nsince=2026-11-23\nsources=["bandelow_2018"]\nstatus="verified"\n'
    with pytest.raises(KnowledgeError, match="name who compared it"):
        read_provenance(section(head))
    complete = section(head + 'checked_by="A. Reader"\nchecked_on=2026-11-24')
    assert read_provenance(complete).checked_by == "A. Reader"


def test_text_that_is_not_toml_names_the_file():
    with pytest.raises(KnowledgeError, match=r"drug\.toml: this is not valid TOML"):
        read_toml("a = ", source="drug.toml")


def test_sources_all_have_citations_and_years_are_years():
    assert all(source.citation for source in load_sources().values())
    with pytest.raises(KnowledgeError, match="not a year"):
        read_sources('[a]\ncitation = "A"\nyear = "2020"', source="sources.toml")
