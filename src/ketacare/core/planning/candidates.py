"""The next steps that can be compared: infusions at a dose, duration and spacing, waiting, stopping.

A candidate says what would be done over the horizon if nothing new were learned; after the next
score everything is weighed again. Days are counted from ``now``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from ketacare.core.planning.protocol import Protocol
from ketacare.core.planning.rules import Action
from ketacare.core.planning.series import Series
from ketacare.core.planning.weights import Interval, Weights
from ketacare.core.record import Person, Vital

_SAME = 1e-6  # mg/kg and days: equal up to rounding of a recorded dose
_WEEK = 7.0
_TODAY = 0.5  # days
_PUT_OFF = 1.0  # days
_ROUNDED = 0.05  # mg/kg: 34 mg for 68.2 kg is still "0.5 mg/kg"


class Kind(StrEnum):
    """What a candidate does."""

    GIVE = "give"
    WAIT = "wait"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One next step and what follows from it over the horizon.

    ``dose_mg_per_kg``, ``minutes``, ``interval_days`` and ``days_until_next`` are ``None`` for
    stopping. ``then_days`` is the spacing after the course is complete, ``None`` when nothing is
    planned beyond it. ``dose_days`` and ``therapy_days`` are days from now; ``actions`` say how it
    differs from what was done so far.
    """

    kind: Kind
    label: str
    actions: tuple[Action, ...]
    dose_mg_per_kg: float | None = None
    minutes: float | None = None
    interval_days: float | None = None
    days_until_next: float | None = None
    then_days: float | None = None
    therapy: bool = False
    dose_days: tuple[float, ...] = ()
    therapy_days: tuple[float, ...] = ()

    @property
    def headline(self) -> str:
        """Return what it does in a few words, the same for all its variants."""
        return " and ".join(action.wording for action in self.actions)

    @property
    def number(self) -> int:
        """Return how many infusions it holds over the horizon."""
        return len(self.dose_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """Where the person stands: the last infusion as a plan, and days since it.

    ``dose_mg_per_kg`` is the dose of the grid that was meant, ``given_mg_per_kg`` what it came to
    by weight. Before the first infusion dose, duration and spacing are those of the protocol and
    ``days_since`` is ``None``. ``given_days`` are the days of the infusions of the series, counted
    from now.
    """

    dose_mg_per_kg: float
    given_mg_per_kg: float
    minutes: float
    interval_days: float
    number: int
    days_since: float | None
    given_days: tuple[float, ...] = ()


def current_of(person: Person, series: Series, protocol: Protocol, *, now: datetime) -> Current:
    """Return the plan as it was last carried out, completed by the protocol where not recorded."""
    grid = [d.to("mg/kg") for d in protocol.weights.doses]
    if series.last is None:
        return Current(
            dose_mg_per_kg=protocol.dose_mg_per_kg,
            given_mg_per_kg=protocol.dose_mg_per_kg,
            minutes=protocol.minutes,
            interval_days=protocol.days_between,
            number=0,
            days_since=None,
        )
    infusion = series.last.infusion
    dose = infusion.mg_per_kg
    if dose is None:
        weight = person.latest(Vital.WEIGHT, before=infusion.at)
        dose = protocol.dose_mg_per_kg if weight is None else infusion.dose_mg / weight.value
    interval = protocol.days_between
    if series.number > 1:
        before = series.infusions[-2].infusion.at
        interval = (infusion.at - before) / timedelta(days=1)
    return Current(
        dose_mg_per_kg=min([d for d in grid if abs(d - dose) <= _ROUNDED], default=dose),
        given_mg_per_kg=dose,
        minutes=protocol.minutes if infusion.minutes is None else infusion.minutes,
        interval_days=interval,
        number=series.number,
        days_since=(now - infusion.at) / timedelta(days=1),
        given_days=tuple((t.infusion.at - now) / timedelta(days=1) for t in series.infusions),
    )


def candidates_for(current: Current, protocol: Protocol, weights: Weights) -> tuple[Candidate, ...]:
    """Return every candidate of the grid, without and with therapy; limits come afterwards."""
    found: list[Candidate] = []
    weekly = round(protocol.limits.per_week.value)
    for dose in _doses(current, protocol, weights):
        for duration in weights.durations:
            for interval in weights.intervals:
                give = _give(
                    current, protocol, weights, dose=dose, minutes=duration.to("min"), gap=interval
                )
                found.append(give)
                if give.number > 1 and interval.days * weekly >= _WEEK:
                    found.append(_single(give))
    found.extend(_maintained(current, protocol, weights))
    found.extend(_wait(current, protocol, weights, span) for span in _waits(weights))
    # Two spacings that are both overdue give the same next infusion once.
    found = list({(c.label, c.dose_days): c for c in reversed(found)}.values())[::-1]
    found = [one for plain in found for one in (plain, with_therapy(plain, current, weights))]
    stop = Candidate(
        kind=Kind.STOP,
        label="stop the series" if current.number else "do not start ketamine",
        actions=(Action.STOP,),
    )
    found.append(stop)
    if _window_is_open(current, weights):
        found.append(with_therapy(stop, current, weights))
    return tuple(found)


def with_therapy(candidate: Candidate, current: Current, weights: Weights) -> Candidate:
    """Return the candidate with a therapy session after each infusion, the last one included."""
    after = weights.therapy_after.to("d")
    horizon = weights.horizon.to("d")
    sessions = [day + after for day in candidate.dose_days]
    if _window_is_open(current, weights) and current.days_since is not None:
        sessions.insert(0, max(after - current.days_since, 0.0))
    return replace(
        candidate,
        therapy=True,
        label=f"{candidate.label}, with therapy",
        therapy_days=tuple(day for day in sessions if day <= horizon),
    )


def _window_is_open(current: Current, weights: Weights) -> bool:
    since = current.days_since
    return since is not None and since <= weights.therapy_until.to("d")


def _doses(current: Current, protocol: Protocol, weights: Weights) -> list[float]:
    """Return the last dose and those of the grid within one step of it."""
    step, last = protocol.limits.step.to("mg/kg"), current.dose_mg_per_kg
    grid = (d.to("mg/kg") for d in weights.doses)
    return sorted({last, *(d for d in grid if abs(d - last) <= step + _SAME)})


def _give(
    current: Current,
    protocol: Protocol,
    weights: Weights,
    *,
    dose: float,
    minutes: float,
    gap: Interval,
) -> Candidate:
    first = 0.0 if current.days_since is None else max(gap.days - current.days_since, 0.0)
    # Twice a week is three days, then four: what the limits of frequency put off by a day at most
    # is still the same spacing.
    soonest = _soonest(first, current, protocol)
    first = soonest if soonest - first <= _PUT_OFF else first
    days = _schedule(first, gap.days, _remaining(current, protocol, weights), weights)
    return Candidate(
        kind=Kind.GIVE,
        label=f"{dose:.3g} mg/kg over {minutes:g} min, {gap.label}",
        actions=_actions(current, dose, minutes, gap.days),
        dose_mg_per_kg=dose,
        minutes=minutes,
        interval_days=gap.days,
        days_until_next=first,
        dose_days=days,
    )


def _soonest(day: float, current: Current, protocol: Protocol) -> float:
    """Return the first day from ``day`` on that the limits of frequency allow."""
    limits, given = protocol.limits, sorted(current.given_days)
    for number, window in (
        (limits.per_week, _WEEK),
        (limits.per_course, limits.course_window.to("d")),
    ):
        most = round(number.value)
        if len(given) >= most:
            day = max(day, given[-most] + window)
    return day


def _single(give: Candidate) -> Candidate:
    """Return the next infusion of ``give`` alone, to be looked at again after it."""
    day = give.dose_days[0]
    when = "today" if day < _TODAY else f"in {round(day, 1):g} days"
    return replace(
        give,
        label=f"{give.dose_mg_per_kg:.3g} mg/kg over {give.minutes:g} min once, {when}, then look "
        "again",
        dose_days=(day,),
    )


def _maintained(current: Current, protocol: Protocol, weights: Weights) -> list[Candidate]:
    """Return the rest of the course as it is, followed by maintenance at wider spacings."""
    left = protocol.number - current.number
    if left <= 0 or not current.number:
        return []
    gap = min(weights.intervals, key=lambda i: abs(i.days - protocol.days_between))
    plain = _give(
        current,
        protocol,
        weights,
        dose=current.dose_mg_per_kg,
        minutes=current.minutes,
        gap=gap,
    )
    horizon, most = weights.horizon.to("d"), round(weights.maintenance.value)
    found = []
    for wider in (i for i in weights.intervals if i.days > _WEEK):
        last = plain.dose_days[-1]
        later = [last + wider.days * (index + 1) for index in range(most)]
        found.append(
            replace(
                plain,
                label=f"{plain.label}, then {wider.label}",
                # The guideline keeps maintenance for when a response is being lost.
                actions=tuple(dict.fromkeys((*plain.actions, Action.SPACE))),
                then_days=wider.days,
                dose_days=(*plain.dose_days, *(day for day in later if day < horizon)),
            )
        )
    return found


def _waits(weights: Weights) -> tuple[float, ...]:
    return (weights.wait.to("d"), weights.wait_longer.to("d"))


def _wait(current: Current, protocol: Protocol, weights: Weights, span: float) -> Candidate:
    """Return the plan as it is, ``span`` days later than it would be."""
    gap = max(current.interval_days, protocol.days_between)
    due = 0.0 if current.days_since is None else max(gap - current.days_since, 0.0)
    first = due + span
    return Candidate(
        kind=Kind.WAIT,
        label=f"wait {span:g} days and score again, then as before",
        actions=(Action.HOLD,),
        dose_mg_per_kg=current.dose_mg_per_kg,
        minutes=current.minutes,
        interval_days=gap,
        days_until_next=first,
        dose_days=_schedule(first, gap, _remaining(current, protocol, weights), weights),
    )


def _remaining(current: Current, protocol: Protocol, weights: Weights) -> int:
    left = protocol.number - current.number
    return left if left > 0 else round(weights.maintenance.value)


def _schedule(first: float, gap: float, count: int, weights: Weights) -> tuple[float, ...]:
    horizon = weights.horizon.to("d")
    days = [first + gap * index for index in range(count)]
    return tuple(day for day in days if day < horizon)


def _actions(current: Current, dose: float, minutes: float, gap: float) -> tuple[Action, ...]:
    found: list[Action] = [Action.START] if current.number == 0 else []
    if dose > current.dose_mg_per_kg + _SAME:
        found.append(Action.RAISE)
    if dose < current.dose_mg_per_kg - _SAME:
        found.append(Action.LOWER)
    if minutes > current.minutes + _SAME:
        found.append(Action.LENGTHEN)
    # Twice a week is 3 or 4 days apart: only a spacing clearly wider than so far is spacing.
    if gap > max(current.interval_days, 3.5) * 1.5:
        found.append(Action.SPACE)
    return tuple(found) or (Action.CONTINUE,)
