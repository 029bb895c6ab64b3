"""What a pump has delivered: sums of rate times time, worked by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketacare.core.errors import InputError
from ketacare.core.planning import delivered
from ketacare.core.record import InfusionEvent, InfusionEventKind

ZERO = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def event(kind: str, minute: float, mg_per_h: float) -> InfusionEvent:
    return InfusionEvent(
        kind=InfusionEventKind(kind), at=ZERO + timedelta(minutes=minute), mg_per_h=mg_per_h
    )


def at(minute: float) -> datetime:
    return ZERO + timedelta(minutes=minute)


HISTORY = (
    event("start", 0, 52.5),
    event("pause", 10, 0),
    event("resume", 15, 52.5),
    event("rate", 25, 30),
    event("stop", 45, 0),
)


@pytest.mark.parametrize(
    ("minute", "mg", "flowing", "rate"),
    [
        (-1, 0, 0, 0),  # before the start
        (0, 0, 0, 52.5),
        (10, 8.75, 10, 0),  # 52.5/6
        (12, 8.75, 10, 0),  # paused
        (25, 17.5, 20, 30),  # 8.75 + 8.75
        (45, 27.5, 40, 0),  # 17.5 + 30/3
        (90, 27.5, 40, 0),  # stopped
    ],
)
def test_delivered_sums_rate_times_time(minute, mg, flowing, rate):
    found = delivered(HISTORY, 0.7, at(minute), bag_mL=50)
    assert found.dose_mg == mg
    assert found.volume_mL == pytest.approx(mg / 0.7, rel=1e-15)
    assert found.minutes_flowing == flowing
    assert found.mg_per_h == rate
    assert found.residual_mL == pytest.approx(50 - mg / 0.7, rel=1e-15)
    assert found.residual_mg == pytest.approx(35 - mg, rel=1e-15)  # 50 mL · 0.7 mg/mL


def test_nothing_flows_beyond_the_bag():
    found = delivered((event("start", 0, 52.5),), 0.7, at(60), bag_mL=50)
    assert found.dose_mg == 35  # 52.5 would need 75 mL
    assert found.residual_mL == 0


def test_without_a_bag_nothing_is_said_about_the_rest():
    assert delivered(HISTORY, 0.7, at(45)).residual_mL is None


def test_an_empty_history_delivered_nothing():
    assert delivered((), 0.7, at(45)).dose_mg == 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ((event("resume", 0, 50),), "begins with resume"),
        ((event("start", 0, 50), event("resume", 5, 50)), "resume cannot follow start"),
        ((event("start", 0, 50), event("stop", 5, 0), event("rate", 6, 50)), "cannot follow stop"),
        ((event("start", 5, 50), event("stop", 0, 0)), "before the event it follows"),
        ((event("start", 0, 0),), "more than zero"),
        ((event("start", 0, 50), event("pause", 5, 20)), "more than zero"),
        ((event("start", 0, 50), event("start", 5, 50)), "start cannot follow start"),
    ],
)
def test_an_impossible_history_is_refused(wrong, words):
    assert delivered(HISTORY, 0.7, at(45)).dose_mg == 27.5
    with pytest.raises(InputError, match=words):
        delivered(wrong, 0.7, at(45))


def test_a_concentration_of_zero_is_refused():
    assert delivered(HISTORY, 0.7, at(45)).volume_mL > 0
    with pytest.raises(InputError, match="take it from the pump sheet"):
        delivered(HISTORY, 0, at(45))


@given(st.lists(st.integers(1, 50), min_size=1, max_size=40), st.integers(1, 900))
def test_pausing_any_number_of_times_loses_nothing(minutes, tenths_mg_per_h):
    rate = tenths_mg_per_h / 10
    events, clock = [], 0
    for index, length in enumerate(minutes):
        events.append(event("resume" if index else "start", clock, rate))
        events.append(event("pause", clock + length, 0))
        clock += length + 7
    found = delivered(events, 0.7, at(clock))
    # Exact: the sum of minutes times the rate, rounded once.
    assert found.dose_mg == pytest.approx(sum(minutes) * rate / 60, rel=1e-15)
