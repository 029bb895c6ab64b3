"""The closed vocabulary of clinical questions and the answers one person has to them at one time.

A question says how it is asked, what kind of answer it takes and how long an answer stays good.
An answer that was never given, or has grown too old, is missing, and says which of the two it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Fact, Person
from ketacare.core.safety.dated import Dated, spoken
from ketacare.core.safety.kinds import CountsFrom, FactKind, Station
from ketacare.core.units import Quantity

Value = bool | float | str
"""An answer: yes or no, a number in the question's unit, or a word."""

# Clocks of a tablet and a server differ by seconds; an answer from the next minute is an answer
# from now, not from the future.
CLOCK_SLACK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactDefinition:
    """One question: ``label`` names it in a sentence, ``question`` is what the clinician asks.

    ``valid`` is how long an answer stays good, ``None`` for an answer that does not age;
    ``valid_at`` holds stricter spans for single stations (a pregnancy test before a dose);
    ``counts_from`` says that at discharge only answers since the start or the end count.
    ``minimum`` and ``maximum`` bound what can be typed for a number, in ``unit``.
    """

    code: str
    label: str
    question: str
    kind: FactKind
    stations: tuple[Station, ...]
    group: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    valid: Dated | None = None
    valid_at: Mapping[Station, Dated] = field(default_factory=dict)
    counts_from: CountsFrom = CountsFrom.ANY

    def validity(self, station: Station) -> Dated | None:
        """Return how long an answer stays good when it is needed at ``station``."""
        return self.valid_at.get(station, self.valid)

    def check(self, fact: Fact) -> bool | float | str:
        """Return the value of ``fact`` in this question's unit; refuse another kind of answer."""
        value = fact.value
        if self.kind is FactKind.YES_NO:
            if isinstance(value, bool):
                return value
            raise self._refuse(fact, "answer yes or no")
        if self.kind is FactKind.NUMBER:
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise self._refuse(fact, f"give a number in {self.unit}")
            number = Quantity(float(value), fact.unit).to(self.unit) if fact.unit else float(value)
            low, high = self.minimum, self.maximum
            if (low is not None and number < low) or (high is not None and number > high):
                raise self._refuse(fact, f"give a number from {low:g} to {high:g} {self.unit}")
            return number
        if not isinstance(value, str):
            raise self._refuse(fact, "give a text")
        if self.kind is FactKind.CHOICE and value not in self.choices:
            raise self._refuse(fact, f"choose one of {', '.join(self.choices)}")
        return value

    def _refuse(self, fact: Fact, remedy: str) -> InputError:
        return InputError(
            ErrorCode.OUT_OF_RANGE, f"{self.code} is {fact.value!r}; {remedy}", where=self.code
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is known now about one question, measurement or part of the record.

    ``value`` is ``None`` when it is missing; ``problem`` then says what is lacking and why.
    ``at`` and ``by`` belong to the last answer, also when it is too old to count; that answer
    itself is then in ``outdated``.
    """

    code: str
    label: str
    value: Value | None
    at: datetime | None = None
    by: str = ""
    unit: str = ""
    problem: str = ""
    outdated: Value | None = None

    @property
    def missing(self) -> bool:
        """Return whether there is no answer that still counts."""
        return self.value is None

    @property
    def number(self) -> float | None:
        """Return the value of a number question, ``None`` when it is missing or not a number."""
        if isinstance(self.value, (bool, str)):
            return None
        return self.value

    @property
    def text(self) -> str:
        """Return the answer as said: ``"yes"``, ``"2.5 times the upper limit of normal"``."""
        if self.value is None:
            return "not known"
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        return self.value if isinstance(self.value, str) else spoken(self.value, self.unit)


def index_facts(person: Person, now: datetime) -> dict[str, tuple[Fact, ...]]:
    """Return the person's facts known at ``now`` by code, oldest first."""
    found: dict[str, list[Fact]] = {}
    for fact in person.facts:
        if fact.at <= now + CLOCK_SLACK:
            found.setdefault(fact.code, []).append(fact)
    return {code: tuple(sorted(facts, key=_time)) for code, facts in found.items()}


def read_answer(
    definition: FactDefinition,
    facts: tuple[Fact, ...],
    person: Person,
    *,
    now: datetime,
    day: date,
    station: Station,
    not_before: datetime | None = None,
) -> Answer:
    """Return the newest answer of ``facts`` if it still counts at ``now``, or why there is none.

    ``day`` chooses the validity that applied; ``not_before`` makes older answers not count (how
    someone walks has to be seen after the infusion).
    """
    code, label = definition.code, definition.label
    if not facts:
        return Answer(code=code, label=label, value=None, problem=f"no answer yet on {label}")
    fact = facts[-1]
    valid = definition.validity(station)
    problem = conflict_of(definition, facts)
    if problem:
        return Answer(code=code, label=label, value=None, at=fact.at, problem=problem)
    if not_before is not None and fact.at < not_before:
        problem = f"{label} was last recorded before this part of the session"
    elif valid is not None and now - fact.at > timedelta(minutes=valid.on(day).to("min")):
        limit = valid.on(day)
        problem = (
            f"{label} was last recorded on {person.spoken(fact.at)}, "
            f"more than {spoken(limit.value, limit.unit)} ago"
        )
    value = definition.check(fact)
    return Answer(
        code=code,
        label=label,
        value=None if problem else value,
        at=fact.at,
        by=fact.by,
        unit=definition.unit,
        problem=problem,
        outdated=value if problem else None,
    )


def conflict_of(definition: FactDefinition, facts: Sequence[Fact]) -> str:
    """Return what is wrong when the newest answers, given at one moment, differ; else nothing.

    Neither of them is taken: which one is right only the person who was asked can say.
    """
    newest = {definition.check(fact) for fact in facts if fact.at == facts[-1].at}
    if len(newest) < 2:
        return ""
    words = {True: "yes", False: "no"}
    said = " and ".join(sorted(words[v] if isinstance(v, bool) else str(v) for v in newest))
    return f"{definition.label} is answered {said} at the same moment; ask again"


def _time(fact: Fact) -> datetime:
    return fact.at
