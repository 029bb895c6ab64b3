"""Each fault the check looks for, planted into otherwise sound files, and found where it stands."""

import copy
from datetime import date

import pytest

from ketacare.knowledge.faults import (
    FAULTS,
    cards_not_current,
    changes_not_told,
    find_faults,
)
from ketacare.knowledge.showing import KnowledgeText, cards_as_pages, knowledge_texts

MISSING, UNIT, DATES, BANDS, LICENCE, RULES, DOSSIER = FAULTS


def planted(path, change, text=None):
    """Return all files, with the table of one changed in place by ``change``."""
    files = []
    for file in knowledge_texts():
        if file.path == path:
            table = copy.deepcopy(dict(file.table))
            change(table)
            written = file.text if text is None else text(file.text)
            files.append(KnowledgeText(path=path, text=written, table=table))
        else:
            files.append(file)
    assert any(f.path == path for f in files)
    return files


def found(name, path, change, text=None):
    results = FAULTS[name](planted(path, change, text))
    assert all(not r.passed and r.file == path for r in results)
    return [(r.name, r.found) for r in results]


def test_the_content_as_it_is_has_none_of_the_faults():
    assert [
        f"{r.file} {r.name}: {r.found}" for r in find_faults(knowledge_texts()) if not r.passed
    ] == []
    assert len(find_faults(knowledge_texts())) == len(FAULTS)


THERAPY = "therapy/integration_window.toml"


@pytest.mark.parametrize("key", ["source", "locus"])
def test_a_number_without_a_source(key):
    ((where, said),) = found(MISSING, THERAPY, lambda t: t["opens"].pop(key))
    assert (where, said) == ("opens", f"a number without {key}")


def test_a_source_that_nobody_recorded():
    ((where, said),) = found(MISSING, THERAPY, lambda t: t["opens"].update(source="nobody_1999"))
    assert where == "opens.source"
    assert "nobody_1999" in said
    ((where, _),) = found(MISSING, THERAPY, lambda t: t["sources"].append("nobody_1999"))
    assert where == "sources"


def test_a_unit_outside_the_closed_set():
    ((where, said),) = found(UNIT, THERAPY, lambda t: t["opens"].update(unit="hours"))
    assert where == "opens"
    assert '"hours"' in said


RULE = "safety/dose_step.toml"


def test_two_limits_that_begin_on_one_day():
    def twice(table):
        table["limits"]["largest"].append(dict(table["limits"]["largest"][0]))

    ((where, said),) = found(DATES, RULE, twice)
    assert where == "limits.largest"
    assert "2026-11-23" in said


def test_a_limit_that_goes_on_after_the_next_one_began():
    def overlap(table):
        first = table["limits"]["largest"][0]
        table["limits"]["largest"].append({**first, "since": date(2027, 1, 1)})
        first["until"] = date(2027, 1, 1)

    ((_, said),) = found(DATES, RULE, overlap)
    assert "until 2027-01-01" in said


def test_a_later_limit_is_no_fault():
    def later(table):
        first = table["limits"]["largest"][0]
        table["limits"]["largest"].append({**first, "since": date(2027, 1, 1)})

    assert found(DATES, RULE, later) == []


def test_two_files_of_one_id_on_one_day():
    files = planted("therapy/integration_window.toml", lambda t: t.update(id="gad7"))
    (result,) = FAULTS[DATES](files)
    assert '"gad7"' in result.found


GAD7 = "instruments/gad7.toml"


@pytest.mark.parametrize(
    ("band", "key", "value", "said"),
    [
        (1, "low", 6, 'nothing between "minimal" up to 4 and "mild" from 6'),
        (1, "low", 4, '4 is both "minimal" and "mild"'),
        (3, "high", 20, '"severe" ends at 20, and the maximum is 21'),
        (0, "low", 1, '"minimal" ends at 1, and the minimum is 0'),
    ],
)
def test_bands_that_do_not_fill_the_range(band, key, value, said):
    ((_, what),) = found(BANDS, GAD7, lambda t: t["band"][band].update({key: value}))
    assert what == said


@pytest.mark.parametrize("licence", ["permission", "score_only", None])
def test_item_text_without_a_licence(licence):
    def change(table):
        if licence is None:
            del table["wording"]["licence"]
        else:
            table["wording"]["licence"] = licence

    ((where, said),) = found(LICENCE, GAD7, change)
    assert where == "wording.licence"
    assert (licence or "no licence") in said


def test_scores_without_item_text_need_no_licence():
    def change(table):
        table["wording"]["licence"] = "score_only"
        for key in ("item", "unscored"):
            table.pop(key, None)

    assert found(LICENCE, GAD7, change) == []


