"""What the pump delivered: a regimen of constant-rate steps and injections, checked and exact.

Doses are milligrams of ketamine base (1 mg base = 1.153 mg hydrochloride), racemic unless the
regimen names an enantiomer. A regimen describes what was delivered, not what was ordered; what a line
between the pump and the vein keeps back is in :mod:`ketacare.core.pharmacology.line`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Self

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology.naming import require_name
from ketacare.core.pharmacology.routes import Route
from ketacare.core.record import InfusionEvent, InfusionEventKind


class Enantiomer(StrEnum):
    """Which ketamine a dose consists of: the racemate, esketamine (S) or arketamine (R)."""

    RACEMATE = "racemate"
    S = "S"
    R = "R"


def _finite(name: str, value: float, unit: str, *, positive: bool = False) -> None:
    if not math.isfinite(value) or value < 0 or (positive and value == 0):
        wanted = "more than zero" if positive else "zero or more"
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"{name} is {value:g} {unit}; give a finite number, {wanted}",
            where=name,
        )


@dataclass(frozen=True, slots=True)  # positional too: three numbers in the order of the sentence
class RateStep:
    """A constant rate ``mg_per_h`` from ``start_h`` until ``end_h`` (hours since time zero)."""

    start_h: float
    end_h: float
    mg_per_h: float

    def __post_init__(self) -> None:
        _finite("start_h", self.start_h, "h")
        _finite("end_h", self.end_h, "h")
        _finite("mg_per_h", self.mg_per_h, "mg/h")
        if self.end_h <= self.start_h:
            raise InputError(
                ErrorCode.CONTRADICTION,
                f"a step ends at {self.end_h:g} h, not after its start at {self.start_h:g} h; "
                "give an end after the start, or a bolus",
                where="end_h",
            )

    @property
    def mg(self) -> float:
        """Return the dose of the step in mg."""
        return self.mg_per_h * (self.end_h - self.start_h)


@dataclass(frozen=True, slots=True)  # positional too: two numbers in the order of the sentence
class Bolus:
    """A dose of ``mg`` at ``at_h``, given at once: an injection, or by another route."""

    at_h: float
    mg: float
    route: Route = Route.INTRAVENOUS

    def __post_init__(self) -> None:
        _finite("at_h", self.at_h, "h")
        _finite("mg", self.mg, "mg", positive=True)
        require_name(self.route, Route, "route")


@dataclass(frozen=True, slots=True)  # positional too: Regimen(steps) reads as what it is
class Regimen:
    """Steps in order of time without overlap, and boluses in order of time.

    A gap between steps is a pause. A regimen without any step or bolus is a person who has not
    received anything yet; it is allowed and gives concentrations of zero.

    >>> Regimen.infusion(35, 40).delivered_mg(1 / 3)
    17.5
    """

    steps: tuple[RateStep, ...] = ()
    boluses: tuple[Bolus, ...] = ()
    enantiomer: Enantiomer = Enantiomer.RACEMATE

    def __post_init__(self) -> None:
        require_name(self.enantiomer, Enantiomer, "enantiomer")
        for before, after in pairwise(self.steps):
            if after.start_h < before.end_h:
                raise InputError(
                    ErrorCode.CONTRADICTION,
                    f"a step starts at {after.start_h:g} h before the step before it ends at "
                    f"{before.end_h:g} h; put steps in order of time, without overlap",
                    where="steps",
                )
        for first, second in pairwise(self.boluses):
            if second.at_h < first.at_h:
                raise InputError(
                    ErrorCode.CONTRADICTION,
                    f"a bolus at {second.at_h:g} h stands after one at {first.at_h:g} h; "
                    "put boluses in order of time",
                    where="boluses",
                )

    @classmethod
    def infusion(
        cls,
        dose_mg: float,
        minutes: float,
        start_h: float = 0.0,
        *,
        enantiomer: Enantiomer = Enantiomer.RACEMATE,
    ) -> Self:
        """Return one constant-rate infusion; ``minutes`` 0 is an injection."""
        _finite("dose_mg", dose_mg, "mg", positive=True)
        _finite("minutes", minutes, "min")
        if minutes == 0:
            return cls((), (Bolus(start_h, dose_mg),), enantiomer)
        hours = minutes / 60.0
        return cls((RateStep(start_h, start_h + hours, dose_mg / hours),), (), enantiomer)

    @classmethod
    def dose(
        cls,
        dose_mg: float,
        route: Route,
        at_h: float = 0.0,
        *,
        enantiomer: Enantiomer = Enantiomer.RACEMATE,
    ) -> Self:
        """Return one dose given at once by a route: a film, a spray, a syringe, a glass."""
        _finite("dose_mg", dose_mg, "mg", positive=True)
        return cls((), (Bolus(at_h, dose_mg, route),), enantiomer)

    def and_then(self, other: Regimen) -> Regimen:
        """Return both regimens as one; refuse two that overlap or differ in enantiomer."""
        if other.enantiomer is not self.enantiomer:
            raise InputError(
                ErrorCode.CONTRADICTION,
                f"one part is {self.enantiomer.value} and another {other.enantiomer.value}; "
                "give one form of the drug in a regimen",
                where="enantiomer",
            )
        steps = tuple(sorted((*self.steps, *other.steps), key=lambda step: step.start_h))
        boluses = tuple(sorted((*self.boluses, *other.boluses), key=lambda bolus: bolus.at_h))
        return Regimen(steps, boluses, self.enantiomer)

    @property
    def routes(self) -> tuple[Route, ...]:
        """Return by which routes it is given, each once."""
        vein = (Route.INTRAVENOUS,) if self.steps else ()
        return tuple(dict.fromkeys((*vein, *(bolus.route for bolus in self.boluses))))

    @classmethod
    def from_events(
        cls,
        events: Sequence[InfusionEvent],
        zero: datetime,
        until: datetime,
        *,
        enantiomer: Enantiomer = Enantiomer.RACEMATE,
    ) -> Self:
        """Return what the pump delivered from ``zero`` until ``until``, from its history.

        A rate holds from its event to the next one, the last one until ``until`` (the present, in
        a live infusion). Events after ``until`` have not happened yet and are left out. No events
        is an empty regimen. Refuses events out of order, before ``zero`` or after a stop, a
        history that does not begin with a start, and a pause or stop with a rate.
        """
        for name, at in (("zero", zero), ("until", until)):
            if at.tzinfo is None:
                raise InputError(
                    ErrorCode.BAD_FORMAT,
                    f"{name} is {at.isoformat()} without a time zone; add one, for example +00:00",
                    where=name,
                )
        if until < zero:
            raise InputError(
                ErrorCode.CONTRADICTION,
                f"until ({until.isoformat()}) is before zero ({zero.isoformat()}); "
                "ask for a time after the start",
                where="until",
            )
        _check_history(events, zero)
        past = [event for event in events if event.at <= until]
        ends = [*(event.at for event in past[1:]), until][: len(past)]
        steps = tuple(
            RateStep(_hours(event.at - zero), _hours(end - zero), event.mg_per_h)
            for event, end in zip(past, ends, strict=True)
            if event.mg_per_h > 0 and end > event.at
        )
        return cls(steps, (), enantiomer)

    def delivered_mg(self, t_h: float) -> float:
        """Return the mg delivered up to and including ``t_h`` hours."""
        _finite("t_h", t_h, "h")
        running = sum(
            step.mg_per_h * (min(t_h, step.end_h) - step.start_h)
            for step in self.steps
            if t_h > step.start_h
        )
        return running + sum(bolus.mg for bolus in self.boluses if bolus.at_h <= t_h)

    @property
    def total_mg(self) -> float:
        """Return the whole dose in mg."""
        return sum(step.mg for step in self.steps) + sum(bolus.mg for bolus in self.boluses)

    @property
    def end_h(self) -> float:
        """Return when the last step or bolus ends, 0 for an empty regimen."""
        ends = [step.end_h for step in self.steps] + [bolus.at_h for bolus in self.boluses]
        return max(ends, default=0.0)

    def stopped_at(self, t_h: float) -> Regimen:
        """Return the regimen as it is when the pump stops for good at ``t_h``."""
        _finite("t_h", t_h, "h")
        steps = tuple(
            replace(step, end_h=min(step.end_h, t_h)) for step in self.steps if step.start_h < t_h
        )
        return replace(self, steps=steps, boluses=tuple(b for b in self.boluses if b.at_h <= t_h))

    def times(self, factor: float) -> Regimen:
        """Return the same regimen with every rate and dose multiplied by ``factor``."""
        _finite("factor", factor, "", positive=True)
        steps = tuple(replace(s, mg_per_h=s.mg_per_h * factor) for s in self.steps)
        boluses = tuple(replace(b, mg=b.mg * factor) for b in self.boluses)
        return replace(self, steps=steps, boluses=boluses)

    def shifted(self, hours: float) -> Regimen:
        """Return the same regimen ``hours`` later."""
        steps = tuple(RateStep(s.start_h + hours, s.end_h + hours, s.mg_per_h) for s in self.steps)
        boluses = tuple(replace(b, at_h=b.at_h + hours) for b in self.boluses)
        return replace(self, steps=steps, boluses=boluses)


def _hours(span: timedelta) -> float:
    return span / timedelta(hours=1)


def _check_history(events: Sequence[InfusionEvent], zero: datetime) -> None:
    """Refuse a pump history that cannot have happened."""
    if not events:
        return
    if events[0].kind is not InfusionEventKind.START:
        raise InputError(
            ErrorCode.CONTRADICTION,
            f"the pump history begins with {events[0].kind.value}; it begins with a start",
            where="events[1]",
        )
    if events[0].at < zero:
        raise InputError(
            ErrorCode.CONTRADICTION,
            f"the pump started at {events[0].at.isoformat()}, before zero ({zero.isoformat()}); "
            "set zero to the start or earlier",
            where="events[1]",
        )
    for number, (before, event) in enumerate(pairwise(events), start=2):
        where = f"events[{number}]"
        if event.at < before.at:
            raise InputError(
                ErrorCode.CONTRADICTION,
                f"{event.kind.value} at {event.at.isoformat()} stands after {before.kind.value} at "
                f"{before.at.isoformat()}; put events in order of time",
                where=where,
            )
        if before.kind is InfusionEventKind.STOP:
            raise InputError(
                ErrorCode.CONTRADICTION,
                f"{event.kind.value} follows a stop; a stopped infusion does not go on, "
                "start a new one",
                where=where,
            )
        if event.kind is InfusionEventKind.START:
            raise InputError(
                ErrorCode.CONTRADICTION,
                "the pump starts a second time; use resume after a pause, rate for a new rate",
                where=where,
            )
    for number, event in enumerate(events, start=1):
        idle = event.kind in {InfusionEventKind.PAUSE, InfusionEventKind.STOP}
        if idle and event.mg_per_h != 0:
            raise InputError(
                ErrorCode.CONTRADICTION,
                f"{event.kind.value} carries a rate of {event.mg_per_h:g} mg/h; "
                "after a pause or stop the rate is 0",
                where=f"events[{number}]",
            )
