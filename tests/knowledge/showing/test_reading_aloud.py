"""Dossiers, figures and dated limits in words."""

from datetime import date

import pytest

from ketacare.knowledge.showing import Part, read_dossier, without_noise
from ketacare.knowledge.showing.figures import amount, origin, rows_of, said, sentence


def test_a_dossier_with_labels_is_read_in_parts():
    text = (
        "# Model of a thing.\n#\n"
        "# Study       Simons 2022. 20 healthy volunteers\n"
        "#             (10 women).\n"
        "# Not here    the oral film: no such route.\n\nid = 'x'\n# a later comment\n"
    )
    assert read_dossier(text) == (
        Part("", "Model of a thing."),
        Part("Study", "Simons 2022. 20 healthy volunteers (10 women)."),
        Part("Not here", "the oral film: no such route."),
    )


def test_prose_stays_prose_and_an_empty_line_begins_a_paragraph():
    text = "# Esketamine label: above 140 delay.\n# Symptoms decide.\n#\n# Second.\nid = 1\n"
    assert read_dossier(text) == (
        Part("", "Esketamine label: above 140 delay. Symptoms decide."),
        Part("", "Second."),
    )


def test_a_file_without_a_comment_has_no_dossier():
    assert read_dossier("id = 'x'\n") == ()


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.5, "mg/kg", "0.5 mg/kg"),
        (3, "count", "3"),
        (0.86, "1", "0.86"),
        (1, "point", "1 point"),
        (4, "point", "4 points"),
        (14, "d", "14 days"),
        (72, "1/min (beats)", "72 beats per min"),
    ],
)
def test_an_amount_is_read_with_its_unit(value, unit, words):
    assert amount({"value": value, "unit": unit}) == words


def test_the_origin_of_a_number_names_kind_source_place_and_note():
    figure = {"value": 1, "unit": "1", "source": "a_2020", "locus": "Table 1"}
    assert origin(figure) == "reported: a_2020, Table 1"
    guessed = {**figure, "basis": "assumed", "note": "usual for volumes"}
    assert origin(guessed) == "assumed: a_2020, Table 1. Usual for volumes."


def test_a_dated_limit_has_one_row_for_each_date():
    number = {"value": 140, "unit": "mmHg", "source": "a", "locus": "b"}
    entries = [
        {"since": date(2026, 1, 1), "number": number},
        {"since": date(2027, 1, 1), "number": {**number, "value": 150}},
    ]
    assert [row[1] for row in rows_of("Limit", entries)] == [
        "140 mmHg since 2026-01-01",
        "150 mmHg since 2027-01-01",
    ]


def test_values_without_a_unit_are_words():
    assert said(value=True) == "yes"
    assert said([1.0, 2.5]) == "1, 2.5"
    assert said([]) == "none"
    assert said({"after_least": 4}) == "after least 4"
    assert sentence("ln(2)/3 = 0.23") == "ln(2)/3 = 0.23."


def test_rounding_noise_of_a_machine_does_not_reach_a_card():
    assert without_noise("2.3e-13 % apart, at most 1e-07") == "under 1e-7 % apart, at most 1e-07"
