"""``ketacare simulate``: figures of the literature, what is printed, saved, cited and refused."""

import csv
import io

import pytest

pytestmark = pytest.mark.slow

STANDARD = ("simulate", "--weight", "70", "--dose", "35 mg over 40 min", "--patients", "200")
KAMP = (*STANDARD, "--model", "pk_ketamine_kamp_2020", "--at", "40min", "--site", "arterial")


def curve(ran, site, analyte="ketamine"):
    return next(c for c in ran.json["curves"] if (c["site"], c["analyte"]) == (site, analyte))


def test_the_three_compartment_model_gives_what_infusion_software_gives(ketacare):
    # Three open simulators give 0.2530518 mg/L at 2400 s for 35 mg over 40 min in 70 kg.
    ran = ketacare(*KAMP, "--json")
    (typical,) = curve(ran, "arterial")["typical"]
    assert typical == pytest.approx(253.0518, rel=0.005)
    assert ran.json["minute"] == [40.0]


def test_a_model_without_spread_says_so_instead_of_a_band(ketacare):
    ran = ketacare(*KAMP, "--json")
    assert curve(ran, "arterial")["band"] is None
    assert any("no spread between people" in note for note in ran.json["notes"])
    assert "253" in ketacare(*KAMP).out


def test_every_site_the_model_answers_for_is_shown_and_named(ketacare):
    ran = ketacare(*STANDARD, "--at", "40 min", "--json")
    assert [c["site"] for c in ran.json["curves"]] == ["arterial", "venous"]
    arterial, venous = curve(ran, "arterial"), curve(ran, "venous")
    # At the end of an infusion arterial blood holds 1.4 to 2.3 times what an arm vein does.
    assert 1.4 < arterial["typical"][0] / venous["typical"][0] < 2.3
    band = arterial["band"]
    assert band["p5"][0] < band["p50"][0] < band["p95"][0]


def test_half_the_dose_gives_half_the_concentration(ketacare):
    whole = curve(ketacare(*STANDARD, "--at", "60 min", "--json"), "venous")["typical"][0]
    half = ketacare(*STANDARD, "--dose", "17.5 mg over 40 min", "--at", "60 min", "--json")
    assert half.code == 2  # two doses: the second does not say when it starts
    half = ketacare(
        "simulate", "--weight", "70", "--dose", "17.5 mg over 40 min", "--at", "60 min", "--json"
    )
    assert curve(half, "venous")["typical"][0] == pytest.approx(whole / 2, rel=1e-5)


def test_the_same_seed_draws_the_same_people(ketacare):
    first, again = ketacare(*STANDARD, "--json").out, ketacare(*STANDARD, "--json").out
    assert first == again
    other = ketacare(*STANDARD, "--json", "--seed", "7").json
    assert other["curves"][0]["band"] != ketacare(*STANDARD, "--json").json["curves"][0]["band"]


def test_days_apart_the_second_infusion_is_like_the_first(ketacare):
    ran = ketacare(
        *STANDARD, "--dose", "35 mg over 40 min at 7 d", "--at", "40 min", "--at", "7 d 40 min",
        "--json",
    )  # fmt: skip
    first, second = curve(ran, "arterial")["typical"]
    assert second == pytest.approx(first, rel=1e-4)
    assert [d["start_minute"] for d in ran.json["doses"]] == [0.0, 10080.0]
    assert ran.json["bands"] == {}  # the signs are described for one session


def test_a_nasal_dose_has_concentrations_and_no_signs(ketacare):
    ran = ketacare(
        "simulate", "--weight", "70", "--age", "40", "--dose", "28 mg intranasal", "--enantiomer",
        "S", "--model", "pk_ketamine_perez_ruixo_2021", "--patients", "200", "--json",
    )  # fmt: skip
    # Table 4 of Perez-Ruixo 2021: highest 43.8 ng/mL; hourly readings miss the peak a little.
    assert 30 < max(ran.json["curves"][0]["typical"]) < 44.5
    assert ran.json["bands"] == {}
    assert "Exposure does not predict benefit" in ran.json["note"]


def test_what_is_unlike_the_people_studied_is_said(ketacare):
    shown = " ".join(ketacare(*STANDARD, "--age", "70").out.split())
    assert "The age of 70 years is outside" in shown
    refused = ketacare(*STANDARD, "--age", "12")
    assert (refused.code, refused.out) == (2, "")
    assert "answers from" in refused.err


def test_what_the_model_gates_is_said_beside_its_numbers(ketacare):
    shown = " ".join(
        ketacare(*STANDARD, "--analyte", "hydroxynorketamine", "--site", "arterial").out.split()
    )
    # Assays of hydroxynorketamine disagree tenfold: an order of magnitude, never a number alone.
    assert "Gated in this model: Hydroxynorketamine: assays disagree" in shown


