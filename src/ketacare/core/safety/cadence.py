"""What is due to be looked at, and by how many minutes it is late.

The interval depends on the phase (drug running, watching after the end) and shortens for blood
pressure while it is not normal. Missing the first observation counts from the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ketacare.core.record import Measurement, Vital
from ketacare.core.safety.dated import Dated
from ketacare.core.safety.facts import CLOCK_SLACK
from ketacare.core.safety.kinds import Level, Phase
from ketacare.core.safety.limits import Cadence
from ketacare.core.safety.policy import Policy
from ketacare.core.safety.vitals import level_of

_CLOSER = frozenset({Level.AMBER, Level.RED, Level.CRITICAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class DueItem:
    """One observation: when it is due and how late it is (0 while it is not).

    ``kind`` is the first of the vital signs it consists of; blood pressure counts as observed when
    both pressures were. ``escalate`` is true once it is later than the policy lets pass; never for
    a ``reminder``.
    """

    kind: Vital
    label: str
    due_at: datetime
    every_minutes: float
    overdue_minutes: float
    escalate: bool
    sentence: str
    reminder: bool = False


def due_observations(
    policy: Policy,
    started: datetime,
    phase: Phase,
    observations: Iterable[Measurement],
    now: datetime,
    *,
    baseline: Mapping[Vital, float] | None = None,
    closer: bool = False,
    day: date | None = None,
) -> tuple[DueItem, ...]:
    """Return every observation of ``phase`` with when it is due next, the most overdue first.

    ``started`` is the start of the infusion: older observations do not count. ``closer`` asks for the shorter intervals throughout (a person on an MAO inhibitor).
    """
    on = day or now.date()
    latest: dict[Vital, Measurement] = {}
    for item in observations:
        if started <= item.at <= now + CLOCK_SLACK and (
            item.kind not in latest or latest[item.kind].at <= item.at
        ):
            latest[item.kind] = item
    escalate_after = policy.monitoring.escalate_after.on(on).to("min")
    due = []
    for cadence in policy.monitoring.cadence.get(phase, ()):
        near = closer or _is_abnormal(cadence, latest, policy, baseline or {}, on)
        every = _interval(cadence, near=near).on(on).to("min")
        due_at = _last(cadence, latest, started) + timedelta(minutes=every)
        late = max(0.0, (now - due_at) / timedelta(minutes=1))
        due.append(
            DueItem(
                kind=cadence.kinds[0],
                label=cadence.label,
                due_at=due_at,
                every_minutes=every,
                overdue_minutes=late,
                escalate=late >= escalate_after and not cadence.reminder,
                sentence=_sentence(cadence.label, due_at, now, late, every),
                reminder=cadence.reminder,
            )
        )
    return tuple(sorted(due, key=lambda item: item.due_at))


def observation_ends(
    policy: Policy, started: datetime, ended: datetime | None, *, day: date | None = None
) -> datetime | None:
    """Return the earliest time the person may leave, ``None`` while the infusion has not ended."""
    if ended is None:
        return None
    on = day or ended.date()
    monitoring = policy.monitoring
    return max(
        started + timedelta(minutes=monitoring.stay_from_start.on(on).to("min")),
        ended + timedelta(minutes=monitoring.stay_from_end.on(on).to("min")),
    )


def _interval(cadence: Cadence, *, near: bool) -> Dated:
    return cadence.closer if near and cadence.closer is not None else cadence.every


def _last(cadence: Cadence, latest: Mapping[Vital, Measurement], started: datetime) -> datetime:
    """Return when all parts of the observation were last there, or the start if one never was."""
    if any(kind not in latest for kind in cadence.kinds):
        return started
    return min(latest[kind].at for kind in cadence.kinds)


def _is_abnormal(
    cadence: Cadence,
    latest: Mapping[Vital, Measurement],
    policy: Policy,
    baseline: Mapping[Vital, float],
    day: date,
) -> bool:
    for kind in cadence.kinds:
        limits = policy.monitoring.vitals.get(kind)
        if limits is None or kind not in latest:
            continue
        level, _ = level_of(limits.ranges_on(day, baseline.get(kind)), latest[kind].value)
        if level in _CLOSER:
            return True
    return False


def _sentence(label: str, due_at: datetime, now: datetime, late: float, every: float) -> str:
    if late > 0:
        return f"{label} is {late:.0f} min overdue; it is due every {every:.0f} min."
    wait = (due_at - now) / timedelta(minutes=1)
    if wait < 1:
        return f"{label} is due now."
    return f"{label} is due in {wait:.0f} min."
