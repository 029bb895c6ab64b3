"""The tables of a case file that belong to a visit, not to the person: order, vial and bag, waste, stock.

They come with the day they were written down on: what was drawn up last week says nothing about the
vial in the hand today. :meth:`CaseFile.visit_at` makes of them what the safety rules look at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

from ketacare.adapters.casefile.clock import Clock
from ketacare.adapters.casefile.values import optional, optional_quantity, read_quantity
from ketacare.core.errors import ErrorCode
from ketacare.core.record import Calendar, Infusion, InfusionEventKind, Person, Vital
from ketacare.core.safety import Phase, Preparation, SessionContext, Stock, Waste
from ketacare.knowledge.reading import Section

T = TypeVar("T")

_ONE_VISIT = timedelta(days=1)
# The rules about vial and bag are about racemic ketamine; another drug has other strengths.
_DRUG = "ketamine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was ordered: two independent calculations of the dose (mg) and the minutes."""

    dose_mg: float
    second_dose_mg: float | None = None
    minutes: float | None = None
    planned_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """One table of a visit and when it was written down."""

    at: datetime
    what: Order | Preparation | Waste | Stock


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A whole case file: the person, and what was noted at visits, oldest first in each kind."""

    person: Person
    orders: tuple[Noted, ...] = ()
    preparations: tuple[Noted, ...] = ()
    wastes: tuple[Noted, ...] = ()
    stocks: tuple[Noted, ...] = ()

    @property
    def visits(self) -> dict[str, tuple[Noted, ...]]:
        """Return what was noted at visits, by the name of its table."""
        return {name: getattr(self, field) for name, (field, _) in VISITS.items()}

    def visit_at(self, now: datetime) -> SessionContext:
        """Return the visit of the day that ends at ``now``: what was ordered, prepared and given.

        The stock is the newest count there is; everything else is of the last 24 hours.
        """
        order = _newest(self.orders, now, Order)
        weight = self.person.latest(Vital.WEIGHT, before=now)
        infusion = _given(self.person, now)
        dose = None if order is None else order.dose_mg
        return SessionContext(
            dose_mg=dose,
            second_dose_mg=None if order is None else order.second_dose_mg,
            dose_mg_per_kg=None if dose is None or weight is None else dose / weight.value,
            minutes=None if order is None else order.minutes,
            planned_at=None if order is None else order.planned_at,
            preparation=_newest(self.preparations, now, Preparation),
            waste=_newest(self.wastes, now, Waste),
            stock=_newest(self.stocks, now, Stock, within=None),
            started=None if infusion is None else infusion.at,
            ended=None if infusion is None else end_of(infusion, now),
            phase=None if infusion is None else phase_of(infusion, now),
        )


def _newest(
    noted: tuple[Noted, ...],
    now: datetime,
    kind: type[T],
    *,
    within: timedelta | None = _ONE_VISIT,
) -> T | None:
    known = [n for n in noted if n.at <= now and (within is None or now - n.at < within)]
    newest = max(known, key=lambda n: n.at, default=None)
    return newest.what if newest is not None and isinstance(newest.what, kind) else None


def _given(person: Person, now: datetime) -> Infusion | None:
    """Return the infusion of this visit: the newest that began in the last 24 hours."""
    begun = [i for i in person.infusions if i.at <= now and now - i.at < _ONE_VISIT]
    return max(begun, key=lambda i: i.at, default=None)


def end_of(infusion: Infusion, now: datetime) -> datetime | None:
    """Return when the drug stopped, ``None`` while it runs, pauses, or nobody recorded the end."""
    if not infusion.events:
        ended = infusion.ended
        return ended if ended is not None and ended <= now else None
    last = infusion.events[-1]
    return last.at if last.kind is InfusionEventKind.STOP and last.at <= now else None


def phase_of(infusion: Infusion, now: datetime) -> Phase | None:
    """Return what is happening at the bedside, ``None`` when the record does not say."""
    if end_of(infusion, now) is not None:
        return Phase.OBSERVING
    if not infusion.events and infusion.minutes is None:
        return None
    done = [event for event in infusion.events if event.at <= now]
    if done and done[-1].kind is InfusionEventKind.PAUSE:
        return Phase.PAUSED
    return Phase.INFUSING


def _order(part: Section, clock: Clock) -> Order:
    return Order(
        dose_mg=read_quantity(part, "dose", "mg", example="34 mg"),
        second_dose_mg=optional_quantity(part, "second_dose", "mg", example="34 mg"),
        minutes=optional_quantity(part, "duration", "min", example="40 min"),
        planned_at=clock.optional(part, "planned", exact=True),
    )


def _preparation(part: Section, clock: Clock) -> Preparation:
    drug = part.text("drug", _DRUG)
    if drug != _DRUG:
        raise part.error(
            ErrorCode.OUT_OF_RANGE,
            "drug",
            f'the vial holds "{drug}"; the rules about vial and bag know racemic {_DRUG} only: '
            "check the vial",
        )
    return Preparation(
        vial_mg_per_mL=optional_quantity(part, "vial", "mg/mL", example="50 mg/mL"),
        dilution_recorded=optional(part, "diluted", part.flag),
        concentration_mg_per_mL=optional_quantity(
            part, "concentration", "mg/mL", example="0.7 mg/mL"
        ),
        rate_mL_per_h=optional_quantity(part, "rate", "mL/h", example="75 mL/h"),
        volume_mL=optional_quantity(part, "volume", "mL", example="50 mL"),
        lot=part.text("lot", ""),
        expires_on=_day(part, clock, "expires"),
        recalled=optional(part, "recalled", part.flag),
    )


def _waste(part: Section, clock: Clock) -> Waste:  # noqa: ARG001 - all readers are called alike
    return Waste(
        mg=optional_quantity(part, "amount", "mg", zero=True, example="16 mg"),
        mL=optional_quantity(part, "volume", "mL", zero=True, example="0.32 mL"),
        reason=part.text("reason", ""),
        by=part.text("by", ""),
        witness=part.text("witness", ""),
        witness_signed=optional(part, "witness_signed", part.flag),
    )


def _stock(part: Section, clock: Clock) -> Stock:
    counted = optional(part, "counted", lambda key: _amount(part, key))
    expected = optional(part, "expected", lambda key: _amount(part, key))
    found = clock.optional(part, "found")
    inventory = _day(part, clock, "last_inventory")
    if counted is None or expected is None:
        return Stock(last_inventory=inventory)
    return Stock(
        difference_mg=counted - expected,
        difference_found=found or clock.moment(part),
        last_inventory=inventory,
    )


def _amount(part: Section, key: str) -> float:
    return read_quantity(part, key, "mg", zero=True, example="1500 mg")


def _day(part: Section, clock: Clock, name: str) -> date | None:
    """Return a calendar day: as printed on a vial, or counted in a relative file."""
    if clock.calendar is Calendar.DATES:
        return optional(part, name, part.day)
    found = clock.optional(part, name)
    return None if found is None else found.date()


Read = Callable[[Section, Clock], Any]
VISITS: dict[str, tuple[str, Read]] = {
    "order": ("orders", _order),
    "preparation": ("preparations", _preparation),
    "waste": ("wastes", _waste),
    "stock": ("stocks", _stock),
}


def _noted(part: Section, clock: Clock, read: Read) -> Noted:
    return Noted(at=clock.moment(part), what=read(part, clock))


def read_visits(
    root: Section, clock: Clock, build: Callable[[Section, Callable[[], Any]], Any]
) -> dict[str, tuple[Noted, ...]]:
    """Return the tables of visits by field; two of one kind at one moment are refused."""
    found: dict[str, tuple[Noted, ...]] = {}
    for name, (field, read) in VISITS.items():
        parts = list(root.sections(name, optional=True))
        noted = [build(part, partial(_noted, part, clock, read)) for part in parts]
        order = sorted(range(len(noted)), key=lambda index: noted[index].at)
        for earlier, later in pairwise(order):
            if noted[earlier].at == noted[later].at:
                raise parts[later].error(
                    ErrorCode.CONTRADICTION,
                    clock.key("at"),
                    f"{name} {earlier + 1} was written down at the same moment; keep one of them, "
                    "or correct its time",
                )
        found[field] = tuple(noted[index] for index in order)
    return found
