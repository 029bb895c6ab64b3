"""Suicide risk: from the answers of a screener to a level.

A screener flags, it does not decide. What was not answered is asked: the level that is certain
stands beside the highest that the missing answers leave possible. What a level obliges to is in
``obligations``; rules and times are content (``knowledge/risk``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ketacare.core.errors import ErrorCode, InputError, KnowledgeError
from ketacare.core.measures.instruments import Instrument
from ketacare.core.measures.scoring import score_items
from ketacare.core.measures.views import is_asked
from ketacare.core.sources import Provenance, Sourced


class RiskLevel(StrEnum):
    """How urgent the answers are; the last two are not levels of a triage."""

    NONE = "none"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    POSITIVE_ITEM = "positive_item"  # one alarming answer, the screener still to be done
    CANNOT_TELL = "cannot_tell"  # answers are missing that could raise the level


_ORDER = (RiskLevel.NONE, RiskLevel.LOW, RiskLevel.MODERATE, RiskLevel.HIGH)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageRule:
    """A level that any one of ``items`` answered yes leads to."""

    level: RiskLevel
    items: tuple[int, ...]
    reason: str
    source: str
    locus: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What a level obliges to: who, what, by when, and who is told after whom."""

    level: RiskLevel
    role: str
    act: str
    acknowledge_within: Sourced
    act_within: Sourced
    escalate: tuple[str, ...]
    crisis_numbers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageTable:
    """The rules for the answers of one form of a screener."""

    instrument: str
    rules: tuple[TriageRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskPolicy:
    """The content of ``knowledge/risk``: a triage table per form, and duties, versioned."""

    provenance: Provenance
    tables: tuple[TriageTable, ...]
    duties: tuple[Duty, ...]

    def __post_init__(self) -> None:
        names = [table.instrument for table in self.tables]
        for name in names:
            if names.count(name) != 1:
                raise KnowledgeError(
                    ErrorCode.CONTRADICTION, f"{name} is triaged by two tables; give exactly one"
                )
        levels = [duty.level for duty in self.duties]
        wanted = [rule.level for table in self.tables for rule in table.rules]
        wanted.append(RiskLevel.POSITIVE_ITEM)
        wanted.append(RiskLevel.CANNOT_TELL)
        for level in dict.fromkeys(wanted):
            if levels.count(level) != 1:
                raise KnowledgeError(
                    ErrorCode.CONTRADICTION,
                    f'there are {levels.count(level)} obligations for "{level.value}"; '
                    "give exactly one",
                )

    @property
    def instruments(self) -> tuple[str, ...]:
        """Return the forms whose answers are triaged."""
        return tuple(table.instrument for table in self.tables)

    def rules_for(self, instrument: str) -> tuple[TriageRule, ...]:
        """Return the rules for a form; none when it is not triaged."""
        return next((t.rules for t in self.tables if t.instrument == instrument), ())

    def duty(self, level: RiskLevel) -> Duty | None:
        """Return what a level obliges to; nothing for "none"."""
        return next((duty for duty in self.duties if duty.level is level), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """The level that is certain, the highest that is possible, and why.

    ``missing`` are the questions that were to be asked and have no answer; ``contradictions`` are
    sentences about answers that do not fit together: then the more serious one counts.
    """

    level: RiskLevel
    at_most: RiskLevel
    reasons: tuple[str, ...]
    missing: tuple[int, ...]
    contradictions: tuple[str, ...]
    sentence: str

    @property
    def is_certain(self) -> bool:
        """Return whether no missing answer could raise the level."""
        return self.level is self.at_most


def triage(instrument: Instrument, answers: Sequence[int | None], policy: RiskPolicy) -> Triage:
    """Return the level of a screener's answers (yes 1, no 0, ``None`` left out or not asked).

    Raises :class:`InputError` for another instrument's answers and for answers that do not exist.
    """
    if instrument.id not in policy.instruments:
        raise InputError(
            ErrorCode.CONTRADICTION,
            f"{instrument.name} is not triaged; the rules are for {', '.join(policy.instruments)}",
        )
    rules = policy.rules_for(instrument.id)
    values = [answer.value for answer in score_items(instrument, answers).answers]
    missing = tuple(
        item.number
        for item, value in zip(instrument.items, values, strict=True)
        if value is None and is_asked(item, values)
    )
    sure = [rule for rule in rules if any(values[n - 1] for n in rule.items)]
    possible = [rule for rule in rules if any(n in missing for n in rule.items)]
    level = _highest(sure)
    at_most = _highest([*sure, *possible])
    reasons = tuple(rule.reason for rule in sure if rule.level is level)
    return Triage(
        level=level,
        at_most=at_most,
        reasons=reasons,
        missing=missing,
        contradictions=_contradictions(instrument, values),
        sentence=_sentence(instrument, level, at_most, reasons, missing),
    )


def _highest(rules: Sequence[TriageRule]) -> RiskLevel:
    return max((rule.level for rule in rules), key=_ORDER.index, default=RiskLevel.NONE)


def _contradictions(instrument: Instrument, values: Sequence[int | None]) -> tuple[str, ...]:
    found = []
    for item, value in zip(instrument.items, values, strict=True):
        if value and item.gate is not None and not is_asked(item, values):
            gate = instrument.item(item.gate.item)
            found.append(
                f"Item {item.number} ({item.shown}) is yes although item {gate.number} "
                f"({gate.shown}) is no: ask both again; the yes counts."
            )
    return tuple(found)


def _sentence(
    instrument: Instrument,
    level: RiskLevel,
    at_most: RiskLevel,
    reasons: Sequence[str],
    missing: Sequence[int],
) -> str:
    word = {
        RiskLevel.NONE: "no question was answered with yes",
        RiskLevel.LOW: "low risk",
        RiskLevel.MODERATE: "moderate risk",
        RiskLevel.HIGH: "high risk",
    }[level]
    why = f": {' and '.join(reasons)}" if reasons else ""
    sentence = f"{instrument.name}: {word}{why}."
    if missing:
        items = ", ".join(str(number) for number in missing)
        ask = (
            f"Item {items} has no answer" if len(missing) == 1 else f"Items {items} have no answer"
        )
        could = "" if at_most is level else f"; the risk may be {at_most.value}"
        sentence += f" {ask}{could}: ask."
    return sentence
