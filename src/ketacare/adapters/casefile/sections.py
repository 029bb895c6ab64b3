"""The tables of a case file, one function each: from TOML keys to an item of the record.

Each function reads every key its table may have, so that the reader can refuse any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ketacare.adapters.casefile.clock import Clock
from ketacare.adapters.casefile.samples import read_concentration
from ketacare.adapters.casefile.scores import read_score
from ketacare.adapters.casefile.values import (
    optional,
    optional_quantity,
    read_name,
    read_quantity,
    read_vital,
    split_unit,
)
from ketacare.adapters.casefile.vocabulary import Vocabulary
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.history import Treatment, find_treatment
from ketacare.core.record import (
    Adherence,
    Certainty,
    Diagnosis,
    EndReason,
    Fact,
    Infusion,
    InfusionEvent,
    InfusionEventKind,
    Measurement,
    Medicine,
    Origin,
    Route,
    TherapyKind,
    TherapySession,
    TreatmentKind,
    TreatmentTrial,
    TrialOutcome,
    TrialRole,
    Vital,
)
from ketacare.core.safety import FactKind
from ketacare.knowledge.reading import Section

# What an infusion may hold: racemic ketamine or its S enantiomer, both in mg of base.
_DRUGS = ("ketamine", "esketamine")

Read = Callable[[Section, Clock, Vocabulary], Any]


@dataclass(frozen=True, slots=True)
class TableKind:
    """One kind of table: the field of the person it fills, and who reads it."""

    field: str
    read: Read


def _diagnosis(part: Section, clock: Clock, known: Vocabulary) -> Diagnosis:  # noqa: ARG001 - all readers are called alike
    return Diagnosis(
        name=part.text("name"),
        code=part.text("code", ""),
        confirmed_by=part.text("confirmed_by", ""),
        confirmed_on=clock.optional(part, "confirmed_on"),
        in_person=optional(part, "in_person", part.flag),
        primary=part.flag("primary", default=False),
        since=clock.optional(part, "since"),
    )


def _treatment(part: Section, key: str, known: Vocabulary) -> Treatment:
    try:
        return find_treatment(part.text(key), known.treatments)
    except InputError as error:
        raise part.error(error.code, key, error.sentence) from error


def _trial(part: Section, clock: Clock, known: Vocabulary) -> TreatmentTrial:
    treatment = _treatment(part, "treatment", known)
    kind = part.choice("kind", TreatmentKind, treatment.kind)
    if kind is not treatment.kind:
        raise part.error(
            ErrorCode.CONTRADICTION,
            "kind",
            f'{treatment.id} is a {treatment.kind.value}, not a {kind.value}; leave "kind" out',
        )
    started, ended = clock.optional(part, "started"), clock.optional(part, "ended")
    if started is not None and ended is not None and ended < started:
        raise part.error(
            ErrorCode.CONTRADICTION,
            clock.key("ended"),
            f"{part.raw(clock.key('ended'))} is before {clock.key('started')} "
            f"({part.raw(clock.key('started'))}); correct one of them",
        )
    number = part.where.removeprefix("trial[").removesuffix("]")
    return TreatmentTrial(
        id=part.text("id", f"trial-{number}"),
        kind=kind,
        treatment=treatment.id,
        name=part.text("name", ""),
        dose_mg_per_day=optional_quantity(part, "dose", "mg/day", example="30 mg/day"),
        weeks_at_dose=optional_quantity(part, "time_at_dose", "wk", zero=True, example="8 weeks"),
        started=started,
        ended=ended,
        ongoing=optional(part, "ongoing", part.flag),
        adherence=optional(part, "adherence", lambda k: part.choice(k, Adherence)),
        outcome=optional(part, "outcome", lambda k: part.choice(k, TrialOutcome)),
        end_reason=optional(part, "end_reason", lambda k: part.choice(k, EndReason)),
        sessions=optional(part, "sessions", lambda k: _count(part, k)),
        weeks=optional_quantity(part, "duration", "wk", zero=True, example="12 weeks"),
        disorder_specific=optional(part, "disorder_specific", part.flag),
        exposure_delivered=optional(part, "exposure_delivered", part.flag),
        therapist_qualified=optional(part, "therapist_qualified", part.flag),
        homework_fraction=optional(part, "homework", lambda k: _share(part, k)),
        role=optional(part, "role", lambda k: part.choice(k, TrialRole)),
        added_to=_treatment(part, "added_to", known).id if "added_to" in part else "",
        optimised=optional(part, "optimised", part.flag),
        certainty=optional(part, "certainty", lambda k: part.choice(k, Certainty)),
        recorded_by=part.text("recorded_by", ""),
        note=part.text("note", ""),
    )


def _count(part: Section, key: str) -> int:
    value = part.integer(key)
    if value < 0:
        raise part.error(ErrorCode.OUT_OF_RANGE, key, f"{value} must be zero or more")
    return value


def _share(part: Section, key: str) -> float:
    value = read_quantity(part, key, "1", zero=True, example="60 %")
    if value > 1:
        raise part.error(
            ErrorCode.OUT_OF_RANGE, key, f'"{part.raw(key)}" is more than all of it; at most 100 %'
        )
    return value


def _medicine(part: Section, clock: Clock, known: Vocabulary) -> Medicine:
    return Medicine(
        ingredient=_treatment(part, "ingredient", known).id,
        name=part.text("name", ""),
        mg_per_day=optional_quantity(part, "dose", "mg/day", example="20 mg/day"),
        since=clock.optional(part, "since"),
        until=clock.optional(part, "until"),
        last_taken=clock.optional(part, "last_taken", exact=True),
        as_needed=optional(part, "as_needed", part.flag),
    )


def _fact(part: Section, clock: Clock, known: Vocabulary) -> Fact:
    code = read_name(part, "code", known.facts, "question")
    value = part.raw("value")
    unit = ""
    is_number = known.facts[code].kind is FactKind.NUMBER
    if is_number and isinstance(value, str) and (quantity := split_unit(value)) is not None:
        value, unit = quantity.value, quantity.unit
    elif isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    elif not isinstance(value, (bool, float, str)):
        raise part.error(
            ErrorCode.WRONG_TYPE,
            "value",
            f'{value!r} is not an answer; write true, false, a number, or a text like "2.5 xULN"',
        )
    fact = Fact(
        code=code,
        value=value,
        at=clock.moment(part),
        unit=unit,
        by=part.text("by", ""),
        note=part.text("note", ""),
    )
    try:
        known.facts[code].check(fact)
    except InputError as error:
        raise part.error(error.code, "value", error.sentence) from error
    return fact


def _measurement(part: Section, clock: Clock, known: Vocabulary) -> Measurement:
    kind = part.choice("kind", Vital)
    value = read_vital(part, "value", kind)
    if kind in known.observations:
        try:
            known.observations[kind].check(value)
        except InputError as error:
            raise part.error(error.code, "value", error.sentence) from error
    return Measurement(
        kind=kind,
        value=value,
        at=clock.moment(part, exact=True),
        origin=part.choice("origin", Origin, Origin.PERSON),
        by=part.text("by", ""),
    )


def _infusion(part: Section, clock: Clock, known: Vocabulary) -> Infusion:  # noqa: ARG001 - all readers are called alike
    return Infusion(
        at=clock.moment(part, exact=True),
        dose_mg=read_quantity(part, "dose", "mg", example="34 mg"),
        minutes=optional_quantity(part, "duration", "min", zero=True, example="40 min"),
        weight_kg=optional_quantity(part, "weight", "kg", example="68 kg"),
        route=part.choice("route", Route, Route.INTRAVENOUS),
        drug=_drug(part),
        events=tuple(_event(event, clock) for event in part.sections("event", optional=True)),
        completed=optional(part, "completed", part.flag),
        note=part.text("note", ""),
    )


def _drug(part: Section) -> str:
    return (
        read_name(part, "drug", _DRUGS, "drug") if optional(part, "drug", part.text) else _DRUGS[0]
    )


def _event(part: Section, clock: Clock) -> InfusionEvent:
    event = InfusionEvent(
        kind=part.choice("kind", InfusionEventKind),
        at=clock.moment(part, exact=True),
        mg_per_h=read_quantity(part, "rate", "mg/h", zero=True, example="51 mg/h"),
        reason=part.text("reason", ""),
        by=part.text("by", ""),
    )
    part.close()
    return event


def _therapy(part: Section, clock: Clock, known: Vocabulary) -> TherapySession:  # noqa: ARG001 - all readers are called alike
    return TherapySession(
        kind=part.choice("kind", TherapyKind),
        at=clock.moment(part),
        minutes=optional_quantity(part, "duration", "min", example="50 min"),
        attended=optional(part, "attended", part.flag),
        structured=optional(part, "structured", part.flag),
        by=part.text("by", ""),
        note=part.text("note", ""),
    )


SECTIONS: dict[str, TableKind] = {
    "diagnosis": TableKind("diagnoses", _diagnosis),
    "trial": TableKind("trials", _trial),
    "medicine": TableKind("medicines", _medicine),
    "fact": TableKind("facts", _fact),
    "measurement": TableKind("measurements", _measurement),
    "concentration": TableKind("concentrations", read_concentration),
    "infusion": TableKind("infusions", _infusion),
    "therapy": TableKind("therapy", _therapy),
    "score": TableKind("scores", read_score),
}
