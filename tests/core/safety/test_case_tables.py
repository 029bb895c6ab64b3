"""Clinical cases in tables (tests/cases/safety): each line is one patient and what must be said."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketacare.knowledge.load import load_policy, load_treatments
from ketacare.knowledge.loading.safety_cases import SafetyCase, check_case, read_cases
from ketacare.knowledge.reading import Section, read_toml

TABLES = sorted((Path(__file__).parents[2] / "cases" / "safety").glob("*.toml"))


def cases_of(table: Path) -> tuple[SafetyCase, ...]:
    section = Section(
        read_toml(table.read_text(encoding="utf-8"), source=table.name), source=table.name
    )
    return read_cases(section, "case")


CASES = [pytest.param(case, id=f"{t.stem}: {case.name}") for t in TABLES for case in cases_of(t)]


def test_there_are_tables() -> None:
    assert len(TABLES) >= 5


@pytest.mark.parametrize("case", CASES)
def test_the_rule_says_what_the_table_expects(case: SafetyCase) -> None:
    result = check_case(case, load_policy(), load_treatments(), file="")
    assert result.found == result.expected, case.because


@pytest.mark.parametrize("case", CASES)
def test_every_case_says_where_its_expectation_comes_from(case: SafetyCase) -> None:
    assert case.because