def test_a_run_names_the_literature_it_rests_on(ketacare):
    shown = " ".join(ketacare(*STANDARD, "--cite").out.split())
    assert "Simons P et al. Front Pain Res 2022;3:946486. https://doi.org/10.3389" in shown
    venous = ketacare(*STANDARD, "--cite", "--json").json["sources"]
    assert {"simons_2022", "otto_2021", "wang_2019"} <= {s["id"] for s in venous}
    assert venous[-1]["id"] == "project"


def test_a_run_does_not_cite_what_it_did_not_use(ketacare):
    s_only = ketacare(
        "simulate", "--weight", "70", "--dose", "20 mg S-ketamine intranasal", "--model",
        "pk_ketamine_perez_ruixo_2021", "--patients", "100", "--cite", "--json",
    )  # fmt: skip
    cited = {s["id"] for s in s_only.json["sources"]}
    assert "perez_ruixo_2021" in cited
    assert not cited & {"otto_2021", "wang_2019", "vankawala_2021"}


def test_rows_go_to_a_file_or_to_the_terminal(ketacare, tmp_path):
    file = tmp_path / "run.csv"
    assert ketacare(*KAMP, "--csv", file).code == 0
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    (row,) = rows
    assert (row["quantity"], row["site"], row["minute"]) == ("ketamine", "arterial", "40")
    assert float(row["typical"]) == pytest.approx(253.0518, rel=0.005)
    assert ketacare(*KAMP, "--csv", "-").out == file.read_text(encoding="utf-8")


def test_a_chart_is_a_file_of_its_own(ketacare, tmp_path):
    svg, png = tmp_path / "run.svg", tmp_path / "run.png"
    assert ketacare(*STANDARD, "--plot", svg).code == 0
    text = svg.read_text(encoding="utf-8")
    assert text.startswith("<?xml")
    assert "<style>" in text
    assert "ketamine, venous, ng/mL" in text
    assert ketacare(*STANDARD, "--plot", png).code == 0
    assert png.read_bytes().startswith(b"\x89PNG\r\n")


def test_the_picture_of_a_planned_session_shows_its_signs(ketacare, tmp_path):
    svg = tmp_path / "run.svg"
    assert ketacare(*STANDARD, "--plot", svg).code == 0
    signs = (
        "Systolic pressure, rise",
        "Diastolic pressure, rise",
        "Heart rate, rise",
        "Dissociation",
    )
    text = svg.read_text(encoding="utf-8")
    assert all(sign in text for sign in signs)
    assert "does not predict benefit" in text
    kamp = (
        "simulate",
        "--model",
        "pk_ketamine_kamp_2020",
        "--weight",
        "70",
        "--dose",
        "35 mg over 40 min",
    )
    assert ketacare(*kamp, "--plot", svg).code == 0
    assert not any(sign in svg.read_text(encoding="utf-8") for sign in signs)


def test_another_drug_needs_no_other_command(ketacare):
    ran = ketacare(
        "simulate", "--model", "pk_propofol_schnider_1998", "--weight", "70", "--height", "170",
        "--sex", "male", "--age", "40", "--dose", "140 mg bolus", "--at", "10 min", "--json",
    )  # fmt: skip
    assert ran.json["curves"][0]["analyte"] == "propofol"
    assert "benefit" not in ran.json["note"]


def test_a_scenario_stands_beside_the_run_and_changes_no_dose(ketacare):
    plain = ketacare(*STANDARD, "--site", "venous", "--json").json
    ran = ketacare(*STANDARD, "--site", "venous", "--scenario", "cyp2b6_6", "--json").json
    assert ran["curves"] == plain["curves"]
    (scenario,) = ran["scenarios"]
    usual, _, slowest = scenario["rows"]
    assert (usual["dose_mg"], slowest["dose_mg"]) == (35.0, 35.0)
    # Li 2015: clearance 21.6 against 68.1 L/h, 0.32 of it; area = dose / clearance, 1 / 0.32.
    assert slowest["area_ratio"] == pytest.approx(1 / 0.32, rel=1e-3)
    assert "li_2015" in slowest["sources"]


def test_a_swallowed_effect_is_not_carried_to_a_vein(ketacare):
    ran = ketacare(*STANDARD, "--site", "venous", "--scenario", "grapefruit", "--json").json
    # Grapefruit acts in the wall of the gut: three times the area after swallowing, none in a vein.
    assert {row["area_ratio"] for row in ran["scenarios"][0]["rows"]} == {1.0}


