"""``ketacare fit``: medians of people like the model's give its typical person; bad samples none."""

import csv
import io
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "otto_2021_samples.toml"
OTTO = ("--model", "pk_ketamine_otto_2021", "--particles", "500")


@pytest.fixture
def changed(tmp_path):
    def write(old, new):
        text = SAMPLES.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "samples.toml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return write


def test_medians_of_people_like_the_models_give_its_typical_person(ketacare):
    ran = ketacare("fit", SAMPLES, *OTTO, "--json").json
    clearance = next(e for e in ran["estimates"] if e["name"] == "cl")
    # 95.2 L/h at 70 kg; (68 / 70) ** 0.75 = 0.9785, so 93.2 L/h.
    assert clearance["typical"] == pytest.approx(95.2 * (68 / 70) ** 0.75, rel=1e-4)
    # Half a between-person SD (16 %) is as near as digitised medians (10 %) can be asked to be.
    assert clearance["most_probable"] == pytest.approx(clearance["typical"], rel=0.08)
    assert clearance["p5"] < clearance["p50"] < clearance["p95"]
    assert 0 < clearance["shrinkage"] < 1


def test_every_sample_is_held_against_the_curve(ketacare):
    samples = ketacare("fit", SAMPLES, *OTTO, "--json").json["samples"]
    first = samples[0]
    assert (first["minute"], first["analyte"], first["measured"]) == (30.0, "S-ketamine", 56.0)
    assert all(abs(sample["standardised"]) < 2 for sample in samples)
    assert [s["minute"] for s in samples] == sorted(s["minute"] for s in samples)


def test_a_unit_of_amount_is_converted_by_the_analytes_own_mass(ketacare, changed):
    # 56 ng/mL of S-ketamine (237.73 g/mol) are 56 / 237.73 = 0.23556 nmol/mL.
    ran = ketacare("fit", changed('"56 ng/mL"', '"0.235561 nmol/mL"'), *OTTO, "--json")
    assert ran.json["samples"][0]["measured"] == pytest.approx(56.0, rel=1e-4)


def test_a_result_below_the_limit_is_used_as_such(ketacare, changed):
    ran = ketacare("fit", changed('value = "1.8 ng/mL"', 'lloq = "2 ng/mL"'), *OTTO, "--json")
    last = ran.json["samples"][-1]
    assert (last["measured"], last["lloq"], last["standardised"]) == (None, 2.0, None)
    assert 0 < last["probability"] <= 1


def test_the_page_says_what_the_samples_decided_and_cites(ketacare):
    shown = " ".join(ketacare("fit", SAMPLES, *OTTO, "--cite").out.split())
    assert "decided by" in shown
    assert "Exposure does not predict benefit" in shown
    assert "Otto ME et al. Eur J Clin Pharmacol 2021" in shown
    assert "The age is not recorded" in shown


def test_the_same_seed_gives_the_same_answer(ketacare):
    first = ketacare("fit", SAMPLES, *OTTO, "--json").out
    assert ketacare("fit", SAMPLES, *OTTO, "--json").out == first


def test_curves_go_to_files(ketacare, tmp_path):
    table, chart = tmp_path / "fit.csv", tmp_path / "fit.svg"
    assert ketacare("fit", SAMPLES, *OTTO, "--csv", table, "--plot", chart).code == 0
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
    assert {row["quantity"] for row in rows} == {"S-ketamine", "S-norketamine"}
    assert chart.read_text(encoding="utf-8").count('class="chart-dot"') == 8


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('arm = "other arm"', 'arm = "infusion arm"', "infusion arm"),
        ('arm = "other arm"\n', "", "arm of the sample"),
        ('value = "56 ng/mL"\n', "", "lloq"),
        ('value = "56 ng/mL"', 'value = "56"', "not a concentration"),
        ('value = "56 ng/mL"', 'value = "56 mg/mL"', "not a concentration"),
        ('value = "56 ng/mL"', 'value = "0 ng/mL"', "above zero"),
        ('value = "56 ng/mL"', 'value = "1 ng/mL"\nlloq = "2 ng/mL"', "below its own limit"),
        ('value = "56 ng/mL"', 'value = "56 ng/mL"\nlloq = "0.01 nmol/mL"', "as the value"),
        ('analyte = "S-ketamine"', 'analyte = "T-ketamine"', "has no T-ketamine"),
        ('site = "venous"', 'site = "arterial"', "venous blood only"),
        ('site = "venous"', 'site = "capillary"', "arterial, venous"),
        ("day = 0.020833333333333332", "day = -0.1", "no dose is recorded"),
        ('duration = "30 min"\n', "", "cannot be guessed"),
        ('weight = "68 kg"\n', "", "no weight is recorded"),
        ('drug = "esketamine"', 'drug = "esketamin"', "esketamine"),
    ],
)
def test_a_sample_that_cannot_be_used_is_one_sentence_and_no_number(
    ketacare, changed, old, new, said
):
    ran = ketacare("fit", changed(old, new), *OTTO)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert said in ran.err
    assert "samples.toml" in ran.err


def test_a_file_without_samples_is_refused(ketacare, course):
    ran = ketacare("fit", course, "--at", "2026-05-16T12:00Z")
    assert ran.code == 2
    assert "[[concentration]]" in ran.err


def test_the_estimation_is_not_asked_for_less_than_it_needs(ketacare):
    assert ketacare("fit", SAMPLES, "--particles", "10").code == 2
    assert ketacare("fit").code == 2


def with_a_second_day(tmp_path, analyte):
    text = SAMPLES.read_text(encoding="utf-8")
    text += (
        '\n[[infusion]]\nday = 3\ndose = "10 mg"\nduration = "30 min"\nweight = "68 kg"\n'
        f'drug = "esketamine"\n\n[[concentration]]\nday = 3.0833\nanalyte = "{analyte}"\n'
        'value = "15 ng/mL"\nsite = "venous"\narm = "other arm"\n'
    )
    path = tmp_path / "two_days.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_model_without_a_variance_between_occasions_says_so(ketacare, tmp_path):
    found = ketacare("fit", with_a_second_day(tmp_path, "S-ketamine"), *OTTO, "--json").json
    assert found["occasions"] == [0, 3 * 1440]
    said = "2 occasions with a dose, 2 of them sampled: pk_ketamine_otto_2021 reports no variance"
    assert any(said in text for text in found["outside"])
    alone = ketacare("fit", SAMPLES, *OTTO, "--json").json
    assert alone["occasions"] == [0]
    assert not any("occasion" in text for text in alone["outside"])
    assert {estimate["occasion"] for estimate in found["estimates"]} == {None}
