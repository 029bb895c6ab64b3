"""A policy, a moment, and short ways to write a person for the tests of the safety room."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ketacare.core.record import Fact, Measurement, Origin, Person, Vital
from ketacare.core.safety import Policy
from ketacare.knowledge.load import load_policy

NOW = datetime(2026, 12, 7, 12, 0, tzinfo=UTC)


@pytest.fixture
def policy() -> Policy:
    return load_policy()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def measured():
    """Return a maker of measurements: kind, value, minutes before now, device or person."""

    def make(kind: Vital, value: float, ago: float = 0.0, *, device: bool = False) -> Measurement:
        return Measurement(
            kind=kind,
            value=value,
            at=NOW - timedelta(minutes=ago),
            origin=Origin.DEVICE if device else Origin.PERSON,
        )

    return make


@pytest.fixture
def answered():
    """Return a maker of facts: code, value, minutes before now."""

    def make(code: str, value: object, ago: float = 0.0) -> Fact:
        return Fact(code=code, value=value, at=NOW - timedelta(minutes=ago), by="Nurse B")

    return make


@pytest.fixture
def person():
    """Return a maker of people with nothing on record but what is given."""

    def make(**record: object) -> Person:
        return Person(id="p", label="P", **record)

    return make