def test_dosing_by_another_weight_is_shown_and_not_chosen(ketacare):
    ran = ketacare(
        "simulate", "--weight", "130", "--height", "170", "--sex", "male", "--dose",
        "0.5 mg/kg over 40 min", "--scenario", "dosing_weight", "--site", "venous", "--patients",
        "100", "--json",
    ).json  # fmt: skip
    doses = {r["label"].split(",")[0]: r["dose_mg"] for r in ran["scenarios"][0]["rows"]}
    assert doses["actual weight"] == pytest.approx(65.0)
    # Devine 1974: 50 + 2.3 (170 / 2.54 - 60) = 65.94 kg, half of it in mg; the cap is 100 kg.
    assert doses["ideal weight"] == pytest.approx(0.5 * (50 + 2.3 * (170 / 2.54 - 60)), rel=1e-4)
    assert doses["capped weight"] == pytest.approx(50.0)
    assert ran["dose_mg"] == 65.0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--scenario", "aspirin"), "dosing_weight"),
        (("--scenario", "dosing_weight", "--enantiomer", "S"), "one infusion of the racemate"),
        (("--model", "pk_ketamine_kamp"), "pk_ketamine_kamp_2020"),
        (("--model", "pk_ketamine_kamp_2020", "--site", "venous"), "arterial blood only"),
        (("--model", "pk_ketamine_kamp_2020", "--analyte", "norketamine"), "has no norketamine"),
        (("--site", "capillary"), "arterial, venous"),
        (("--at", "40"), "--at 40min"),
        (("--at", "2026-05-03"), "--at 40min"),
        (("--until", "0 min"), "more than no time"),
        (("--every", "1 s", "--until", "30 d"), "at most 20,000"),
        (("--until", "99999d"), "--until: 99999 d is more than 366 d after the last dose"),
        (("--at", "99999d"), "--at: 99999 d is more than 366 d after the last dose"),
        (("--sex", "f"), "female"),
        (("--trait", "blue"), "asks about none"),
        (("--model", "pk_ketamine_perez_ruixo_2021", "--trait", "blue"), "asian, japanese"),
        (("--csv", "-", "--json"), "not both"),
        (("--enantiomer", "T"), "racemate, S, R"),
        (("--salt", "citrate"), "base, HCl"),
        (("--salt", "HCl"), "--convert-hcl"),
        (("--patients", "3"), "--patients"),
        (("--plot", "run.pdf"), ".svg or .png"),
        (("--plot", "/no/such/folder/run.svg"), "folder does not exist"),
        (("--csv", "/no/such/folder/run.csv"), "folder does not exist"),
    ],
)
def test_a_mistake_is_one_sentence_and_no_number(ketacare, arguments, said):
    ran = ketacare(*STANDARD, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert said in ran.err


def test_a_route_the_model_does_not_describe_is_refused(ketacare):
    ran = ketacare("simulate", "--weight", "70", "--dose", "28 mg intranasal")
    assert (ran.code, ran.out) == (2, "")
    assert "does not describe the intranasal route" in ran.err


def test_a_file_looked_at_from_two_times_is_refused(ketacare, course):
    ran = ketacare("simulate", course, "--at", "2026-05-16T12:00Z", "--at", "2026-05-17T12:00Z")
    assert ran.code == 2
    assert "one time" in ran.err


@pytest.mark.parametrize(
    ("options", "where", "said"),
    [
        # the doses of the file are ketamine: no model of another drug may take them as its own
        (
            ("--model", "pk_propofol_schnider_1998", "--height", "175", "--sex", "male"),
            "--model",
            "a model of propofol, and what the file's doses hold is ketamine",
        ),
        (("--enantiomer", "S"), "--enantiomer", "here the dose is the file's"),
        (("--salt", "HCl"), "--salt", "here the dose is the file's"),
    ],
)
def test_what_would_change_what_the_file_gave_is_refused(ketacare, course, options, where, said):
    ran = ketacare("simulate", course, *options)
    assert ran.code == 2
    assert said in ran.err
    assert f"{where}:" in ran.err
    assert ran.out == ""


def test_a_dose_of_another_drug_beside_a_file_is_that_drug(ketacare, course):
    ran = ketacare(
        "simulate", course, "--model", "pk_propofol_schnider_1998", "--height", "175", "--sex",
        "male", "--dose", "100 mg bolus", "--json",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert ran.json["curves"][0]["analyte"] == "propofol"


def test_a_seed_below_zero_is_refused(ketacare):
    ran = ketacare(*STANDARD, "--seed", "-1")
    assert ran.code == 2
    assert "greater than or equal to 0" in ran.err


def test_what_stays_in_the_line_is_not_given(ketacare):
    # 2.5 mL of 0.7 mg/mL hold 1.75 mg, which 52.5 mg/h fill in 2 minutes
    ran = ketacare(*STANDARD, "--line", "2.5 mL of 0.7 mg/mL", "--at", "2 min", "--json")
    assert ran.json["dose_mg"] == pytest.approx(33.25)
    assert ran.json["doses"][0]["start_minute"] == pytest.approx(2)
    assert curve(ran, "arterial")["typical"] == [0.0]
    assert any("1.75 mg stay in the line" in note for note in ran.json["notes"])


def test_a_flushed_line_gives_the_whole_dose_later(ketacare):
    ran = ketacare(*STANDARD, "--line", "2.5 mL of 0.7 mg/mL, flushed over 5 min", "--json")
    assert ran.json["dose_mg"] == pytest.approx(35)
    assert [dose["minutes"] for dose in ran.json["doses"]] == pytest.approx([38, 5])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--line", "2.5"), 'write for example "1.5 mL of 0.7 mg/mL'),
        (("--line", "0 mL of 0.7 mg/mL"), "dead_mL is 0 mL"),
        (("--line", "1 mL of 1 mg/mL, flushed over a while"), "is not understood"),
        (("--line", "1 mL of 1 mg/mL", "--scenario", "dosing_weight"), "ask for one"),
    ],
)
def test_what_is_no_line_is_refused(ketacare, options, said):
    ran = ketacare(*STANDARD, *options)
    assert ran.code == 2
    assert said in ran.err
    assert ran.out == ""


