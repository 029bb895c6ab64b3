"""Every instrument against its case table in ``tests/cases/measures/instruments``."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ketacare.core.errors import InputError
from ketacare.core.measures import judge_change, score, score_items
from ketacare.core.record import Score
from ketacare.knowledge.load import load_instruments

FOLDER = Path(__file__).parents[2] / "cases/measures/instruments"
TABLES = [tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.toml"))]
WHEN = datetime(2026, 11, 23, tzinfo=UTC)
WORDS = {True: "yes", False: "no", None: "unknown"}


def cases(kind):
    return [
        pytest.param(
            load_instruments()[table["instrument"]],
            case,
            id=f"{table['instrument']} {number}: {case['why'][:50]}",
        )
        for table in TABLES
        for number, case in enumerate(table.get(kind, ()), start=1)
    ]


def test_every_instrument_has_a_case_table():
    assert {table["instrument"] for table in TABLES} == set(load_instruments())


def test_every_table_says_whether_an_example_was_published():
    wrong = []
    for table in TABLES:
        examples = [c for kind in ("reported", "answered", "change") for c in table.get(kind, ())]
        held = any(case.get("example") for case in examples)
        if held != table["published"].startswith("in the cases"):
            wrong.append(table["instrument"])
        elif not held:
            assert table["published"].startswith(("none found, searched", "not looked for"))
    assert wrong == []


@pytest.mark.parametrize(("instrument", "case"), cases("reported"))
def test_reported_total(instrument, case):
    reported = Score(instrument=instrument.id, at=WHEN, total=case["total"])
    if case.get("refused"):
        with pytest.raises(InputError, match=instrument.name.split()[0]):
            score(instrument, reported)
        return
    scored = score(instrument, reported)
    assert scored.total == case["total"]
    assert (scored.band.label if scored.band else None) == case.get("band")
    assert [cut.cut.label for cut in scored.cuts if cut.reached] == case.get("cuts", [])


@pytest.mark.parametrize(("instrument", "case"), cases("answered"))
def test_answers(instrument, case):
    answers = [None if value == "-" else value for value in case["answers"]]
    scored = score_items(instrument, answers)
    expected = None if case["total"] == "none" else pytest.approx(case["total"])
    assert scored.total == expected
    assert list(scored.missing) == case.get("missing", [])
    assert scored.prorated is (bool(scored.missing) and scored.total is not None)


@pytest.mark.parametrize(("instrument", "case"), cases("change"))
def test_change(instrument, case):
    change = judge_change(instrument, case["before"], case["after"])
    asked = [k for k in ("meaningful", "reliable", "response", "remission") if k in case]
    assert {key: WORDS[getattr(change, key)] for key in asked} == {key: case[key] for key in asked}
