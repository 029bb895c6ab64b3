"""On which days things happen: infusions on two fixed weekdays, nothing at the weekend.

Only what takes place today may fall on a weekend, when the demo is started on one.
"""

from __future__ import annotations

from datetime import date, timedelta

_WEEKEND = 5  # Monday is 0
# Twice a week is Monday and Thursday, or Tuesday and Friday: days back to the infusion before.
_BACK = {0: 4, 3: 3, 1: 4, 4: 3}
# Integration, inside the window that opens a day after the infusion: never at the weekend.
_INTEGRATION = {0: 2, 1: 2, 3: 1, 4: 3}


def is_workday(day: date) -> bool:
    """Return whether the clinic is open."""
    return day.weekday() < _WEEKEND


def workday_from(day: date) -> date:
    """Return ``day``, or the Monday after it when it falls on a weekend."""
    while not is_workday(day):
        day += timedelta(days=1)
    return day


def workdays_before(day: date, count: int) -> date:
    """Return the day ``count`` working days before ``day``."""
    while count > 0:
        day -= timedelta(days=1)
        count -= is_workday(day)
    return day


def infusion_days(*, last_by: date, count: int, weekly: bool) -> list[date]:
    """Return the days of a series whose last infusion was on ``last_by`` or shortly before it.

    A weekly series keeps the weekday of ``last_by``, whatever it is.
    """
    last = last_by
    while not weekly and last.weekday() not in _BACK:
        last -= timedelta(days=1)
    days = [last]
    while len(days) < count:
        days.append(days[-1] - timedelta(days=7 if weekly else _BACK[days[-1].weekday()]))
    return days[::-1]


def integration_after(day: date) -> int:
    """Return how many days after an infusion its integration session is held."""
    return _INTEGRATION.get(day.weekday(), 2)