def test_a_scenario_is_a_curve_beside_the_usual_one(ketacare, tmp_path):
    picture, rows = tmp_path / "run.svg", tmp_path / "run.csv"
    ran = ketacare(
        *STANDARD, "--scenario", "ticlopidine", "--site", "arterial", "--at", "40min", "--at", "2 h",
        "--json", "--plot", picture, "--csv", rows,
    )  # fmt: skip
    (scenario,) = ran.json["scenarios"]
    usual, least, most = (row["typical"] for row in scenario["rows"])
    assert usual == least == curve(ran, "arterial")["typical"]
    # slower clearance shows little at the end of an infusion and more later
    assert 1 < most[0] / usual[0] < most[1] / usual[1]
    assert ">with it, at most</text>" in picture.read_text()
    assert "Exposure does not predict benefit" in picture.read_text()
    written = [
        r for r in csv.DictReader(io.StringIO(rows.read_text())) if "at most" in r["quantity"]
    ]
    assert [float(r["typical"]) for r in written] == pytest.approx(most)


def test_every_infusion_of_a_file_counts_when_asked(ketacare, course):
    # Infusions of 34 mg on days 0, 3, 7 and 10 at 10:30; after three days nothing is left.
    last = ketacare("simulate", course, "--at", "40min", "--json")
    ran = ketacare("simulate", course, "--all", "--json")
    starts = [dose["start_minute"] for dose in ran.json["doses"]]
    assert starts == [0, 3 * 1440, 7 * 1440, 10 * 1440]
    assert ran.json["dose_mg"] == pytest.approx(4 * 34)
    peaks = [ran.json["minute"].index(start + 40) for start in starts]
    found = curve(ran, "arterial")["typical"]
    (alone,) = curve(last, "arterial")["typical"]
    assert [found[place] for place in peaks] == pytest.approx([alone] * 4, rel=1e-3)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--weight", "70", "--dose", "35 mg over 40 min"), "there is none"),
        (("FILE", "--dose", "35 mg over 40 min"), "leave one out"),
    ],
)
def test_all_infusions_need_a_file_that_has_some(ketacare, course, options, said):
    ran = ketacare("simulate", *(course if o == "FILE" else o for o in options), "--all")
    assert ran.code == 2
    assert said in ran.err
    assert "--all:" in ran.err


def test_a_course_is_shown_with_its_peaks(ketacare):
    ran = ketacare(
        "simulate", "--weight", "70", "--dose", "35 mg over 40 min every 3.5 d 6 times", "--patients",
        "50", "--json",
    )  # fmt: skip
    ends = [40 + 5040 * turn for turn in range(6)]
    assert set(ran.json["minute"]) >= set(ends)
    asked = ketacare(*STANDARD, "--every", "30 min", "--json").json["minute"]
    assert asked == [0, 30, 60, 90, 120]


def test_ten_grams_have_a_concentration_and_a_flag_but_no_signs(ketacare):
    ran = ketacare("simulate", "--weight", "70", "--dose", "10 g over 40 min", "--patients", "20")
    assert ran.code == 0
    # Linear: 298 ng/mL after 35 mg (ten thousand over 35, so 286 times it).
    assert "outside: dose" in ran.out
    assert "No signs are shown: the drug would reach 285.7 times" in ran.out
    assert "systolic mmHg" not in ran.out
