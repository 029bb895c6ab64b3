"""Regimens and pump histories. Expected doses are rate times hours, worked out beside them."""

from datetime import UTC, datetime, timedelta

import pytest

from ketacare.core.errors import InputError
from ketacare.core.pharmacology import Bolus, RateStep, Regimen
from ketacare.core.record import InfusionEvent, InfusionEventKind

ZERO = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def event(kind, minute, rate=0.0):
    at = ZERO + timedelta(minutes=minute)
    return InfusionEvent(kind=InfusionEventKind(kind), at=at, mg_per_h=rate)


def minutes(count):
    return ZERO + timedelta(minutes=count)


HISTORY = (
    event("start", 0, 52.5),
    event("pause", 10),
    event("resume", 15, 52.5),
    event("rate", 25, 30.0),
    event("stop", 35),
)


def test_infusion_is_one_step_at_constant_rate():
    # 35 mg in 40 min is 35 / (2/3) = 52.5 mg/h
    (step,) = Regimen.infusion(35, 40, start_h=1.0).steps
    assert (step.start_h, step.end_h) == pytest.approx((1.0, 5 / 3))
    assert step.mg_per_h == pytest.approx(52.5)


def test_infusion_of_no_minutes_is_a_bolus():
    assert Regimen.infusion(20, 0, start_h=0.5).boluses == (Bolus(0.5, 20),)


def test_from_events_delivers_what_the_pump_ran():
    regimen = Regimen.from_events(HISTORY, ZERO, minutes(60))
    # 52.5 mg/h for 10 + 10 min and 30 mg/h for 10 min: 17.5 + 5 = 22.5 mg
    assert regimen.total_mg == pytest.approx(22.5)
    assert [round(step.start_h * 60) for step in regimen.steps] == [0, 15, 25]


def test_from_events_while_running_counts_until_now():
    regimen = Regimen.from_events(HISTORY, ZERO, minutes(20))
    # 10 min before the pause and 5 after it, at 52.5 mg/h: 13.125 mg
    assert regimen.total_mg == pytest.approx(13.125)
    assert regimen.end_h == pytest.approx(20 / 60)


def test_from_events_in_a_pause_stands_still():
    regimen = Regimen.from_events(HISTORY[:2], ZERO, minutes(30))
    assert regimen.delivered_mg(0.5) == pytest.approx(8.75)  # 52.5 / 6


def test_from_events_without_events_is_empty():
    assert Regimen.from_events((), ZERO, minutes(5)) == Regimen()


def test_from_events_counts_from_zero_before_the_start():
    late = (event("start", 30, 60.0),)
    (step,) = Regimen.from_events(late, ZERO, minutes(60)).steps
    assert (step.start_h, step.end_h) == (0.5, 1.0)


@pytest.mark.parametrize(
    ("events", "sentence"),
    [
        ((HISTORY[1],), "begins with pause"),
        ((HISTORY[0], HISTORY[2], HISTORY[1]), "order of time"),
        ((*HISTORY, event("resume", 40, 30.0)), "follows a stop"),
        ((HISTORY[0], event("start", 10, 30.0)), "starts a second time"),
        ((HISTORY[0], event("pause", 10, 30.0)), "rate of 30 mg/h"),
        ((event("start", -1, 30.0),), "before zero"),
    ],
)
def test_from_events_refuses_a_history_that_cannot_be(events, sentence):
    with pytest.raises(InputError, match=sentence):
        Regimen.from_events(events, ZERO, minutes(60))


def test_from_events_refuses_a_present_before_zero():
    with pytest.raises(InputError, match="before zero"):
        Regimen.from_events(HISTORY, ZERO, minutes(-1))


def test_from_events_refuses_a_time_without_zone():
    with pytest.raises(InputError, match="time zone"):
        Regimen.from_events(HISTORY, ZERO.replace(tzinfo=None), minutes(1))


def test_steps_that_touch_are_accepted():
    regimen = Regimen((RateStep(0, 1, 10), RateStep(1, 2, 20)))
    assert regimen.total_mg == 30


@pytest.mark.parametrize("second", [RateStep(0.9, 2, 20), RateStep(0, 0.5, 20)])
def test_steps_that_overlap_or_are_unsorted_are_refused(second):
    with pytest.raises(InputError, match="without overlap"):
        Regimen((RateStep(0.5, 1, 10), second))


def test_boluses_out_of_order_are_refused():
    with pytest.raises(InputError, match="order of time"):
        Regimen((), (Bolus(1, 5), Bolus(0.5, 5)))


@pytest.mark.parametrize(
    ("start", "end", "rate"),
    [
        (-1, 1, 10),
        (0, 0, 10),
        (1, 0.5, 10),
        (0, 1, -10),
        (0, float("inf"), 1),
        (0, 1, float("nan")),
    ],
)
def test_an_impossible_step_is_refused(start, end, rate):
    with pytest.raises(InputError):
        RateStep(start, end, rate)


@pytest.mark.parametrize(("dose", "length"), [(0, 40), (-35, 40), (float("nan"), 40), (35, -1)])
def test_an_impossible_infusion_is_refused(dose, length):
    with pytest.raises(InputError):
        Regimen.infusion(dose, length)


def test_an_early_stop_keeps_what_was_given_until_then():
    stopped = Regimen.infusion(35, 40).stopped_at(1 / 3)
    assert stopped.total_mg == pytest.approx(17.5)


def test_delivered_counts_a_bolus_at_its_moment():
    regimen = Regimen((RateStep(0, 1, 10),), (Bolus(0.5, 4),))
    assert regimen.delivered_mg(0.25) == 2.5
    assert regimen.delivered_mg(0.5) == 9.0
    assert regimen.delivered_mg(3.0) == 14.0
