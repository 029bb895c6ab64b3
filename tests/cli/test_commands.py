"""What each command says about the published case and about a course of four infusions."""

import pytest

pytestmark = pytest.mark.slow


def test_bare_command_explains_itself(ketacare):
    ran = ketacare()
    assert ran.code == 0
    for name in ("stage", "screen", "simulate", "recommend", "score", "monitor", "serve", "demo"):
        assert f"ketacare {name}" in ran.out


def test_version(ketacare):
    assert ketacare("--version").out.startswith("ketacare ")


def test_stage_cannot_tell_where_the_report_is_silent(ketacare, published):
    ran = ketacare("stage", published, "--json")
    assert ran.code == 0
    assert ran.json["resistant"] is None
    adequacy = {t["treatment"]: t["adequacy"] for t in ran.json["trials"]}
    # Doses or durations are missing; for ECT and lamotrigine no adequate trial is defined.
    assert adequacy == {
        "ect": None,
        "escitalopram": "cannot_tell",
        "lamotrigine": None,
        "lorazepam": "cannot_tell",
        "cbt": "cannot_tell",
    }
    assert "cannot tell" in ketacare("stage", published).out


def test_stage_counts_an_adequate_failed_trial(ketacare, course):
    (trial,) = ketacare("stage", course, "--json", "--at", "2026-05-16T12:00Z").json["trials"]
    # 150 mg a day is above 50, ten weeks above eight, taken well, ended for lack of effect.
    assert (trial["adequacy"], trial["failed"], trial["counts"]) == ("yes", True, True)


def test_score_shows_totals_and_changes(ketacare, published):
    scores = ketacare("score", published, "--json").json["scores"]
    gad7 = [s for s in scores if s["instrument"] == "gad7"]
    assert [(s["when"], s["total"], s["is_baseline"]) for s in gad7] == [
        ("day -4", 6, True),
        ("day 0.1", 1, False),
    ]
    assert gad7[1]["since_baseline"]["points"] == 5  # 6 - 1
    assert "5 lower (83 %)" in ketacare("score", published).out  # 5 / 6 = 83 %


def test_score_prorates_and_says_so(ketacare, course):
    scores = ketacare("score", course, "--json", "--at", "2026-05-16T12:00Z").json["scores"]
    phq9 = next(s for s in scores if s["instrument"] == "phq9")
    # 2+2+1+2+1+1+2+1 = 12 of eight items, scaled: 12 × 9 / 8 = 13.5
    assert (phq9["total"], phq9["route"], phq9["missing_items"]) == (13.5, "prorated", [9])
    assert phq9["alerts"][0]["raised"] is None


def test_screen_names_what_is_missing(ketacare, published):
    ran = ketacare("screen", published, "--json", "--station", "eligibility")
    findings = {f["rule"]: f for f in ran.json["stations"][0]["findings"]}
    aneurysm = findings["aneurysm.history"]
    assert (aneurysm["outcome"], aneurysm["strength"]) == ("cannot_tell", "hard_stop")
    assert aneurysm["stops"]
    assert "aneurysm_or_avm" in aneurysm["missing"]
    assert aneurysm["sources"]


def test_simulate_says_that_a_duration_the_report_does_not_give_is_the_protocols(
    ketacare, published
):
    shown = ketacare("simulate", published)
    assert shown.code == 0
    assert "because the file does not say how long" in " ".join(shown.out.split())
    refused = ketacare("simulate", published, "--dose", "34 mg")
    assert (refused.code, refused.out) == (2, "")
    given = ketacare("simulate", published, "--dose", "34 mg over 40 min", "--json")
    assert given.code == 0
    assert given.json["mg_per_kg"] == 0.5
    assert given.json["circulation_as_rise"] is True


def test_simulate_says_that_exposure_does_not_predict_benefit(ketacare):
    ran = ketacare("simulate", "--weight", "70 kg", "--dose", "35 mg over 40 min")
    assert ran.code == 0
    assert "Exposure does not predict benefit" in ran.out


def test_simulate_uses_the_recorded_baseline(ketacare, course):
    ran = ketacare("simulate", course, "--json", "--at", "2026-05-16T12:00Z").json
    assert ran["circulation_as_rise"] is False
    # At minute 0 nothing has reached the effect site: the median is the reading, give or take
    # the error of a median of 1,000 readings with a scatter of a few mmHg.
    assert ran["bands"]["systolic"]["p50"][0] == pytest.approx(124, abs=1)
    assert set(ran["crossing"]) == {"systolic", "diastolic", "heart_rate"}


def test_recommend_gives_no_options_without_a_score_after_the_infusion(ketacare, published):
    ran = ketacare("recommend", published, "--json")
    assert ran.json["options"] == []
    assert any("GAD-7" in text for text in ran.json["missing"])
    assert "2000-01-01" not in ran.out  # the nominal date of day 0 is nobody's


