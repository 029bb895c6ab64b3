"""Cards: nothing that stands in a file is missing from its card, and unknown names are refused."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from ketacare.core.errors import InputError
from ketacare.core.sources import Status
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.showing import (
    KnowledgeText,
    Standing,
    card_of,
    kind_named,
    kinds,
    knowledge_texts,
    piece_named,
    pieces,
    to_markdown,
)
from ketacare.knowledge.showing.figures import said, sentence


def card(kind, name, results=()):
    return card_of(piece_named(kind_named(kind), name), results)


def leaves(value):
    if isinstance(value, Mapping):
        for key, inside in value.items():
            if key not in {"check", "strength", "status"}:
                yield from leaves(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from leaves(inside)
    elif not isinstance(value, bool):
        yield value


def plain(text):
    """Letters and digits only: cards may add a full stop, a capital or a space, never drop words."""
    return "".join(c for c in text.casefold() if c.isalnum())


def test_every_file_of_content_is_a_piece_or_holds_pieces():
    shown = {piece.file.path for kind in kinds() for piece in pieces(kind)}
    assert shown == {file.path for file in knowledge_texts()}


def test_ids_are_unique_within_a_kind():
    for kind in kinds():
        ids = [piece.id for piece in pieces(kind)]
        assert len(ids) == len(set(ids)), kind.name


@pytest.mark.parametrize("kind", [k.name for k in kinds() if k.carded])
def test_whatever_stands_in_a_file_stands_on_its_card(kind):
    lost = {}
    for piece in pieces(kind_named(kind)):
        shown = plain(to_markdown(card_of(piece, ())))
        table = dict(piece.table)
        for told_elsewhere in ("rule",) if kind == "planning" else ("validity", "kind"):
            table.pop(told_elsewhere, None)
        gone = [
            leaf
            for leaf in leaves(table)
            # A sentence with {limits} in it is shown with the limits put in.
            if "{" not in str(leaf)
            and not any(plain(text) in shown for text in (said(leaf), sentence(str(leaf))))
        ]
        # Words with a meaning of their own are shown in other words ("wk" as weeks, "d" as days).
        gone = [leaf for leaf in gone if leaf not in {"wk", "d", "1", "count", "degC"}]
        gone = [leaf for leaf in gone if leaf not in {"1/min (beats)", "1/min (breaths)", "xULN"}]
        if gone:
            lost[piece.id] = gone
    assert lost == {}


def test_every_source_of_a_number_is_cited_in_full():
    shown = card("drugs", "pk_ketamine_simons_2022")
    cited = {source.id for source in shown.sources}
    assert {"simons_2022", "wang_2019", "otto_2021", "project"} <= cited
    assert "doi.org/10.3389/fpain.2022.946486" in to_markdown(shown)


def test_a_drug_card_says_that_exposure_does_not_predict_benefit():
    shown = card("drugs", "pk_ketamine_simons_2022")
    assert any("Exposure does not predict benefit" in p for b in shown.blocks for p in b.paragraphs)
    dossier = next(b for b in shown.blocks if b.title == "Dossier")
    labels = {item.partition(":")[0] for item in dossier.items}
    assert {"Study", "Units", "Plausible", "Gated", "Not here"} <= labels


def test_a_drug_card_gives_the_spread_between_people_as_a_percentage():
    grid = next(
        b.grid for b in card("drugs", "pk_ketamine_simons_2022").blocks if b.title == "Parameters"
    )
    row = next(row for row in grid.rows if row[0] == "cl")
    # sqrt(exp(0.029) - 1) = 17.2 %
    assert row[1:3] == ("1.48 L/min", "17 % (variance 0.029)")


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        # sqrt(exp(0.3 ** 2) - 1) = 30.7 %
        ({"cv": {"value": 30, "unit": "%"}}, "31 % (cv 30 %)"),
        ({"sd": {"value": 0.3, "unit": "1"}}, "31 % (standard deviation 0.3)"),
        ({"cv_exact": {"value": 27.5, "unit": "%"}}, "27.5 %"),
        (
            {"sd": {"value": 0.7, "unit": "1"}, "spread": "logit-normal"},
            "0.7 (standard deviation on the logit)",
        ),
        ({}, ""),
    ],
)
def test_a_spread_is_read_as_its_file_states_it(part, shown):
    piece = piece_named(kind_named("drugs"), "pk_ketamine_simons_2022")
    value = {"value": 1, "unit": "L", "source": "project", "locus": "x"}
    table = {**piece.table, "parameters": {"v": {"value": value, **part}}}
    blocks = card_of(replace(piece, table=table), ()).blocks
    grid = next(b.grid for b in blocks if b.title == "Parameters")
    assert grid.rows[0][2] == shown


def test_covariates_say_whether_they_are_reported_assumed_or_gated():
    shown = card("drugs", "pk_ketamine_perez_ruixo_2021")
    grid = next(b.grid for b in shown.blocks if b.title.startswith("Covariates"))
    age = next(row for row in grid.rows if row[0] == "qh")
    assert age[1] == "age"
    assert "coefficient -2.19 L/h, reference 60 years" in age[2]
    assert age[3] == "reported"


def test_a_changed_threshold_shows_on_the_card_with_both_days():
    piece = piece_named(kind_named("rules"), "dose.step")
    limits = piece.table["limits"]
    first = limits["largest"][0]
    later = {"since": date(2027, 1, 1), "number": {**first["number"], "value": 0.1}}
    table = {**piece.table, "limits": {**limits, "largest": [first, later]}}
    text = to_markdown(card_of(replace(piece, table=table), ()))
    assert "0.25 mg/kg since 2026-11-23" in text
    assert "0.1 mg/kg since 2027-01-01" in text
    assert "At most 0.1 mg/kg more than last time" in text


def test_a_rule_card_puts_the_limits_into_its_sentences():
    shown = card("rules", "blood_pressure.before_dose")
    holds = next(b for b in shown.blocks if b.title == "What it holds")
    assert holds.paragraphs[0].startswith("At most 140/90 mmHg and systolic at least 90 mmHg")
    assert "Asked at: before dose." in holds.items


def test_an_instrument_without_item_text_says_so():
    piece = piece_named(kind_named("instruments"), "gad7")
    bare = {k: v for k, v in piece.table.items() if k != "item"}
    shown = to_markdown(card_of(replace(piece, table=bare), ()))
    assert "The text of the items is not held here" in shown


def test_results_of_other_files_do_not_reach_a_card():
    def result(file, name):
        return CheckResult(file=file, name=name, passed=True, expected="a", found="a")

    results = (result("therapy/integration_window.toml", "mine"), result("x.toml", "other"))
    shown = card("therapy", "integration_window", results)
    assert [check.name for check in shown.checks] == ["mine"]
    assert shown.verdict == "Its one check passes."


def test_a_treatment_shows_only_the_checks_that_are_about_it():
    piece = piece_named(kind_named("treatments"), "sertraline")
    names = [c["name"] for c in piece.file.table["check"]]
    results = [
        CheckResult(file=piece.file.path, name=n, passed=True, expected="", found="") for n in names
    ]
    mine = [c.name for c in card_of(piece, results).checks]
    expected = [
        c["name"]
        for c in piece.file.table["check"]
        if {c.get("treatment"), c.get("id"), c.get("find")} & {"sertraline", "Zoloft"}
    ]
    assert mine == expected


def test_a_failed_check_is_said():
    failed = CheckResult(
        file="therapy/integration_window.toml", name="x", passed=False, expected="1", found="2"
    )
    shown = card("therapy", "integration_window", (failed,))
    assert shown.verdict == "1 of 1 checks fail."
    assert "| x | 1 | 2 | NO |" in to_markdown(shown)


def test_a_verified_standing_names_who_and_when():
    standing = Standing(
        version="2",
        status=Status.VERIFIED,
        since=date(2026, 11, 23),
        checked_by="R. Reader",
        checked_on=date(2026, 12, 1),
    )
    assert list(standing.sentences()) == [
        "Verified: R. Reader compared it with its sources on 2026-12-01.",
        "Version 2, in force since 2026-11-23.",
    ]


def test_a_cell_with_a_bar_does_not_break_the_table():
    failed = CheckResult(
        file="therapy/integration_window.toml", name="a|b", passed=True, expected="", found=""
    )
    assert "a\\|b" in to_markdown(card("therapy", "integration_window", (failed,)))


def test_a_folder_nobody_named_is_a_kind_of_its_own():
    file = KnowledgeText(
        path="novel/thing.toml", text="", table={"id": "thing", "title": "A thing"}
    )
    found = {kind.name: kind for kind in kinds([*knowledge_texts(), file])}
    assert [p.id for p in pieces(found["novel"], [file])] == ["thing"]


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("treatment", "x", "did you mean treatments"),
        ("treatments", "cbtt", "did you mean cbt"),
        ("zzz", "x", "ketacare knowledge list"),
        ("rules", "zzz", "ketacare knowledge list rules"),
    ],
)
def test_an_unknown_name_is_refused_with_advice(kind, name, said):
    with pytest.raises(InputError, match=said):
        card(kind, name)
