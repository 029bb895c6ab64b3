"""Judges vital signs against the monitoring limits: normal, amber, red, critical, stale or none.

A value that is too old is ``stale``: it neither clears nor triggers a limit. This is not an alarm
system; the bedside monitor's own alarms come first. Sentences ask for symptoms of organ damage
before anyone thinks of a drug for the blood pressure (Yip et al. 2022, Front Psychiatry 13:1017504).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ketacare.core.record import Measurement, Origin, Person, Vital
from ketacare.core.safety.dated import spoken
from ketacare.core.safety.facts import CLOCK_SLACK
from ketacare.core.safety.kinds import Level
from ketacare.core.safety.limits import Bound, Monitoring, Range, VitalLimits
from ketacare.core.safety.policy import Policy

_PRESSURES = (Vital.SYSTOLIC, Vital.DIASTOLIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalState:
    """Where one vital sign stands now.

    ``value`` and ``at`` are the newest measurement, also when it is stale, and ``None`` when there
    is none. ``limit`` is the bound that was crossed, as said. ``confirmed`` says that a red or
    critical value has lasted long enough (or is one that does not wait for confirmation).
    ``since`` is when the present run of red or critical values began.
    """

    kind: Vital
    label: str
    value: float | None
    unit: str
    at: datetime | None
    level: Level
    limit: str
    sentence: str
    confirmed: bool = False
    since: datetime | None = None

    @property
    def is_high_concern(self) -> bool:
        """Return whether the value is red or critical."""
        return self.level in {Level.RED, Level.CRITICAL}


def session_baseline(person: Person, started: datetime | None) -> dict[Vital, float]:
    """Return the newest values measured at or before the start, for judging a rise.

    Empty when the start is not known: a rise cannot be judged against a value from the middle of
    an infusion. Values older than a day before the start are no baseline.
    """
    if started is None:
        return {}
    earliest = started - timedelta(days=1)
    newest: dict[Vital, Measurement] = {}
    for measurement in person.measurements:
        if earliest <= measurement.at <= started and (
            measurement.kind not in newest or newest[measurement.kind].at <= measurement.at
        ):
            newest[measurement.kind] = measurement
    return {kind: measurement.value for kind, measurement in newest.items()}


def judge_vitals(
    measurements: Iterable[Measurement],
    baseline: Mapping[Vital, float],
    policy: Policy,
    now: datetime,
    *,
    day: date | None = None,
) -> tuple[VitalState, ...]:
    """Return the state of every vital sign the policy has limits for, in its order.

    ``baseline`` holds the values before the infusion (see :func:`session_baseline`); without one a
    rise is not judged. Measurements later than ``now`` are not seen.
    """
    monitoring = policy.monitoring
    on = day or now.date()
    by_kind: dict[Vital, list[Measurement]] = {kind: [] for kind in monitoring.vitals}
    horizon = now + CLOCK_SLACK
    for measurement in measurements:
        if measurement.kind in by_kind and measurement.at <= horizon:
            by_kind[measurement.kind].append(measurement)
    return tuple(
        _judge_one(
            limits, by_kind[kind], baseline.get(kind), monitoring=monitoring, now=now, day=on
        )
        for kind, limits in monitoring.vitals.items()
    )


def level_of(ranges: tuple[Range, ...], value: float) -> tuple[Level, Bound | None]:
    """Return the worst level ``value`` reaches and the bound it crossed; worst ranges come first."""
    for span in ranges:
        if value > span.above or value < span.below:
            return span.bound.level, span.bound
    return Level.NORMAL, None


def _judge_one(
    limits: VitalLimits,
    found: list[Measurement],
    baseline: float | None,
    *,
    monitoring: Monitoring,
    now: datetime,
    day: date,
) -> VitalState:
    label = limits.label
    if not found:
        return VitalState(
            kind=limits.kind,
            label=label,
            value=None,
            unit=limits.kind.unit,
            at=None,
            level=Level.NONE,
            limit="",
            sentence=f"{label} has not been measured.",
        )
    found.sort(key=lambda measurement: measurement.at)
    last = found[-1]
    said = spoken(last.value, limits.kind.unit)
    if now - last.at > _fresh_for(limits, last.origin, day):
        minutes = (now - last.at) / timedelta(minutes=1)
        return VitalState(
            kind=limits.kind,
            label=label,
            value=last.value,
            unit=limits.kind.unit,
            at=last.at,
            level=Level.STALE,
            limit="",
            sentence=f"{label} is {minutes:.0f} min old and says nothing about now; measure again.",
        )
    ranges = limits.ranges_on(day, baseline)
    level, bound = level_of(ranges, last.value)
    since = None
    confirmed = level is Level.CRITICAL
    if level in {Level.RED, Level.CRITICAL}:
        since = _run_start(limits, found, ranges, day)
        wait = limits.confirm_after
        span = timedelta() if wait is None else timedelta(minutes=wait.on(day).to("min"))
        confirmed = confirmed or last.at - since >= span
    limit = "" if bound is None else bound.text(day)
    return VitalState(
        kind=limits.kind,
        label=label,
        value=last.value,
        unit=limits.kind.unit,
        at=last.at,
        level=level,
        limit=limit,
        sentence=_sentence(limits, monitoring, level, said, limit, confirmed=confirmed),
        confirmed=confirmed,
        since=since,
    )


def _fresh_for(limits: VitalLimits, origin: Origin, day: date) -> timedelta:
    span = limits.stale_device if origin is Origin.DEVICE else limits.stale_person
    return timedelta(minutes=span.on(day).to("min"))


def _run_start(
    limits: VitalLimits, found: list[Measurement], ranges: tuple[Range, ...], day: date
) -> datetime:
    """Return when the unbroken run of red or critical values that ends now began.

    A gap longer than a value stays fresh breaks the run: nobody knows what happened in it.
    """
    start = found[-1].at
    gap = {origin: _fresh_for(limits, origin, day) for origin in Origin}
    for measurement in reversed(found[:-1]):
        level, _ = level_of(ranges, measurement.value)
        if level not in {Level.RED, Level.CRITICAL}:
            break
        if start - measurement.at > gap[measurement.origin]:
            break
        start = measurement.at
    return start


def _sentence(
    limits: VitalLimits,
    monitoring: Monitoring,
    level: Level,
    said: str,
    limit: str,
    *,
    confirmed: bool,
) -> str:
    if level is Level.NORMAL:
        return f"{limits.label} is {said}, within limits."
    ask = f"{monitoring.symptoms_question} " if limits.kind in _PRESSURES else ""
    act = "" if level is Level.AMBER else _action(limits, confirmed=confirmed)
    verify = "Verify the value and treat the cause." if level is Level.AMBER else ""
    return f"{limits.label} is {said} ({limit}). {ask}{act}{verify}".strip()


def _action(limits: VitalLimits, *, confirmed: bool) -> str:
    return (
        limits.action if confirmed else f"Repeat the measurement; if it persists: {limits.action}"
    )
