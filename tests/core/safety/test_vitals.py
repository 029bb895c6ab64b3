"""Vital signs: colours at their bounds, confirmation, staleness. Limits are those of the threshold
table (amber >160/100 or +30 %, red >180/110, critical >200/120; SpO2 94/92/88; pulse 50-110, 45-130).
"""

from __future__ import annotations

import pytest

from ketacare.core.record import Vital
from ketacare.core.safety import Level, judge_vitals, session_baseline


def state(measurements, policy, now, kind, baseline=None):
    states = judge_vitals(measurements, baseline or {}, policy, now)
    return next(s for s in states if s.kind is kind)


@pytest.mark.parametrize(
    ("kind", "value", "level"),
    [
        (Vital.SYSTOLIC, 160, Level.NORMAL),
        (Vital.SYSTOLIC, 161, Level.AMBER),
        (Vital.SYSTOLIC, 180, Level.AMBER),
        (Vital.SYSTOLIC, 181, Level.RED),
        (Vital.SYSTOLIC, 200, Level.RED),
        (Vital.SYSTOLIC, 201, Level.CRITICAL),
        (Vital.DIASTOLIC, 100, Level.NORMAL),
        (Vital.DIASTOLIC, 101, Level.AMBER),
        (Vital.DIASTOLIC, 110, Level.AMBER),
        (Vital.DIASTOLIC, 111, Level.RED),
        (Vital.DIASTOLIC, 120, Level.RED),
        (Vital.DIASTOLIC, 121, Level.CRITICAL),
        (Vital.HEART_RATE, 110, Level.NORMAL),
        (Vital.HEART_RATE, 111, Level.AMBER),
        (Vital.HEART_RATE, 130, Level.AMBER),
        (Vital.HEART_RATE, 131, Level.RED),
        (Vital.HEART_RATE, 50, Level.NORMAL),
        (Vital.HEART_RATE, 49, Level.AMBER),
        (Vital.HEART_RATE, 45, Level.AMBER),
        (Vital.HEART_RATE, 44, Level.RED),
        (Vital.HEART_RATE, 0, Level.CRITICAL),
        (Vital.SPO2, 94, Level.NORMAL),
        (Vital.SPO2, 93, Level.AMBER),
        (Vital.SPO2, 92, Level.AMBER),
        (Vital.SPO2, 91, Level.RED),
        (Vital.SPO2, 88, Level.RED),
        (Vital.SPO2, 87, Level.CRITICAL),
        (Vital.RESPIRATORY_RATE, 12, Level.NORMAL),
        (Vital.RESPIRATORY_RATE, 11, Level.AMBER),
        (Vital.RESPIRATORY_RATE, 10, Level.AMBER),
        (Vital.RESPIRATORY_RATE, 9, Level.RED),
        (Vital.RESPIRATORY_RATE, 24, Level.NORMAL),
        (Vital.RESPIRATORY_RATE, 25, Level.AMBER),
        (Vital.RESPIRATORY_RATE, 0, Level.CRITICAL),
        (Vital.MOAAS, 5, Level.NORMAL),
        (Vital.MOAAS, 4, Level.AMBER),
        (Vital.MOAAS, 3, Level.RED),
        (Vital.MOAAS, 2, Level.CRITICAL),
        (Vital.DISTRESS, 6, Level.NORMAL),
        (Vital.DISTRESS, 7, Level.AMBER),
        (Vital.CADSS6, 11, Level.NORMAL),
        (Vital.CADSS6, 12, Level.AMBER),
    ],
)
def test_level_at_each_bound(policy, now, measured, kind, value, level) -> None:
    assert state([measured(kind, value)], policy, now, kind).level is level


@pytest.mark.parametrize(
    ("baseline", "value", "level"),
    # 30 % above 110 is 143; above 120 it is 156.
    [
        (110, 143, Level.NORMAL),
        (110, 144, Level.AMBER),
        (120, 156, Level.NORMAL),
        (None, 159, Level.NORMAL),
    ],
)
def test_a_rise_is_judged_against_the_baseline(
    policy, now, measured, baseline, value, level
) -> None:
    before = {} if baseline is None else {Vital.SYSTOLIC: float(baseline)}
    found = state([measured(Vital.SYSTOLIC, value)], policy, now, Vital.SYSTOLIC, before)
    assert found.level is level


