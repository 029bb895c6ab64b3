"""``ketacare trial run`` and ``trial compare``, as somebody at the keyboard meets them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.test_json_docs import is_documented, printed, section

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "howto" / "virtual-trials.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1]
QUICK = ("--people", "50", "--groups", "40")
SMALL = ("--people", "60", "--policies", "fixed,guideline,placebo", "--chunk", "30")


@pytest.fixture
def study(tmp_path):
    def write(old="", new=""):
        assert old in EXAMPLE
        path = tmp_path / "study.toml"
        path.write_text(EXAMPLE.replace(old, new, 1) if old else EXAMPLE, encoding="utf-8")
        return path

    return write


@pytest.mark.slow
def test_the_example_of_the_page_runs(ketacare, study):
    ran = ketacare("trial", "run", study(), *QUICK)
    assert ran.code == 0
    assert "observed beside predicted" in ran.out
    for arm in ("ketamine", "saline"):
        assert re.search(rf"^{arm} +30 ", ran.out, re.MULTILINE)
    assert "of 3 outcomes lie in their 90% interval" in ran.out


@pytest.mark.slow
def test_json_of_a_run_is_documented(ketacare, study):
    ran = ketacare("trial", "run", study(), *QUICK, "--json")
    documented = section("trial run") | section("Every command")
    assert {p for p in printed(ran.json) if not is_documented(p, documented)} == set()
    assert [o["observed"] for o in ran.json["outcomes"]] == [0.5, 0.4, 5.5]


@pytest.mark.slow
def test_json_of_a_comparison_is_documented(ketacare):
    ran = ketacare("trial", "compare", *SMALL, "--weeks", "4", "--json")
    documented = section("trial compare") | section("Every command")
    assert {p for p in printed(ran.json) if not is_documented(p, documented)} == set()
    assert {r["policy"] for r in ran.json["worlds"][0]["results"]} == {
        "fixed",
        "guideline",
        "placebo",
    }


@pytest.mark.slow
def test_a_comparison_says_what_to_make_of_it(ketacare):
    ran = ketacare("trial", "compare", *SMALL, "--truth", "believed,no_drug_effect")
    assert ran.code == 0
    for words in (
        "weeks free of symptoms",
        "quality of life",
        "safety events",
        "±",
        "What to make",
    ):
        assert words in ran.out
    assert "The drug does nothing" in ran.out


@pytest.mark.slow
def test_an_interrupted_comparison_goes_on_with_the_same_result(ketacare, tmp_path):
    arguments = ("trial", "compare", *SMALL, "--weeks", "4", "--store", tmp_path, "--json")
    whole = ketacare(*arguments).json
    (kept,) = [f for f in tmp_path.iterdir() if f.is_dir()]
    results = sorted(kept.glob("0*.json"))
    assert len(results) == 2
    results[1].unlink()  # as if interrupted after the first chunk
    before = results[0].stat().st_mtime_ns
    assert ketacare(*arguments).json == whole
    assert results[0].stat().st_mtime_ns == before
    assert results[1].exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dose_days = [0.0, 7.0, 14.0]\nminutes", "minutes", "an arm needs its regimen"),
        ('value = 0.5, unit = "1"', 'value = 1.4, unit = "1"', "between 0 and 1"),
        ('value = 0.5, unit = "1"', 'value = nan, unit = "1"', "nan"),
        ('measured = "response"', 'measured = "better"', "'better'"),
        ("value = 30", "value = 0", "an arm has people"),
        ("from_day = 15.0\n", "", "needs a from_day"),
        ('role = "validation"', 'role = "proof"', "'proof'"),
        ('route = "intravenous"', 'route = "smoked"', "'smoked'"),
        ("entry_sd = { value = 5.0", "entry_sd = { value = -5.0", "more than zero"),
        ('[[arm]]\nid = "ketamine"', '[[arms]]\nid = "ketamine"', "TOML"),
        ("id = ", "id == ", "line 1"),
    ],
)
def test_a_mistake_in_a_study_is_one_sentence_and_nothing_else(ketacare, study, old, new, said):
    ran = ketacare("trial", "run", study(old, new), *QUICK)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert "study.toml" in ran.err
    assert said in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "nowhere.toml"), "no such file"),
        (("compare", "--policies", "fixed,best"), '"best" is not a policy'),
        (("compare", "--policies", "fixed,fixed"), "name each policy once"),
        (("compare", "--truth", "rosy"), 'no truth "rosy"'),
        (("compare", "--people", "0"), "people is 0"),
        (("compare", "--weeks", "nan"), "weeks is nan"),
        (("compare", "--chunk", "-3"), "chunk is -3"),
        (("compare", "--prior", "prior_mine"), 'no prior "prior_mine"'),
        (("compare", "--workers", "2", "--cluster", "tcp://x:1"), "give one of the two"),
    ],
)
def test_a_mistake_in_the_options_is_one_sentence(ketacare, arguments, said):
    ran = ketacare("trial", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert said in ran.err
