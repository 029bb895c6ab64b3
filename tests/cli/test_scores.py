"""``ketacare score`` on every kind of scale: totals, parts, risk, time since a dose, what is wrong."""

import pytest

CASE = """
format = 1

[person]
id = "ada"
label = "Ada"
age = "41 years"
time_zone = "America/New_York"
"""
NOW = ("--at", "2026-05-10T12:00Z")


@pytest.fixture
def scored(ketacare, tmp_path):
    def call(*scores, more=(), extra=""):
        file = tmp_path / "ada.toml"
        tables = "".join(f"\n[[score]]\nat = 2026-05-03\n{text}\n" for text in scores)
        file.write_text(CASE + tables + extra, encoding="utf-8")
        return ketacare("score", file, *NOW, *more)

    return call


def test_a_scale_without_a_total_is_read_by_its_parts(scored):
    ran = scored('instrument = "sets"\nitems = [6, 2, 6, 2, 6, 2]')
    assert ran.code == 0
    assert "no total" in ran.out
    assert "Positive expectations: 6." in ran.out
    assert "Negative expectations: 2." in ran.out


def test_a_total_of_a_scale_whose_items_are_not_held_is_enough(scored):
    assert "EQ-5D-5L 0.75 of 1" in scored('instrument = "eq5d5l"\ntotal = 0.75').out


def test_a_converted_score_has_its_error(scored):
    # sum 12 of the short form 4a: T 63.4 ± 2.6
    ran = scored('instrument = "promis_anxiety_4a"\nitems = [3, 3, 3, 3]', more=["--json"])
    assert (ran.json["scores"][0]["total"], ran.json["scores"][0]["error"]) == (63.4, 2.6)


def test_a_screener_of_risk_is_triaged(scored):
    ran = scored('instrument = "cssrs_screener"\nitems = [1, 1, 0, 1, 0, 0, ""]', more=["--json"])
    assert ran.json["scores"][0]["triage"]["level"] == "high"
    assert ran.json["scores"][0]["route"] == "no_total"


def test_every_answer_is_there_with_its_points(scored):
    # DAST-10: question 3 is scored in reverse, so "no" to it gives the only point
    text = 'instrument = "dast10"\nitems = [0, 0, 0, "", 0, 0, 0, 0, 0, 0]'
    items = scored(text, more=["--json"]).json["scores"][0]["items"]
    assert (items[2]["value"], items[2]["points"], items[2]["label"]) == (0, 1, "No")
    assert (items[3]["value"], items[3]["points"], items[3]["asked"]) == (None, None, True)


def test_a_score_knows_the_hours_since_the_dose(scored):
    dose = '\n[[infusion]]\nat = 2026-05-02T12:00:00\ndose = "34 mg"\nduration = "40 min"\n'
    weight = 'weight = "68 kg"\n'
    ran = scored('instrument = "gad7"\ntotal = 8', more=["--json"], extra=dose + weight)
    found = ran.json["scores"][0]
    assert found["hours_since_dose"] == 24  # noon to noon
    assert (found["dose_class"], found["recall_reaches_back"]) == ("peak", True)


def test_contradictory_scores_are_listed_named_and_not_used(scored):
    two = ('instrument = "gad7"\ntotal = 12', 'instrument = "gad7"\ntotal = 13')
    assert scored(*two).out.count("not used") == 2
    found = scored(*two, more=["--json"]).json
    assert [score["is_baseline"] for score in found["scores"]] == [False, False]
    assert [score["since_previous"] for score in found["scores"]] == [None, None]
    assert {problem["kind"] for problem in found["problems"]} == {"contradictory"}


def test_a_score_after_the_moment_looked_from_is_named(scored):
    ran = scored(
        'instrument = "gad7"\ntotal = 12',
        extra='\n[[score]]\ninstrument = "gad7"\nat = 2026-05-20\ntotal = 4\n',
    )
    assert "lies after 10 May 2026: it is not counted" in ran.out


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('instrument = "gad7"\ntotal = 22', "score[1].total: 22 is outside the range of gad7"),
        ('instrument = "gad7"\nitems = [4, 0, 0, 0, 0, 0, 0]', "4 is not an answer to item 1"),
        ('instrument = "eq5d5l"\nitems = [1]', "the items of eq5d5l are not held; give the total"),
        ('instrument = "cssrs_screener"\ntotal = 3', "cssrs_screener has no total; give its items"),
        ('instrument = "kset"\ntotal = 3', "kset has no total; leave it out"),
        ('instrument = "stes"\ntotal = 3', "did you mean sets?"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(scored, text, sentence):
    assert scored('instrument = "gad7"\ntotal = 21').code == 0
    ran = scored(text)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err


def test_two_different_scores_of_one_moment_are_shown_and_not_judged(ketacare, tmp_path):
    rows = "".join(
        f'[[score]]\ninstrument = "gad7"\nat = 2026-05-04T10:00:00Z\ntotal = {total}\n'
        for total in (12, 15)
    )
    file = tmp_path / "two.toml"
    file.write_text(f'format = 1\n[person]\nid = "p"\n{rows}', encoding="utf-8")
    ran = ketacare("score", file)
    assert ran.code == 0
    assert "None of these is counted" in ran.out
    assert "severe (the total" not in ran.out
    assert "stands there with different results" in " ".join(ran.out.split())
