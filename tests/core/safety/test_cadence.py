"""When observations are due: pressure every 10 min while the drug runs (5 when not normal), every 15
after; wakefulness every 15; stay at least 120 min from the start and 60 min from the end.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from ketacare.core.record import Vital
from ketacare.core.safety import Phase, due_observations, observation_ends


def pressure(items):
    return next(item for item in items if item.kind is Vital.SYSTOLIC)


def pair(measured, systolic, ago):
    return [measured(Vital.SYSTOLIC, systolic, ago), measured(Vital.DIASTOLIC, 80, ago)]


@pytest.mark.parametrize(
    ("systolic", "phase", "every"),
    [
        (130, Phase.INFUSING, 10),
        (160, Phase.INFUSING, 10),
        (161, Phase.INFUSING, 5),
        (130, Phase.PAUSED, 10),
        (130, Phase.OBSERVING, 15),
        (161, Phase.OBSERVING, 5),
    ],
)
def test_interval_of_blood_pressure(policy, now, measured, systolic, phase, every) -> None:
    started = now - timedelta(minutes=30)
    item = pressure(due_observations(policy, started, phase, pair(measured, systolic, 2), now))
    assert item.every_minutes == every
    assert item.due_at == now + timedelta(minutes=every - 2)
    assert item.overdue_minutes == 0


def test_a_rise_above_baseline_shortens_the_interval(policy, now, measured) -> None:
    started = now - timedelta(minutes=30)
    seen = pair(measured, 150, 2)
    item = pressure(
        due_observations(
            policy, started, Phase.INFUSING, seen, now, baseline={Vital.SYSTOLIC: 110.0}
        )
    )
    assert item.every_minutes == 5  # 150 is more than 110 x 1.3 = 143


def test_closer_watch_on_request(policy, now, measured) -> None:
    started = now - timedelta(minutes=30)
    seen = pair(measured, 120, 2)
    item = pressure(due_observations(policy, started, Phase.INFUSING, seen, now, closer=True))
    assert item.every_minutes == 5


@pytest.mark.parametrize(
    ("ago", "late", "escalate"), [(10, 0, False), (11, 1, False), (14.9, 4.9, False), (15, 5, True)]
)
def test_overdue_minutes_and_escalation(policy, now, measured, ago, late, escalate) -> None:
    started = now - timedelta(minutes=30)
    item = pressure(
        due_observations(policy, started, Phase.INFUSING, pair(measured, 120, ago), now)
    )
    assert item.overdue_minutes == pytest.approx(late)  # minutes of timedelta arithmetic
    assert item.escalate is escalate


def test_without_any_observation_the_start_counts(policy, now) -> None:
    started = now - timedelta(minutes=12)
    item = pressure(due_observations(policy, started, Phase.INFUSING, [], now))
    assert item.overdue_minutes == pytest.approx(2)  # 12 - 10


def test_one_pressure_alone_is_no_observation(policy, now, measured) -> None:
    started = now - timedelta(minutes=12)
    seen = [measured(Vital.SYSTOLIC, 120, 1)]
    item = pressure(due_observations(policy, started, Phase.INFUSING, seen, now))
    assert item.overdue_minutes == pytest.approx(2)


def test_observations_before_the_start_do_not_count(policy, now, measured) -> None:
    started = now - timedelta(minutes=12)
    seen = pair(measured, 120, 13)
    item = pressure(due_observations(policy, started, Phase.INFUSING, seen, now))
    assert item.overdue_minutes == pytest.approx(2)


def test_the_most_overdue_comes_first(policy, now, measured) -> None:
    started = now - timedelta(minutes=40)
    items = due_observations(policy, started, Phase.INFUSING, pair(measured, 120, 0), now)
    assert [i.due_at for i in items] == sorted(i.due_at for i in items)
    assert items[-1].kind is Vital.SYSTOLIC


@pytest.mark.parametrize(
    ("minutes", "leave_after"),
    # 40 min: 120 from the start is later than 40 + 60 = 100. 90 min: 90 + 60 = 150 is later.
    [(40, 120), (60, 120), (90, 150)],
)
def test_earliest_time_to_leave(policy, now, minutes, leave_after) -> None:
    ended = now + timedelta(minutes=minutes)
    assert observation_ends(policy, now, ended) == now + timedelta(minutes=leave_after)


def test_no_time_to_leave_while_it_runs(policy, now) -> None:
    assert observation_ends(policy, now, None) is None


def test_a_scale_is_due_but_never_escalated(policy, now) -> None:
    """CADSS-6 is due 40 min after the start; distress every 15 min, however late it is."""
    started = now - timedelta(minutes=60)
    items = {i.kind: i for i in due_observations(policy, started, Phase.INFUSING, [], now)}
    assert items[Vital.CADSS6].due_at == started + timedelta(minutes=40)
    assert items[Vital.DISTRESS].overdue_minutes == 60 - 15
    assert not items[Vital.DISTRESS].escalate
    assert items[Vital.MOAAS].escalate
