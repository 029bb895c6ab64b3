"""What a regimen puts into the states of a model, route by route and part by part.

Each channel is one way in: which state one mg enters (times the fraction that arrives), and when
at what rate. Zero-order durations and lags may differ between people; people who share them share
a channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ketacare.core.pharmacology.dosing import Bolus, Regimen
from ketacare.core.pharmacology.linear import Schedule
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.routes import Absorption, Route, RoutePart
from ketacare.core.pharmacology.structure import Structure


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Channel:
    """One way in: ``entry`` (people, states) per mg given, ``rows`` the people it concerns.

    ``doses`` are the doses of a route behind it (none for the vein).
    """

    entry: Floats
    schedule: Schedule
    rows: NDArray[np.intp]
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
    everyone = np.arange(count)
    found = []
    injected = [b for b in regimen.boluses if b.route is Route.INTRAVENOUS]
    if regimen.steps or injected:
        entry = np.zeros((count, len(states)))
        entry[:, states.index(structure.central)] = 1.0
        schedule = schedule_of(Regimen(regimen.steps, tuple(injected), regimen.enantiomer))
        found.append(Channel(entry=entry, schedule=schedule, rows=everyone))
    for absorption in structure.absorptions:
        doses = [b for b in regimen.boluses if b.route is absorption.route]
        for saturated, portions in enumerate(portioned(absorption, doses)):
            if not portions:
                continue
            for number, part in enumerate(absorption.parts, start=1):
                arriving = arriving_part(absorption, part, values, saturated=bool(saturated))
                own = part.states(absorption.route, number)
                place = states.index(own[0] if own else part.into)
                for rows, schedule in _timed(part, values, portions, count):
                    entry = np.zeros((len(rows), len(states)))
                    entry[:, place] = arriving[rows]
                    found.append(
                        Channel(entry=entry, schedule=schedule, rows=rows, doses=tuple(portions))
                    )
    return found


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
    part: RoutePart, values: Mapping[str, Floats], portions: list[Bolus], count: int
) -> list[tuple[NDArray[np.intp], Schedule]]:
    """Return the schedule of a part for each group of people who share its lag and duration."""
    lag = values[part.lag] if part.lag else np.zeros(count)
    lasting = values[part.duration] if part.duration else np.zeros(count)
    pairs, member = np.unique(np.stack([lag, lasting], axis=1), axis=0, return_inverse=True)
    found = []
    for group, (wait, span) in enumerate(pairs.tolist()):
        rows = np.flatnonzero(member.reshape(-1) == group)
        if span > 0:
            runs = [(d.at_h + wait, d.at_h + wait + span, d.mg / span) for d in portions]
            found.append((rows, _schedule(runs, [])))
        else:
            found.append((rows, _schedule([], [(d.at_h + wait, d.mg) for d in portions])))
    return found
