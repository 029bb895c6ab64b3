"""The limits that were crossed in a session, looked back on: each run of values, from when until when.

For the record, not for the bedside: while a session runs, :mod:`ketacare.core.safety.vitals` says
how a sign stands now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ketacare.core.record import Measurement, Origin, Vital
from ketacare.core.safety.kinds import Level
from ketacare.core.safety.limits import Bound, Side, VitalLimits
from ketacare.core.safety.policy import Policy
from ketacare.core.safety.vitals import level_of

_ORDER = (Level.NORMAL, Level.AMBER, Level.RED, Level.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """One unbroken run of values beyond a limit, ``level`` and ``limit`` being the worst reached.

    ``worst`` is the value farthest beyond that limit, at ``worst_at``; ``values`` how many the run
    has.
    """

    kind: Vital
    label: str
    level: Level
    limit: str
    since: datetime
    until: datetime
    worst: float
    worst_at: datetime
    values: int


def crossings(
    measurements: Iterable[Measurement],
    baseline: Mapping[Vital, float],
    policy: Policy,
    day: date,
) -> tuple[Crossing, ...]:
    """Return every run of amber, red or critical values, in order of time.

    A run ends with the first value within limits, and at a gap longer than a value stays fresh:
    nobody knows what happened in it. ``baseline`` as for ``judge_vitals``.
    """
    by_kind: dict[Vital, list[Measurement]] = {kind: [] for kind in policy.monitoring.vitals}
    for measurement in measurements:
        if measurement.kind in by_kind:
            by_kind[measurement.kind].append(measurement)
    found = [
        crossing
        for kind, limits in policy.monitoring.vitals.items()
        for crossing in _runs(limits, by_kind[kind], baseline.get(kind), day)
    ]
    return tuple(sorted(found, key=lambda crossing: (crossing.since, crossing.kind.value)))


def _runs(
    limits: VitalLimits, found: list[Measurement], baseline: float | None, day: date
) -> Iterator[Crossing]:
    ranges = limits.ranges_on(day, baseline)
    gap = {
        Origin.DEVICE: timedelta(minutes=limits.stale_device.on(day).to("min")),
        Origin.PERSON: timedelta(minutes=limits.stale_person.on(day).to("min")),
    }
    run: list[tuple[Measurement, Level, Bound]] = []
    for measurement in sorted(found, key=lambda each: each.at):
        level, bound = level_of(ranges, measurement.value)
        broken = bool(run) and measurement.at - run[-1][0].at > gap[run[-1][0].origin]
        if run and (bound is None or broken):
            yield _crossing(limits, run, day)
            run = []
        if bound is not None:
            run.append((measurement, level, bound))
    if run:
        yield _crossing(limits, run, day)


def _crossing(
    limits: VitalLimits, run: Sequence[tuple[Measurement, Level, Bound]], day: date
) -> Crossing:
    _first, level, bound = max(run, key=lambda each: _ORDER.index(each[1]))
    beyond = [measurement for measurement, _level, own in run if own is bound]
    farthest = min if bound.side is Side.BELOW else max
    worst = farthest(beyond, key=lambda measurement: measurement.value)
    return Crossing(
        kind=limits.kind,
        label=limits.label,
        level=level,
        limit=bound.text(day),
        since=run[0][0].at,
        until=run[-1][0].at,
        worst=worst.value,
        worst_at=worst.at,
        values=len(run),
    )
