"""Runs of values beyond a limit, looked back on: amber >160, red >180, critical >200 systolic;
SpO2 amber <94, red <92. A device's value stays fresh for less than a person's."""

from datetime import timedelta

import pytest

from ketacare.core.record import Measurement, Origin, Vital
from ketacare.core.safety import Level, crossings


@pytest.fixture
def told(policy, now):
    def run(kind, *values, origin=Origin.DEVICE, step=timedelta(seconds=5), baseline=None):
        measured = [
            Measurement(kind=kind, value=value, at=now + turn * step, origin=origin, by="m")
            for turn, value in enumerate(values)
            if value is not None
        ]
        found = crossings(measured, baseline or {}, policy, now.date())
        return [(c.level, c.worst, (c.since - now) / step, (c.until - now) / step, c.values)
                for c in found]  # fmt: skip

    return run


def test_values_within_limits_cross_nothing(told):
    assert told(Vital.SYSTOLIC, 120, 160) == []


def test_a_run_has_its_worst_level_and_the_value_farthest_beyond(told):
    # 170 amber, 185 and 195 red, 165 amber; 120 ends the run.
    assert told(Vital.SYSTOLIC, 120, 170, 185, 195, 165, 120) == [(Level.RED, 195, 1, 4, 4)]


def test_a_low_limit_has_the_lowest_value(told):
    assert told(Vital.SPO2, 98, 91, 89, 90) == [(Level.RED, 89, 1, 3, 3)]


def test_a_value_within_limits_parts_two_runs(told):
    assert told(Vital.SYSTOLIC, 170, 150, 170) == [(Level.AMBER, 170, 0, 0, 1), (Level.AMBER, 170, 2, 2, 1)]  # fmt: skip


def test_a_long_gap_parts_two_runs(told):
    far = told(Vital.SYSTOLIC, 170, 170, step=timedelta(hours=1))
    assert [c[4] for c in far] == [1, 1]


def test_a_rise_needs_a_baseline(told):
    # +30 % of 100 is 130.
    assert told(Vital.SYSTOLIC, 131, baseline={Vital.SYSTOLIC: 100})[0][0] is Level.AMBER
    assert told(Vital.SYSTOLIC, 131) == []
