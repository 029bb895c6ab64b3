"""What a regimen puts into the states of a model, route by route and part by part.

Each channel is one way in: which state one mg enters (times the fraction that arrives), and when
at what rate. Zero-order durations and lags may differ between people, who then have times of their
own. Channels with the same times for all are put together before they are computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ketacare.core.pharmacology.dosing import Bolus, Regimen
from ketacare.core.pharmacology.linear import Schedule
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.routes import Absorption, Route, RoutePart
from ketacare.core.pharmacology.structure import Structure


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Channel:
    """One way in: ``entry`` (n, states) per mg of the schedule, and the schedule of one input.

    ``doses`` are the doses of a route behind it (none for the vein).
    """

    entry: Floats
    schedule: Schedule
    doses: tuple[Bolus, ...] = ()

    def aimed(self, times_h: Floats) -> Floats:
        """Return the mg (t,) that are under way or in; a route's dose counts from its moment."""
        if not self.doses:
            return self.schedule.delivered(times_h)
        return np.array([sum(d.mg for d in self.doses if d.at_h <= t) for t in times_h])


def channels(structure: Structure, values: Mapping[str, Floats], regimen: Regimen) -> list[Channel]:
    """Return every way in of a regimen; ``values`` are the parameters (n,) by name."""
    count = len(next(iter(values.values())))
    states = structure.states
    found = []
    injected = [b for b in regimen.boluses if b.route is Route.INTRAVENOUS]
    if regimen.steps or injected:
        entry = np.zeros((count, len(states)))
        entry[:, states.index(structure.central)] = 1.0
        schedule = schedule_of(Regimen(regimen.steps, tuple(injected), regimen.enantiomer))
        found.append(Channel(entry=entry, schedule=schedule))
    for absorption in structure.absorptions:
        doses = [b for b in regimen.boluses if b.route is absorption.route]
        for saturated, portions in enumerate(portioned(absorption, doses)):
            if not portions:
                continue
            for number, part in enumerate(absorption.parts, start=1):
                arriving = arriving_part(absorption, part, values, saturated=bool(saturated))
                own = part.states(absorption.route, number)
                place = states.index(own[0] if own else part.into)
                for doses, schedule, weight in _timed(part, values, portions):
                    entry = np.zeros((count, len(states)))
                    entry[:, place] = arriving * weight
                    found.append(Channel(entry=entry, schedule=schedule, doses=tuple(doses)))
    return found


def together(channels: Sequence[Channel]) -> list[tuple[Floats, Schedule]]:
    """Return entries (n, c, states) and schedules, those with the same times for all as one."""
    shared = [c for c in channels if not c.schedule.is_personal]
    alone = [(c.entry[:, None], c.schedule) for c in channels if c.schedule.is_personal]
    if not shared:
        return alone
    starts = np.unique(np.concatenate([c.schedule.starts for c in shared]))
    rates = np.zeros((len(starts), len(shared)))
    jumps = np.zeros_like(rates)
    for i, channel in enumerate(shared):
        own = channel.schedule
        rates[:, i] = own.rates[np.searchsorted(own.starts, starts, side="right") - 1]
        jumps[np.searchsorted(starts, own.starts), i] = own.jumps
    entries = np.stack([c.entry for c in shared], axis=1)
    return [(entries, Schedule(starts=starts, rates=rates, jumps=jumps)), *alone]


def portioned(absorption: Absorption, doses: list[Bolus]) -> tuple[list[Bolus], list[Bolus]]:
    """Return the doses as what is absorbed in full and what comes on top of a full place.

    Without saturation all is of the first kind. What was given within the window before counts.
    """
    limit = absorption.saturation
    if limit is None:
        return list(doses), []
    plain, beyond = [], []
    for place, dose in enumerate(doses):
        before = sum(d.mg for d in doses[:place] if dose.at_h - d.at_h <= limit.window_h)
        free = min(dose.mg, max(0.0, limit.after_mg - before))
        if free > 0:
            plain.append(Bolus(dose.at_h, free, dose.route))
        if dose.mg > free:
            beyond.append(Bolus(dose.at_h, dose.mg - free, dose.route))
    return plain, beyond


def arriving_part(
    absorption: Absorption, part: RoutePart, values: Mapping[str, Floats], *, saturated: bool
) -> Floats:
    """Return which part (n,) of a dose takes this way."""
    count = len(next(iter(values.values())))
    limit = absorption.saturation

    def fraction(name: str) -> Floats:
        falls = saturated and limit is not None and name == limit.fraction
        return values[name] * (limit.factor if falls and limit is not None else 1.0)

    found = np.ones(count)
    for name in part.fractions:
        found = found * fraction(name)
    for name in part.remainders:
        found = found * (1.0 - fraction(name))
    return found


def schedule_of(regimen: Regimen) -> Schedule:
    """Return the segments of steps and doses; the first starts at time zero."""
    runs = [(step.start_h, step.end_h, step.mg_per_h) for step in regimen.steps]
    return _schedule(runs, [(bolus.at_h, bolus.mg) for bolus in regimen.boluses])


def _schedule(runs: list[tuple[float, float, float]], jumps: list[tuple[float, float]]) -> Schedule:
    """Return the segments of constant-rate runs, which may overlap, and of jumps."""
    times = {0.0}
    times.update(t for start, end, _ in runs for t in (start, end))
    times.update(at for at, _ in jumps)
    starts = np.array(sorted(times))
    rates = np.zeros_like(starts)
    added = np.zeros_like(starts)
    for start, end, mg_per_h in runs:
        rates[(starts >= start) & (starts < end)] += mg_per_h
    for at, mg in jumps:
        added[np.searchsorted(starts, at)] += mg
    return Schedule(starts=starts, rates=rates, jumps=added)


def _timed(
    part: RoutePart, values: Mapping[str, Floats], portions: list[Bolus]
) -> list[tuple[list[Bolus], Schedule, Floats]]:
    """Return doses, schedule and weight on the entry: one for all, or one per dose and person."""
    count = len(next(iter(values.values())))
    lag = values[part.lag] if part.lag else np.zeros(count)
    lasting = values[part.duration] if part.duration else np.zeros(count)
    one = np.ones(count)
    if np.ptp(lag) == 0 and np.ptp(lasting) == 0:
        wait, span = float(lag[0]), float(lasting[0])
        if span > 0:
            runs = [(d.at_h + wait, d.at_h + wait + span, d.mg / span) for d in portions]
            return [(portions, _schedule(runs, []), one)]
        return [(portions, _schedule([], [(d.at_h + wait, d.mg) for d in portions]), one)]
    found = []
    for dose in portions:
        begun = dose.at_h + lag
        starts = np.stack([np.zeros(count), begun, begun + lasting], axis=1)
        if part.duration:
            # One mg over its own duration is a rate of 1 / duration, which goes into the entry.
            rates, jumps = np.array([0.0, dose.mg, 0.0]), np.zeros(3)
            weight = 1.0 / lasting
        else:
            starts = starts[:, :2]
            rates, jumps, weight = np.zeros(2), np.array([0.0, dose.mg]), one
        found.append(([dose], Schedule(starts=starts, rates=rates, jumps=jumps), weight))
    return found
