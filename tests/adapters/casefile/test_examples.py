"""The published example, against what its report says; every example of the documentation."""

import re
from pathlib import Path

import pytest

from ketacare.adapters.casefile import read_case

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLES = sorted((DOCS / "examples").glob("*.toml"))


def load(name):
    return read_case((DOCS / "examples" / name).read_text(encoding="utf-8"), source=name)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_file_reads(path):
    assert load(path.name).id == path.stem


def test_ray_kious_says_what_the_report_says():
    person = load("ray_kious_2016.toml")
    assert person.age_years == 34
    assert {t.treatment: t.dose_mg_per_day for t in person.trials} == {
        "ect": None,
        "escitalopram": 30,
        "lamotrigine": 400,
        "lorazepam": None,
        "cbt": None,
    }
    scores = {(s.instrument, round(person.day(s.at))): s.total for s in person.scores}
    assert scores == {("phq9", -4): 8, ("gad7", -4): 6, ("phq9", 0): 3, ("gad7", 0): 1}
    (infusion,) = person.infusions
    assert (infusion.dose_mg, infusion.mg_per_kg, infusion.minutes) == (34, 0.5, None)


def test_ray_kious_leaves_missing_what_the_report_does_not_say():
    person = load("ray_kious_2016.toml")
    assert all(t.weeks_at_dose is None and t.outcome is None for t in person.trials)
    assert (person.medicines, person.facts, person.measurements) == ((), (), ())


PAGE = (DOCS / "case-file.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_every_example_in_the_page_reads(block):
    text = block if "[person]" in block else f'[person]\nid = "p"\ntime_zone = "UTC"\n{block}'
    assert read_case(text, source="docs/case-file.md")


def test_the_page_documents_every_key():
    source = Path(read_case.__code__.co_filename).parent
    code = "".join(p.read_text(encoding="utf-8") for p in source.glob("*.py"))
    keys = set(
        re.findall(
            r'(?:part|head)(?:\.\w+\(|, )"([a-z_]+)"|clock\.optional\(part, "([a-z_]+)"', code
        )
    )
    names = {name for pair in keys for name in pair if name}
    assert len(names) > 40  # the search itself still works
    assert {name for name in names if f"`{name}`" not in PAGE} == set()
