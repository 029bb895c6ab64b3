"""The times a run is shown at, in minutes since the first dose."""

from __future__ import annotations

from ketacare.cli.exposure.amounts import read_duration
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology import Regimen, Route

_MOST_ENDS = 40  # a longer course would be a table of peaks only


_LONGEST_AFTER_MIN = 366 * 1440.0


def check_span(minutes: float, regimen: Regimen, *, where: str) -> None:
    """Refuse a time so long after the last dose that nothing of it can be left."""
    if minutes - regimen.end_h * 60.0 > _LONGEST_AFTER_MIN:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"{minutes / 1440.0:.10g} d is more than {_LONGEST_AFTER_MIN / 1440:g} d after the last "
            "dose; nothing is left by then, ask for an earlier time",
            where=where,
        )


def times_of(regimen: Regimen, until: str, every: str) -> tuple[float, ...]:
    """Return minutes from the first start on: in about a dozen steps, and at every infusion's end."""
    swallowed = any(route is not Route.INTRAVENOUS for route in regimen.routes)
    end = regimen.end_h * 60.0
    last = (
        read_duration(until, where="--until", example="6 h")
        if until
        else max(120.0, end + (480.0 if swallowed else 80.0))
    )
    check_span(last, regimen, where="--until")
    step = read_duration(every, where="--every", example="10 min") if every else _step(last)
    if step <= 0 or last <= 0:
        raise InputError(
            ErrorCode.OUT_OF_RANGE, "times follow one another in more than no time", where="--every"
        )
    if last / step > 20_000:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"that is {last / step:.0f} times; ask for at most 20,000",
            where="--every",
        )
    count = int(last / step + 1e-9)
    even = {step * index for index in range(count + 1)}
    ends = {s.end_h * 60.0 for s in regimen.steps if s.end_h * 60.0 <= last}
    if every or len(ends) > _MOST_ENDS:
        return tuple(sorted(even))
    # A course is shown in days, and would be shown without a single peak.
    apart = {end for end in ends if min(abs(end - at) for at in even) > 1e-9}
    return tuple(sorted(even | apart))


def _step(last: float) -> float:
    for step in (
        0.1,
        0.25,
        0.5,
        1.0,
        2.0,
        5.0,
        10.0,
        15.0,
        30.0,
        60.0,
        120.0,
        240.0,
        360.0,
        720.0,
        1440.0,
    ):
        if last / step <= 18:
            return step
    return last / 18.0
