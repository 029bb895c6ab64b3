"""The protocol a course follows: dose, duration, number, spacing, and the limits of an order.

Every number comes from a file in ``knowledge/protocols`` with its source. What a limit means for
one order is decided here (:func:`judge_order`); what it means for one person is decided in
``safety``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.planning.rules import AdaptiveRules
from ketacare.core.planning.weights import Weights
from ketacare.core.record import Person, Route, Vital
from ketacare.core.sources import Provenance, Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseLimits:
    """What an order may ask for; beyond ``usual`` it needs an override, beyond ``hard`` it is refused.

    Doses in mg/kg, durations in min, ``spacing`` the shortest time between two infusions, ``per_week``
    infusions in 7 days, ``per_course`` infusions within ``course_window``, ``between_checks`` the
    most infusions between two checks of liver and bladder.
    """

    usual_minimum: Sourced
    usual_maximum: Sourced
    hard_maximum: Sourced
    step: Sourced
    hard_minimum_minutes: Sourced
    usual_minimum_minutes: Sourced
    usual_maximum_minutes: Sourced
    spacing: Sourced
    per_week: Sourced
    per_course: Sourced
    course_window: Sourced
    between_checks: Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class Vial:
    """A vial strength in mg/mL of ketamine base, and whether it must be diluted before use."""

    strength: Sourced
    must_dilute: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpLimits:
    """What may be prepared and set at the pump.

    ``tolerance`` is the largest relative difference between two calculations; the resolutions are
    what a pump and a syringe can be set to; the weights bound what is believed of an adult.
    """

    vials: tuple[Vial, ...]
    bags: tuple[Sourced, ...]
    maximum_concentration: Sourced
    tolerance: Sourced
    rate_resolution: Sourced
    syringe_resolution: Sourced
    minimum_weight: Sourced
    maximum_weight: Sourced
    weight_age: Sourced
    weight_change: Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """A course as the clinic plans it before anything is known about the person's response.

    ``guideline`` are the rules shown beside every advice, ``weights`` how options are weighed.
    ``pausing`` are safety rules (bladder, liver) whose finding pauses the series: no infusion is
    offered while one blocks, though a signed override of the rule may allow one.
    """

    provenance: Provenance
    drug: str
    route: Route
    diluents: tuple[str, ...]
    dose: Sourced
    duration: Sourced
    infusions: Sourced
    interval: Sourced
    course_minimum: Sourced
    course_maximum: Sourced
    limits: DoseLimits
    pump: PumpLimits
    guideline: AdaptiveRules
    weights: Weights
    pausing: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Return the id of the protocol."""
        return self.provenance.id

    @property
    def dose_mg_per_kg(self) -> float:
        """Return the start dose in mg/kg of ketamine base."""
        return self.dose.to("mg/kg")

    @property
    def minutes(self) -> float:
        """Return the duration of one infusion in minutes."""
        return self.duration.to("min")

    @property
    def number(self) -> int:
        """Return the number of infusions in the course."""
        return round(self.infusions.value)

    @property
    def days_between(self) -> float:
        """Return the days from one infusion to the next."""
        return self.interval.to("d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was ordered for one person: the same dose ``number`` times, ``days_between`` apart."""

    dose_mg_per_kg: float
    minutes: float
    number: int
    days_between: float
    therapy: bool


def plan_of(protocol: Protocol, *, therapy: bool = True) -> Plan:
    """Return the plan that follows the protocol as it stands."""
    return Plan(
        dose_mg_per_kg=protocol.dose_mg_per_kg,
        minutes=protocol.minutes,
        number=protocol.number,
        days_between=protocol.days_between,
        therapy=therapy,
    )


def judge_order(dose_mg_per_kg: float, minutes: float, limits: DoseLimits) -> tuple[str, ...]:
    """Return what of an order needs an override, as sentences; refuse what no override allows.

    ``dose_mg_per_kg`` in mg/kg, ``minutes`` in min. Raises :class:`InputError` for a dose above
    the hard maximum, a duration under the hard minimum, or a number that is not positive.
    """
    hard, shortest = limits.hard_maximum.to("mg/kg"), limits.hard_minimum_minutes.to("min")
    if not 0 < dose_mg_per_kg <= hard:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"a dose of {dose_mg_per_kg:g} mg/kg is refused; order more than 0 and at most "
            f"{hard:g} mg/kg",
            where="dose_mg_per_kg",
        )
    if not shortest <= minutes < float("inf"):
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"{minutes:g} min is refused; give the infusion over at least {shortest:g} min",
            where="minutes",
        )
    low, high = limits.usual_minimum.to("mg/kg"), limits.usual_maximum.to("mg/kg")
    short = limits.usual_minimum_minutes.to("min")
    long = limits.usual_maximum_minutes.to("min")
    found: list[str] = []
    if dose_mg_per_kg > high:
        found.append(f"{dose_mg_per_kg:g} mg/kg is above the usual maximum of {high:g} mg/kg.")
    if dose_mg_per_kg < low:
        found.append(f"{dose_mg_per_kg:g} mg/kg is below the usual minimum of {low:g} mg/kg.")
    if minutes < short:
        found.append(f"{minutes:g} min is shorter than the usual minimum of {short:g} min.")
    if minutes > long:
        found.append(f"{minutes:g} min is longer than the usual maximum of {long:g} min.")
    return tuple(found)


def dosing_weight(person: Person, *, protocol: Protocol, now: datetime) -> float:
    """Return the weight in kg a dose may be calculated from, measured at or before ``now``.

    Raises :class:`InputError` when there is none, when it is older than the protocol allows, or
    when it differs from the one before by more than the protocol allows (one of the two is then
    likely wrong: pounds for kilograms, a slipped digit).
    """
    limits = protocol.pump
    newest = person.latest(Vital.WEIGHT, before=now)
    if newest is None:
        raise InputError(
            ErrorCode.MISSING_KEY,
            "no weight is recorded; weigh the person before a dose is calculated",
            where="weight",
        )
    oldest_allowed = now - timedelta(days=limits.weight_age.to("d"))
    shown = person.spoken(newest.at)
    if newest.at < oldest_allowed:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            f"the weight of {newest.value:g} kg ({shown}) is older than "
            f"{limits.weight_age.to('d'):g} days; weigh the person again",
            where="weight",
        )
    before = person.latest(Vital.WEIGHT, before=newest.at - timedelta(microseconds=1))
    if before is not None and before.value > 0:
        change = newest.value / before.value - 1.0
        if abs(change) > limits.weight_change.to("1") + 1e-12:
            raise InputError(
                ErrorCode.CONTRADICTION,
                f"the weight of {newest.value:g} kg differs by {change:+.0%} from the one before, "
                f"{before.value:g} kg; weigh again and correct the wrong one",
                where="weight",
            )
    return newest.value
