"""The standard protocol as published, and the weight a dose may be calculated from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ketacare.core.errors import InputError, KnowledgeError
from ketacare.core.planning import dosing_weight, plan_of
from ketacare.core.record import Measurement, Person, Vital
from ketacare.core.sources import Status
from ketacare.knowledge.loading.protocols import (
    check_all,
    load_protocol,
    protocol_ids,
)

NOW = datetime(2026, 3, 30, 9, 0, tzinfo=UTC)
PROTOCOL = load_protocol("standard_iv")


def person(*weights: tuple[float, float]) -> Person:
    return Person(
        id="p",
        label="Test person",
        measurements=tuple(
            Measurement(kind=Vital.WEIGHT, value=kg, at=NOW - timedelta(days=days))
            for days, kg in weights
        ),
    )


def test_standard_protocol_is_half_a_milligram_over_forty_minutes_six_times():
    # Wilkinson 2021 and Sakurai 2020: 0.5 mg/kg over 40 min, six infusions, twice weekly.
    plan = plan_of(PROTOCOL)
    assert (plan.dose_mg_per_kg, plan.minutes, plan.number) == (0.5, 40, 6)
    assert plan.days_between == 3.5
    assert PROTOCOL.provenance.status is Status.CANDIDATE


def test_every_worked_calculation_of_the_files_holds():
    results = check_all()
    assert len(results) >= 16  # four examples, four numbers each
    assert [r for r in results if not r.passed] == []


def test_an_unknown_protocol_is_refused_by_name():
    assert "standard_iv" in protocol_ids()
    with pytest.raises(KnowledgeError, match='no protocol "nasal"'):
        load_protocol("nasal")


def test_weight_of_the_last_two_weeks_is_used():
    assert dosing_weight(person((14, 70.0)), protocol=PROTOCOL, now=NOW) == 70.0
    with pytest.raises(InputError, match="older than 14 days"):
        dosing_weight(person((14.01, 70.0)), protocol=PROTOCOL, now=NOW)


def test_a_missing_weight_is_not_guessed():
    with pytest.raises(InputError, match="no weight is recorded"):
        dosing_weight(person(), protocol=PROTOCOL, now=NOW)


@pytest.mark.parametrize(
    ("newest", "accepted"), [(77.0, True), (77.1, False), (63.0, True), (31.8, False)]
)
def test_a_weight_that_jumps_is_checked_first(newest, accepted):
    # 10 % of 70 kg is 7 kg; 31.8 kg is 70 lb read as kilograms.
    people = person((20, 70.0), (1, newest))
    if accepted:
        assert dosing_weight(people, protocol=PROTOCOL, now=NOW) == newest
    else:
        with pytest.raises(InputError, match="weigh again"):
            dosing_weight(people, protocol=PROTOCOL, now=NOW)


def test_a_weight_measured_later_is_not_known_yet():
    assert dosing_weight(person((-1, 90.0), (1, 70.0)), protocol=PROTOCOL, now=NOW) == 70.0
