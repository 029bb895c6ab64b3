"""Changing one threshold is a change in one file: findings, sentences, cards and pages follow it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from ketacare.core.record import Fact, Measurement, Person, Vital
from ketacare.core.safety import Level, Outcome, Station, judge_vitals, screen
from ketacare.knowledge.load import load_policy, load_treatments
from ketacare.knowledge.loading.safety import build_policy
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import Section, read_toml
from ketacare.knowledge.showing import KnowledgeText, card_of, kind_named, piece_named, to_markdown

NOW = datetime(2026, 12, 7, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the safety folder, to be changed."""
    original = Path(str(files("ketacare.knowledge") / "safety"))
    return Path(shutil.copytree(original, tmp_path / "safety"))


def policy_of(folder: Path):
    return build_policy(
        {
            file.name: Section(
                read_toml(file.read_text(encoding="utf-8"), source=file.name),
                source=file.name,
                known_sources=source_ids(),
            )
            for file in folder.glob("*.toml")
        }
    )


def change(folder: Path, name: str, old: str, new: str) -> None:
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def liver(policy, times: float):
    facts = (
        Fact(code="severe_hepatic_impairment", value=False, at=NOW),
        Fact(code="alt_x_uln", value=times, at=NOW),
    )
    (finding,) = screen(
        Person(id="p", label="P", facts=facts),
        policy,
        load_treatments(),
        station=Station.ELIGIBILITY,
        now=NOW,
        rules=("liver.impaired",),
    )
    return finding


@pytest.mark.slow
def test_one_line_in_one_file_changes_finding_limit_and_version(folder: Path) -> None:
    before = policy_of(folder)
    assert liver(before, 2.5).outcome is Outcome.PASS
    change(folder, "liver_impaired.toml", "value = 3, unit", "value = 2, unit")
    after = policy_of(folder)
    finding = liver(after, 2.5)
    assert finding.outcome is Outcome.BLOCK
    assert "at most 2 times the upper limit of normal" in finding.limit
    assert after.version != before.version
    # The policy that is in force has not moved.
    assert liver(load_policy(), 2.5).outcome is Outcome.PASS


@pytest.mark.slow
def test_a_dated_entry_leaves_old_cases_with_the_policy_of_their_day(folder: Path) -> None:
    text = (folder / "liver_impaired.toml").read_text(encoding="utf-8")
    at = text.index("[[limits.raised]]")
    entry = text[at : text.index("\n\n", at)]
    later = entry.replace("2026-11-23", "2026-12-06").replace("value = 3,", "value = 2,")
    (folder / "liver_impaired.toml").write_text(
        text.replace(entry, f"{entry}\n\n{later}"), encoding="utf-8"
    )
    policy = policy_of(folder)
    assert policy.limit("liver.impaired", "raised", on=NOW.date()).value == 2
    earlier = (NOW - timedelta(days=2)).date()
    assert policy.limit("liver.impaired", "raised", on=earlier).value == 3


@pytest.mark.slow
def test_a_monitoring_limit_changes_colour_and_sentence(folder: Path) -> None:
    file = folder / "monitoring.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("value = 160, unit", "value = 150, unit", 1), encoding="utf-8")
    measured = [Measurement(kind=Vital.SYSTOLIC, value=155, at=NOW)]
    old, new = (
        {s.kind: s for s in judge_vitals(measured, {}, policy, NOW)}[Vital.SYSTOLIC]
        for policy in (load_policy(), policy_of(folder))
    )
    assert (old.level, new.level) == (Level.NORMAL, Level.AMBER)
    assert "above 150 mmHg" in new.sentence


def test_the_card_of_a_rule_follows_its_file(folder: Path) -> None:
    change(folder, "liver_impaired.toml", "value = 3, unit", "value = 2, unit")
    text = (folder / "liver_impaired.toml").read_text(encoding="utf-8")
    piece = piece_named(kind_named("rules"), "liver.impaired")
    table = read_toml(text, source="liver_impaired.toml")
    file = KnowledgeText(path=piece.file.path, text=text, table=table)
    before, after = (
        to_markdown(card_of(each, [])) for each in (piece, replace(piece, table=table, file=file))
    )
    assert "at most 3 times the upper limit of normal" in before
    assert "at most 2 times the upper limit of normal" in after
