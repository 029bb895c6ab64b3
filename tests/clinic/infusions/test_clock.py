"""A clock that was set is noticed at the next look and said for a minute; one that runs is not."""

from datetime import UTC, datetime, timedelta

import pytest

from ketacare.clinic.infusions.clock import ServerClock

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def looked(*looks):
    """Return a clock after looks at (seconds of the wall's clock, seconds of the steady one)."""
    clock = ServerClock()
    for wall, steady in looks:
        clock.look(now=NOW + timedelta(seconds=wall), steady=steady)
    return clock


@pytest.mark.parametrize("jump", [7200, -7200, 6, -6])
def test_a_jump_is_said_for_a_minute(jump):
    clock = looked((0, 100), (0.1, 100.1), (0.2 + jump, 100.2))
    assert clock.was_set(steady=100.2)
    assert clock.was_set(steady=160.1)
    assert not clock.was_set(steady=160.3)


@pytest.mark.parametrize("pause", [0.1, 3600.0])
def test_a_clock_that_runs_or_is_moved_by_little_is_not_said(pause):
    clock = looked((0, 100), (pause, 100 + pause), (2 * pause + 2, 100 + 2 * pause))
    assert not clock.was_set(steady=100 + 2 * pause)
