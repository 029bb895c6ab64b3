"""Limits with a history: which entry answers for a day, and which histories are refused."""

from __future__ import annotations

from datetime import date

import pytest

from ketacare.core.errors import KnowledgeError
from ketacare.core.safety import Dated, Entry, spoken
from ketacare.core.sources import Sourced
from ketacare.core.units import Quantity


def entry(day: date, value: float, unit: str = "mmHg") -> Entry:
    number = Sourced(quantity=Quantity(value, unit), source="project", locus="test")
    return Entry(since=day, number=number)


FIRST, SECOND = date(2026, 1, 1), date(2026, 6, 1)


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(2025, 12, 31), 160),  # before the first entry the first one answers
        (FIRST, 160),
        (date(2026, 5, 31), 160),
        (SECOND, 150),
        (date(2030, 1, 1), 150),
    ],
)
def test_the_entry_of_the_day_answers(day, value) -> None:
    limit = Dated(entries=(entry(FIRST, 160), entry(SECOND, 150)))
    assert limit.on(day).value == value


def test_entries_out_of_order_are_refused() -> None:
    with pytest.raises(KnowledgeError, match="oldest first"):
        Dated(entries=(entry(SECOND, 150), entry(FIRST, 160)))


def test_entries_in_different_units_are_refused() -> None:
    with pytest.raises(KnowledgeError, match="different units"):
        Dated(entries=(entry(FIRST, 160), entry(SECOND, 90, "%")))


def test_a_limit_without_entries_is_refused() -> None:
    with pytest.raises(KnowledgeError, match="add one with since"):
        Dated(entries=())


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (180, "mmHg", "180 mmHg"),
        (94, "%", "94%"),
        (1, "d", "1 day"),
        (14, "d", "14 days"),
        (70, "1/min (beats)", "70 beats per minute"),
        (2, "count", "2"),
        (38.0, "degC", "38 °C"),
    ],
)
def test_numbers_as_they_are_said(value, unit, said) -> None:
    assert spoken(value, unit) == said
