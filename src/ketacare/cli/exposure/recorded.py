"""Reads doses and people out of a record: what the pump gave, to whom, from which baseline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from ketacare.core.errors import ErrorCode, InputError, KetacareError
from ketacare.core.pharmacology import Baseline, Bolus, Enantiomer, Regimen, Route, Subject
from ketacare.core.record import Infusion, Person, Vital
from ketacare.knowledge.loading.protocols import load_protocol


def of_infusion(infusion: Infusion, person: Person) -> tuple[Regimen, tuple[str, ...], str]:
    """Return what one infusion gave, in words too, and where that comes from.

    Only here the protocol's duration stands in for one that the file does not give, and says so.
    """
    form = Enantiomer.S if infusion.drug == "esketamine" else Enantiomer.RACEMATE
    origin = f"the infusion of {person.when(infusion.at)}"
    route = Route(infusion.route.value)
    if route is not Route.INTRAVENOUS:
        regimen = Regimen((), (Bolus(0.0, infusion.dose_mg, route),), form)
        return regimen, (f"{infusion.dose_mg:g} mg {route.value}",), origin
    if infusion.events:
        first, last = infusion.events[0].at, infusion.events[-1]
        until = last.at
        if last.mg_per_h > 0 and infusion.minutes is not None:
            # A history without its stop: the pump ran on to the end that is recorded.
            until = max(until, first + timedelta(minutes=infusion.minutes))
        regimen = Regimen.from_events(infusion.events, first, until, enantiomer=form)
        return regimen, (f"{regimen.total_mg:.3g} mg as the pump ran",), f"{origin}, pump history"
    minutes = infusion.minutes
    if minutes is None:
        # Never silent: the origin says that the duration is the protocol's, not the file's.
        minutes = load_protocol().minutes
        origin = (
            f"{origin}, over the protocol's {minutes:g} min because the file does not say how long"
        )
    regimen = Regimen.infusion(infusion.dose_mg, minutes, enantiomer=form)
    return regimen, (f"{infusion.dose_mg:g} mg over {minutes:g} min",), origin


def weight_of(person: Person, at: datetime, last: Infusion | None, *, source: str) -> float:
    """Return the weight the dose was based on, else the last one measured; refuse none."""
    measured = person.latest(Vital.WEIGHT, before=at)
    known = (last.weight_kg if last else None) or (measured.value if measured else None)
    if known is None:
        raise InputError(
            ErrorCode.MISSING_KEY,
            'no weight is recorded; add a measurement, or give --weight "70 kg"',
            where="weight",
            source=source,
        )
    return known


def baseline_of(person: Person, at: datetime) -> Baseline | None:
    """Return the last readings before the dose, or ``None`` unless all three were recorded."""
    kinds = (Vital.SYSTOLIC, Vital.DIASTOLIC, Vital.HEART_RATE)
    found = [person.latest(kind, before=at) for kind in kinds]
    values = [m.value for m in found if m is not None]
    if len(values) < len(kinds):
        return None
    return Baseline(systolic=values[0], diastolic=values[1], heart_rate=values[2])


def subject_of_record(person: Person, infusion: Infusion, *, source: str) -> Subject:
    """Return who received an infusion, with what is recorded at its time."""
    tall = person.latest(Vital.HEIGHT, before=infusion.at)
    return Subject(
        weight_kg=weight_of(person, infusion.at, infusion, source=source),
        age_years=person.age_at(infusion.at),
        sex=person.sex,
        height_cm=None if tall is None else tall.value,
    )


def regimen_of_record(
    person: Person, infusions: Sequence[Infusion], *, zero: datetime, source: str
) -> Regimen:
    """Return all infusions as one regimen, hours from ``zero``; refuse one of unknown duration."""
    whole: Regimen | None = None
    for infusion in infusions:
        where = f"infusion[{person.infusions.index(infusion) + 1}]"
        vein = infusion.route.value == Route.INTRAVENOUS.value
        if vein and infusion.minutes is None and not infusion.events:
            raise InputError(
                ErrorCode.MISSING_KEY,
                "over how long it was given is not recorded, and this cannot be guessed; add "
                "the duration or the pump's events",
                where=f"{where}.duration",
                source=source,
            )
        try:
            part, _, _ = of_infusion(infusion, person)
            # A pump history counts from its own start, which may be after the infusion's time.
            began = infusion.events[0].at if infusion.events and vein else infusion.at
            part = part.shifted((began - zero) / timedelta(hours=1))
            whole = part if whole is None else whole.and_then(part)
        except KetacareError as error:
            raise InputError(error.code, error.sentence, where=where, source=source) from error
    return whole or Regimen()
