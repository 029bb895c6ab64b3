"""What a rule's predicate sees: one person, one moment, one rule, and the ways to ask.

A predicate asks for answers, measurements and medicines, compares them with the rule's limits and
returns a :class:`Verdict`. Everything asked comes back as an :class:`Answer`, present or missing,
so that the finding can show what was used and name what was not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ketacare.core.errors import ErrorCode, InputError, KnowledgeError
from ketacare.core.history import Treatment, Treatments, treatment_of
from ketacare.core.record import Fact, Infusion, Measurement, Medicine, Person, Vital
from ketacare.core.safety.context import SessionContext
from ketacare.core.safety.dated import spoken
from ketacare.core.safety.facts import (
    CLOCK_SLACK,
    Answer,
    FactDefinition,
    Value,
    index_facts,
    read_answer,
)
from ketacare.core.safety.kinds import CountsFrom, Station
from ketacare.core.safety.policy import Policy, Rule, policy_day
from ketacare.core.safety.vitals import VitalState, judge_vitals, session_baseline
from ketacare.core.sources import Sourced

PASS = "pass"  # noqa: S105 - not a password
CANNOT_TELL = "cannot_tell"

_LABELS = {
    Vital.SYSTOLIC: "systolic blood pressure",
    Vital.DIASTOLIC: "diastolic blood pressure",
    Vital.HEART_RATE: "pulse",
    Vital.SPO2: "oxygen saturation",
    Vital.RESPIRATORY_RATE: "breathing rate",
    Vital.MOAAS: "wakefulness (MOAA/S)",
    Vital.CADSS6: "CADSS-6",
}

# A body without weight or height is a typing error, not a measurement.
_BODY = frozenset({Vital.WEIGHT, Vital.HEIGHT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One medicine and what it is; ``treatment`` is ``None`` when the clinic does not know it."""

    medicine: Medicine
    treatment: Treatment | None

    @property
    def name(self) -> str:
        """Return the medicine's name as written down."""
        return self.medicine.name or self.medicine.ingredient

    def is_any(self, classes: tuple[str, ...]) -> bool:
        """Return whether it is known to be one of ``classes``: a class, or the id of a medicine."""
        found = self.treatment
        return found is not None and (found.id in classes or found.is_any(classes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything that is the same for all rules asked at one moment, indexed once."""

    person: Person
    policy: Policy
    treatments: Treatments
    station: Station
    now: datetime
    day: date
    context: SessionContext
    facts: Mapping[str, tuple[Fact, ...]]
    measurements: Mapping[Vital, tuple[Measurement, ...]]
    medicines: tuple[Listed, ...]
    infusions: tuple[Infusion, ...]
    vitals: tuple[VitalState, ...]


def take_snapshot(
    person: Person,
    policy: Policy,
    treatments: Treatments,
    *,
    station: Station,
    now: datetime,
    context: SessionContext | None,
) -> Snapshot:
    """Return the person as the rules of ``station`` see them at ``now``; later records are unseen."""
    day = policy_day(person, now.date())
    by_kind: dict[Vital, list[Measurement]] = {}
    for measurement in person.measurements:
        if measurement.at <= now + CLOCK_SLACK:
            by_kind.setdefault(measurement.kind, []).append(measurement)
    context = context or SessionContext()
    return Snapshot(
        person=person,
        policy=policy,
        treatments=treatments,
        station=station,
        now=now,
        day=day,
        context=context,
        facts=index_facts(person, now),
        measurements={
            kind: tuple(sorted(found, key=lambda m: m.at)) for kind, found in by_kind.items()
        },
        medicines=list_medicines(person, treatments),
        infusions=tuple(
            sorted((i for i in person.infusions if i.at <= now), key=lambda infusion: infusion.at)
        ),
        vitals=(
            judge_vitals(
                person.measurements, session_baseline(person, context.started), policy, now, day=day
            )
            if station is Station.DURING
            else ()
        ),
    )


def list_medicines(person: Person, treatments: Treatments) -> tuple[Listed, ...]:
    """Return the person's medicines with what the clinic knows about each."""
    return tuple(_list_medicine(m, treatments) for m in person.medicines)


def _list_medicine(medicine: Medicine, treatments: Treatments) -> Listed:
    try:
        found = treatment_of(medicine.ingredient, treatments)
    except InputError:
        # A medicine the clinic does not know is not an error here: the rules say "cannot tell".
        return Listed(medicine=medicine, treatment=None)
    return Listed(medicine=medicine, treatment=found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a predicate found: the name of a situation, what it used, values for the sentence."""

    situation: str
    used: tuple[Answer, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One rule asked about one snapshot."""

    snapshot: Snapshot
    rule: Rule

    @property
    def person(self) -> Person:
        """Return the person."""
        return self.snapshot.person

    @property
    def context(self) -> SessionContext:
        """Return the visit."""
        return self.snapshot.context

    @property
    def now(self) -> datetime:
        """Return the moment the rule is asked."""
        return self.snapshot.now

    def limit(self, name: str) -> Sourced:
        """Return a limit of the rule as it applies on the day."""
        try:
            return self.rule.limits[name].on(self.snapshot.day)
        except KeyError:
            raise KnowledgeError(
                ErrorCode.MISSING_KEY, f'rule {self.rule.id} has no limit "{name}"; add it'
            ) from None

    def bound(self, name: str, unit: str) -> float:
        """Return a limit as a bare number in ``unit``."""
        return self.limit(name).to(unit)

    def span(self, name: str) -> timedelta:
        """Return a limit that is a time."""
        return timedelta(minutes=self.limit(name).to("min"))

    def words(self, name: str) -> tuple[str, ...]:
        """Return one of the rule's lists of words."""
        try:
            return self.rule.words[name]
        except KeyError:
            raise KnowledgeError(
                ErrorCode.MISSING_KEY, f'rule {self.rule.id} has no words "{name}"; add them'
            ) from None

    def ask(self, code: str) -> Answer:
        """Return the answer to one question; the rule must have declared that it asks it."""
        return read_answer(
            self.question(code),
            self.snapshot.facts.get(code, ()),
            self.person,
            now=self.now,
            day=self.snapshot.day,
            station=self.snapshot.station,
            not_before=self.counts_from(code),
        )

    def question(self, code: str) -> FactDefinition:
        """Return the definition of one question the rule has declared that it asks."""
        if code not in self.rule.facts:
            raise KnowledgeError(
                ErrorCode.MISSING_KEY, f'rule {self.rule.id} asks "{code}"; list it under facts'
            )
        return self.snapshot.policy.facts[code]

    def counts_from(self, code: str) -> datetime | None:
        """Return the time before which answers to ``code`` do not count, if there is one."""
        if self.snapshot.station is not Station.DISCHARGE:
            return None
        match self.snapshot.policy.facts[code].counts_from:
            case CountsFrom.START:
                return self.context.started
            case CountsFrom.END:
                return self.context.ended or self.context.started
            case _:
                return None

    def ask_all(self, *codes: str) -> tuple[Answer, ...]:
        """Return the answers to several questions, in the order asked."""
        return tuple(self.ask(code) for code in codes)

    def measured(self, kind: Vital, within: timedelta | None = None) -> Answer:
        """Return the newest measurement of ``kind``, missing when none is newer than ``within``."""
        found = self.snapshot.measurements.get(kind, ())
        label = _LABELS.get(kind, kind.value.replace("_", " "))
        code = f"measurement:{kind.value}"
        if not found:
            return Answer(code=code, label=label, value=None, problem=f"no {label} measured yet")
        last = found[-1]
        if last.value == 0 and kind in _BODY:
            return Answer(code=code, label=label, value=None, problem=f"the {label} is 0")
        if kind in _BODY and any(m.at == last.at and m.value != last.value for m in found):
            problem = f"the {label} has different values for one moment"
            return Answer(code=code, label=label, value=None, at=last.at, problem=problem)
        if within is not None and self.now - last.at > within:
            problem = f"the {label} is {ago(self.now - last.at)} old, which is too old"
            return Answer(code=code, label=label, value=None, at=last.at, problem=problem)
        return Answer(
            code=code, label=label, value=last.value, at=last.at, by=last.by, unit=kind.unit
        )

    def given(self, name: str, value: Value | None, unit: str = "", *, unclear: str = "") -> Answer:
        """Return something the visit or the record itself says, missing when it does not.

        ``unclear`` says why, when more is known than that nobody gave it.
        """
        code = f"{name.replace(' ', '_')}"
        problem = "" if value is not None else unclear or f"no {name} given"
        return Answer(code=code, label=name, value=value, unit=unit, problem=problem)

    def passes(self, *used: Answer, **values: str) -> Verdict:
        """Return that nothing stands in the way."""
        return Verdict(situation=PASS, used=used, values=values)

    def found(self, situation: str, *used: Answer, **values: str) -> Verdict:
        """Return that ``situation``, one of the rule's own, holds."""
        return Verdict(situation=situation, used=used, values=values)

    def cannot_tell(self, *used: Answer, known: str = "") -> Verdict:
        """Return that something needed is missing; ``used`` holds it, ``known`` what is known."""
        return Verdict(situation=CANNOT_TELL, used=used, values={"known": known} if known else {})


def needs_closer_watch(
    medicines: Iterable[Listed], classes: tuple[str, ...], now: datetime
) -> bool:
    """Return whether a medicine taken now asks for the shorter intervals of observation."""
    return any(m.is_any(classes) and m.medicine.is_taken_at(now) for m in medicines)


def ago(span: timedelta) -> str:
    """Return a time span as said: minutes below two hours, hours below two days, then days."""
    minutes = span.total_seconds() / 60.0
    if minutes < 120:
        return spoken(round(minutes), "min")
    if minutes < 2880:
        return spoken(round(minutes / 60.0), "h")
    return spoken(round(minutes / 1440.0), "d")
