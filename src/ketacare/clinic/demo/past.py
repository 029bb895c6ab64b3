"""Past cases: people as the cohort has them, not chosen for their course, so that counts mean something.

The series follows the plain guideline (stop under 20 % after infusion 4); care is closed at the end
for most of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ketacare.clinic.demo.chart import Order
from ketacare.clinic.demo.story import Story, Telling
from ketacare.clinic.plans.models import Decision

_STOP_AFTER = 4
_SOME = 0.20
_RESPONSE = 0.5
_FIRST_ENDED = 70  # days before today
_APART = 6  # days between the ends of two series
_FORECAST_EVERY = 3  # options are kept for every third of them


def past_stories(count: int) -> Sequence[tuple[Story, Callable[[Telling], None]]]:
    """Return ``count`` past cases, the newest first."""
    return [
        (
            Story(
                key=f"past-{number + 1}",
                station="learning",
                sentence="A course that has ended.",
                given=number_of(number),
                last_dose=_FIRST_ENDED + _APART * number,
                later=(14, 28, 56),
                order=Order(number=number_of(number), therapy=number % 2 == 0),
                integrates=number % 2 == 0,
                advised_after=frozenset({2}) if number % _FORECAST_EVERY == 0 else frozenset(),
                brief=True,
            ),
            tell,
        )
        for number in range(count)
    ]


def number_of(number: int) -> int:
    """Return how many infusions were ordered: the short course of the first year, or six."""
    return 4 if number % 4 == 3 else 6


def tell(telling: Telling) -> None:
    """Tell one past case."""
    telling.refer()
    telling.assess()
    telling.decide(advised=False)
    chart, course = telling.chart, telling.course
    stopped = course.gain(_STOP_AFTER) < _SOME
    telling.treat(at_most=_STOP_AFTER if stopped else None)
    last = telling.dose_days[(_STOP_AFTER if stopped else telling.story.given) - 1]
    chart.end_plan(
        telling.open_moment(last + 1, minutes=180),
        "Under 20 % after infusion 4: the series is stopped." if stopped else "Course complete.",
        Decision.Grounds.GUIDELINE,
    )
    if stopped:
        chart.close(telling.open_moment(last + 10), "No benefit; referred back with a letter.")
        return
    telling.follow()
    kept = course.later_gain(len(course.later) - 1) >= _RESPONSE
    end = telling.open_moment(telling.dose_days[-1] + telling.story.later[-1] + 1)
    chart.close(
        end,
        "Response kept: back to the referring clinician." if kept else "Other treatment follows.",
    )