@pytest.mark.parametrize(
    ("kind", "device", "fresh", "stale"),
    [
        (Vital.SYSTOLIC, True, 20, 20.1),
        (Vital.SYSTOLIC, False, 20, 20.1),
        (Vital.SPO2, True, 2, 2.1),
        (Vital.SPO2, False, 20, 20.1),
        (Vital.MOAAS, False, 20, 20.1),
    ],
)
def test_a_value_grows_stale(policy, now, measured, kind, device, fresh, stale) -> None:
    value = {Vital.SYSTOLIC: 120, Vital.SPO2: 98, Vital.MOAAS: 5}[kind]
    assert (
        state([measured(kind, value, fresh, device=device)], policy, now, kind).level
        is Level.NORMAL
    )
    assert (
        state([measured(kind, value, stale, device=device)], policy, now, kind).level is Level.STALE
    )


def test_a_stale_critical_value_triggers_nothing_and_keeps_its_time(policy, now, measured) -> None:
    old = measured(Vital.SPO2, 70, 3, device=True)
    found = state([old], policy, now, Vital.SPO2)
    assert (found.level, found.value, found.at) == (Level.STALE, 70, old.at)
    assert not found.is_high_concern
    assert "measure again" in found.sentence


def test_a_stale_normal_value_clears_nothing(policy, now, measured) -> None:
    found = state([measured(Vital.SPO2, 99, 3, device=True)], policy, now, Vital.SPO2)
    assert found.level is Level.STALE


def test_nothing_measured_is_none_without_a_value(policy, now) -> None:
    found = state([], policy, now, Vital.SPO2)
    assert (found.level, found.value, found.at) == (Level.NONE, None, None)


def test_measurements_of_the_future_are_not_seen(policy, now, measured) -> None:
    assert state([measured(Vital.SPO2, 60, -5)], policy, now, Vital.SPO2).level is Level.NONE


def test_order_of_arrival_does_not_matter(policy, now, measured) -> None:
    late_arrival = [measured(Vital.SPO2, 98, 0), measured(Vital.SPO2, 85, 1)]
    assert state(late_arrival, policy, now, Vital.SPO2).value == 98


@pytest.mark.parametrize(("minutes", "confirmed"), [(3, True), (2.9, False)])
def test_red_pressure_is_confirmed_after_three_minutes(
    policy, now, measured, minutes, confirmed
) -> None:
    readings = [measured(Vital.SYSTOLIC, 185, minutes), measured(Vital.SYSTOLIC, 182)]
    found = state(readings, policy, now, Vital.SYSTOLIC)
    assert (found.level, found.confirmed) == (Level.RED, confirmed)


def test_a_normal_reading_in_between_breaks_the_run(policy, now, measured) -> None:
    readings = [
        measured(Vital.SYSTOLIC, 185, 8),
        measured(Vital.SYSTOLIC, 150, 4),
        measured(Vital.SYSTOLIC, 182),
    ]
    found = state(readings, policy, now, Vital.SYSTOLIC)
    assert (found.confirmed, found.since) == (False, now)


def test_a_gap_in_the_signal_breaks_the_run(policy, now, measured) -> None:
    readings = [
        measured(Vital.SPO2, 90, 5, device=True),
        measured(Vital.SPO2, 90, 0.2, device=True),
        measured(Vital.SPO2, 90, device=True),
    ]
    assert state(readings, policy, now, Vital.SPO2).confirmed is False


def test_critical_needs_no_confirmation(policy, now, measured) -> None:
    assert state([measured(Vital.SPO2, 87)], policy, now, Vital.SPO2).confirmed is True


def test_pressure_asks_for_symptoms_before_any_action(policy, now, measured) -> None:
    found = state([measured(Vital.SYSTOLIC, 205)], policy, now, Vital.SYSTOLIC)
    assert found.sentence.index("chest pain") < found.sentence.index("Pause the infusion")


def test_baseline_is_the_last_value_before_the_start(person, now, measured) -> None:
    who = person(
        measurements=(
            measured(Vital.SYSTOLIC, 130, 60),
            measured(Vital.SYSTOLIC, 125, 31),
            measured(Vital.SYSTOLIC, 160, 29),
            measured(Vital.SPO2, 97, 2000),  # more than a day before
        )
    )
    started = measured(Vital.SPO2, 97, 30).at
    assert session_baseline(who, started) == {Vital.SYSTOLIC: 125}
    assert session_baseline(who, None) == {}