def test_an_attribution_that_is_missing():
    def change(table):
        table["wording"].update(licence="free_with_attribution", notice="")

    ((where, _),) = found(LICENCE, GAD7, change)
    assert where == "wording.notice"


def test_a_rule_without_a_predicate():
    ((where, said),) = found(RULES, RULE, lambda t: t.update(id="dose.nobody"))
    assert where == "id"
    assert "dose.nobody" in said


def test_a_rule_no_station_asks():
    ((where, _),) = found(RULES, RULE, lambda t: t.update(stations=[]))
    assert where == "stations"


def test_a_rule_for_leaving_that_the_gate_does_not_list():
    path = "safety/discharge_gait.toml"
    files = planted("safety/discharge.toml", lambda t: t["criteria"].remove("discharge.gait"))
    (result,) = FAULTS[RULES](files)
    assert (result.file, result.name) == (path, "stations")


def test_a_rule_that_waits_for_an_answer_nobody_asks_for():
    ((where, said),) = found(RULES, RULE, lambda t: t["facts"].append("shoe_size"))
    assert where == "facts"
    assert "shoe_size" in said


def test_a_rule_of_the_guideline_without_a_condition():
    ((where, _),) = found(RULES, "planning/adaptive_rules.toml", lambda t: t["rule"][0].pop("when"))
    assert where.startswith("rule ")


def test_a_drug_model_without_a_part_of_its_dossier():
    path = "drugs/ketamine/pk_ketamine_simons_2022.toml"
    ((where, said),) = found(
        DOSSIER, path, lambda t: None, lambda text: text.replace("# Units       ", "#             ")
    )
    assert where == "opening comment"
    assert "Study" in said


def test_a_file_without_the_keys_of_its_kind_is_said_and_does_not_stop_the_others():
    files = planted(GAD7, lambda t: t["band"][0].pop("low"))
    results = find_faults(files)
    failed = [r for r in results if not r.passed]
    assert [r.name for r in failed] == [BANDS]
    assert "low" in failed[0].found


@pytest.fixture(scope="module")
def pages():
    return cards_as_pages(())


@pytest.fixture
def folder(tmp_path, pages):
    for path, text in pages.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_cards_that_are_no_longer_current(folder):
    assert cards_not_current(folder, ()) == []
    (folder / "instruments" / "gad7.md").write_text("old", encoding="utf-8")
    (folder / "rules" / "dose.step.md").unlink()
    (folder / "rules" / "gone.md").write_text("gone", encoding="utf-8")
    stale = {r.file: r.found for r in cards_not_current(folder, ())}
    assert stale == {
        "docs/cards/instruments/gad7.md": "another text",
        "docs/cards/rules/dose.step.md": "no page",
        "docs/cards/rules/gone.md": "a page without content",
    }


CHANGELOG = """# Changelog

## Unreleased

### Added

- Something about `dose.step` 2.

### Knowledge

- A smaller step of the dose
  (`dose.step` 2).

## 1.0

### Knowledge

- First content.
"""


@pytest.mark.parametrize(
    ("version", "told"), [("1", True), ("2", True), ("2.1", False), ("3", False), ("12", False)]
)
def test_a_new_version_that_the_changelog_does_not_tell(version, told):
    files = [f for f in planted(RULE, lambda t: t.update(version=version)) if f.path == RULE]
    results = changes_not_told(CHANGELOG, files)
    assert [r.file for r in results] == ([] if told else [RULE])
    assert all(f"`dose.step` {version}" in r.expected for r in results)


def test_a_line_outside_the_section_of_knowledge_does_not_tell():
    files = [f for f in planted(RULE, lambda t: t.update(version="2")) if f.path == RULE]
    without = CHANGELOG.replace("  (`dose.step` 2).", "  (see the card).")
    assert [r.file for r in changes_not_told(without, files)] == [RULE]


@pytest.mark.parametrize(("entry", "told"), [("from 2027-01-01", True), ("from 2027", False)])
def test_a_value_from_a_later_day_that_the_changelog_does_not_tell(entry, told):
    def later(table):
        first = table["limits"]["largest"][0]
        table["limits"]["largest"].append({**first, "since": date(2027, 1, 1)})

    files = [f for f in planted(RULE, later) if f.path == RULE]
    changelog = CHANGELOG.replace("A smaller step of the dose", f"A smaller step {entry}")
    found = [r.expected for r in changes_not_told(changelog, files)]
    assert [("2027-01-01" in said) for said in found] == ([] if told else [True])