def test_recommend_ranks_options_beside_the_guideline_and_repeats(ketacare, course):
    arguments = ("recommend", course, "--json", "--at", "2026-05-16T12:00Z", "--particles", "400")
    ran = ketacare(*arguments)
    scores = [option["score"] for option in ran.json["options"]]
    assert scores == sorted(scores, reverse=True)
    assert ran.json["guideline"]["sentence"]
    assert [f["about"] for f in ran.json["forecasts"]] == ["population", "person", "person"]
    assert ketacare(*arguments).out == ran.out


def test_recommend_in_words(ketacare, course):
    ran = ketacare("recommend", course, "--at", "2026-05-16T12:00Z", "--particles", "400")
    for words in ("The guideline", "Options, best first", "What would change it", "Rests on"):
        assert words in ran.out
    assert all(line == line.rstrip() for line in ran.out.splitlines())


def test_knowledge_check_counts_and_passes(ketacare):
    ran = ketacare("knowledge", "check", "--json")
    assert (ran.code, ran.json["failed"]) == (0, [])
    assert ran.json["checks"] > 0
    assert ran.json["candidate"] + ran.json["verified"] == ran.json["files"] - 1  # sources.toml


def test_knowledge_lists_kinds_and_the_pieces_of_one(ketacare):
    assert "instruments" in ketacare("knowledge", "list").out
    assert "gad7" in ketacare("knowledge", "list", "instruments").out
    assert ketacare("knowledge", "show", "rules").out == ketacare("knowledge", "list", "rules").out


def test_knowledge_show_reads_one_piece_aloud(ketacare):
    shown = " ".join(ketacare("knowledge", "show", "treatments", "sertraline").out.split())
    assert "Candidate: nobody has compared it with its sources yet." in shown
    assert "in force since 2026-11-23" in shown
    assert "Lowest adequate dose 50 mg/day" in shown
    assert "Sources" in shown


def test_knowledge_show_as_json_says_the_same(ketacare):
    shown = ketacare("knowledge", "show", "rules", "dose.step", "--json").json
    assert (shown["kind"], shown["id"], shown["status"]) == ("rules", "dose.step", "candidate")
    assert shown["checked_by"] is None
    assert all(check["passed"] for check in shown["checks"])
    limits = next(b for b in shown["blocks"] if b["title"] == "Limits")
    # The largest step is 0.25 mg/kg, a choice of the project.
    assert limits["rows"][0][1] == "0.25 mg/kg since 2026-11-23"
    assert {s["id"] for s in shown["sources"]} >= {"loo_2023", "glue_2017", "project"}


def test_knowledge_cards_are_written_once_and_stale_ones_removed(ketacare, tmp_path):
    folder = tmp_path / "cards"
    assert ketacare("knowledge", "cards", folder).code == 0
    assert (folder / "instruments" / "gad7.md").exists()
    assert "0 of them changed or removed" in ketacare("knowledge", "cards", folder).out
    gone = folder / "instruments" / "gone.md"
    gone.write_text((folder / "instruments" / "gad7.md").read_text("utf-8"), encoding="utf-8")
    mine = folder / "notes.md"
    mine.write_text("My own notes.\n", encoding="utf-8")
    assert "1 of them changed or removed" in ketacare("knowledge", "cards", folder).out
    assert not gone.exists()
    assert mine.exists()


def test_stage_and_screen_name_what_the_record_says_twice(ketacare, course, tmp_path):
    twice = tmp_path / "twice.toml"
    text = course.read_text(encoding="utf-8")
    weights = "".join(
        f'\n[[measurement]]\nkind = "weight"\nvalue = "{kg} kg"\nat = 2026-05-02T{hour}:00:00Z\n'
        for kg, hour in ((70, 10), (75, 16))
    )
    twice.write_text(text + weights, encoding="utf-8")
    for command in ("stage", "screen"):
        ran = ketacare(command, twice, "--at", "2026-05-16T12:00Z")
        assert ran.code == 0
        assert "the weight is 70 kg and 75 kg" in " ".join(ran.out.split())


def test_stage_shows_other_definitions_scores_and_daily_life(ketacare, course):
    ran = ketacare("stage", course, "--at", "2026-05-16T12:00Z")
    for said in ("Bokma 2019", "Domschke 2024", "MGH staging", "Maudsley", "Social life was not"):
        assert said in ran.out


def test_screen_asks_the_vial_and_the_weeks_between(ketacare, course):
    arguments = ("screen", course, "--at", "2026-05-16T12:00Z", "--station")
    assert "Dilution of a concentrated vial" in ketacare(*arguments, "preparation").out
    assert "Serious adverse event" in ketacare(*arguments, "follow-up").out
