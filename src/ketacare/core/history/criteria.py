"""The criteria of a definition, one function each: met, not met, or cannot tell with what is missing.

Three-valued throughout: an absent fact is never a "no". Too few recorded trials mean "not met"
only when someone said that the list of earlier treatments is complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from ketacare.core.history.definition import StagingDefinition, Threshold
from ketacare.core.history.judgement import Adequacy, TrialJudgement
from ketacare.core.record import Person, TreatmentKind


class SeverityReading(Protocol):
    """A scored total: a ``record.Score`` with its total, or a ``measures.Rated``."""

    @property
    def instrument(self) -> str:
        """Return the id of the instrument."""

    @property
    def at(self) -> datetime:
        """Return when it was answered."""

    @property
    def total(self) -> float | None:
        """Return the total in points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion: met, not met, or (``None``) cannot tell, with a sentence and what is missing."""

    name: str
    label: str
    met: bool | None
    sentence: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many different treatments failed: surely ``low``, at most ``high``."""

    low: int
    high: int

    def text(self, one: str, many: str) -> str:
        """Return the count in words, for example ``"1 to 2 medicines"``."""
        if self.low == self.high:
            return f"{self.low} {one if self.low == 1 else many}"
        return f"{self.low} to {self.high} {many}"


def count_failed(
    trials: Iterable[TrialJudgement], definition: StagingDefinition, kind: TreatmentKind
) -> Count:
    """Return how many different substances of ``kind`` failed an adequate trial."""
    sure: set[str] = set()
    open_: set[str] = set()
    for trial in trials:
        if trial.treatment.kind is not kind:
            continue
        if trial.is_augmentation and not definition.augmentation_counts:
            continue
        counts = _counts(trial, definition)
        if counts:
            sure.add(trial.treatment.substance)
        elif counts is None:
            open_.add(trial.treatment.substance)
    return Count(low=len(sure), high=len(sure | open_))


def _counts(trial: TrialJudgement, definition: StagingDefinition) -> bool | None:
    if trial.counts is None and definition.possible_counts and trial.failed:
        return True if trial.adequacy is Adequacy.POSSIBLE else None
    return trial.counts


def diagnosis(person: Person, definition: StagingDefinition, *, now: datetime) -> Criterion:
    """Return whether an anxiety diagnosis is recorded and someone is named as confirming it."""
    name, label = "diagnosis", "a confirmed anxiety disorder"
    if not person.diagnoses:
        return Criterion(
            name=name,
            label=label,
            met=None,
            sentence="No diagnosis is recorded.",
            missing=("the diagnosis, and who confirmed it",),
        )
    found = [d for d in person.diagnoses if definition.diagnosis.fits(d)]
    if not found:
        return Criterion(
            name=name,
            label=label,
            met=False,
            sentence="None of the recorded diagnoses is an anxiety disorder.",
        )
    names = ", ".join(d.name for d in found)
    confirmed = [
        d for d in found if d.confirmed_by and (d.confirmed_on is None or d.confirmed_on <= now)
    ]
    if not confirmed:
        return Criterion(
            name=name,
            label=label,
            met=None,
            sentence=f"Recorded, without who confirmed it: {names}.",
            missing=("who confirmed the anxiety diagnosis",),
        )
    return Criterion(
        name=name,
        label=label,
        met=True,
        sentence=f"{confirmed[0].name}, confirmed by {confirmed[0].confirmed_by}.",
    )


def medicines(
    person: Person,
    trials: Sequence[TrialJudgement],
    definition: StagingDefinition,
    *,
    now: datetime,
) -> Criterion:
    """Return whether enough different medicines failed, enough of them from the named classes."""
    rule = definition.medicines
    needed, first_needed = int(rule.minimum.value), int(rule.minimum_of_classes.value)
    all_ = count_failed(trials, definition, TreatmentKind.MEDICINE)
    first_line = [t for t in trials if t.treatment.is_any(rule.classes)]
    first = count_failed(first_line, definition, TreatmentKind.MEDICINE)
    classes = " or ".join(c.value.upper() for c in rule.classes)
    met = _enough(
        sure=all_.low >= needed and first.low >= first_needed,
        possible=all_.high >= needed and first.high >= first_needed,
        complete=_history_complete(person, definition, now=now),
    )
    return Criterion(
        name="medicines",
        label=(
            f"adequate trials of {needed} medicine{'s' if needed > 1 else ''} failed, "
            f"{first_needed} of them an {classes}"
        ),
        met=met,
        sentence=(
            f"{all_.text('medicine', 'medicines')} failed an adequate trial, "
            f"{first.text(classes, classes)} among them; {needed} needed, {first_needed} of them "
            f"{classes}."
        ),
        missing=()
        if met is not None
        else _missing_of(
            person,
            trials,
            definition,
            TreatmentKind.MEDICINE,
            enough_recorded=all_.high >= needed and first.high >= first_needed,
            now=now,
        ),
    )


def therapies(
    person: Person,
    trials: Sequence[TrialJudgement],
    definition: StagingDefinition,
    *,
    now: datetime,
) -> Criterion:
    """Return whether enough courses of therapy failed, or why none was possible is documented."""
    rule = definition.therapies
    needed = int(rule.minimum.value)
    count = count_failed(trials, definition, TreatmentKind.PSYCHOTHERAPY)
    label = f"{needed} adequate course{'s' if needed > 1 else ''} of CBT failed"
    if rule.exception_fact:
        label += ", or why not is documented"
    exception = person.fact(rule.exception_fact, before=now) if rule.exception_fact else None
    if count.low < needed and exception is not None and exception.value is not False:
        why = "" if exception.value is True else f": {str(exception.value).replace('_', ' ')}"
        return Criterion(
            name="therapies",
            label=label,
            met=True,
            sentence=f"An adequate course of CBT was not possible{why}.",
        )
    met = _enough(
        sure=count.low >= needed,
        possible=count.high >= needed,
        complete=_history_complete(person, definition, now=now),
    )
    missing: tuple[str, ...] = ()
    if met is None:
        missing = _missing_of(
            person,
            trials,
            definition,
            TreatmentKind.PSYCHOTHERAPY,
            enough_recorded=count.high >= needed,
            now=now,
        )
    return Criterion(
        name="therapies",
        label=label,
        met=met,
        sentence=f"{count.text('course', 'courses')} of CBT failed; {needed} needed.",
        missing=missing,
    )


def _enough(*, sure: bool, possible: bool, complete: bool) -> bool | None:
    if sure:
        return True
    return False if not possible and complete else None


def _history_complete(person: Person, definition: StagingDefinition, *, now: datetime) -> bool:
    if not definition.history_complete_fact:
        return False
    fact = person.fact(definition.history_complete_fact, before=now)
    return fact is not None and fact.value is True


def _missing_of(
    person: Person,
    trials: Sequence[TrialJudgement],
    definition: StagingDefinition,
    kind: TreatmentKind,
    *,
    enough_recorded: bool,
    now: datetime,
) -> tuple[str, ...]:
    parts = []
    for trial in trials:
        if trial.treatment.kind is not kind or _counts(trial, definition) is not None:
            continue
        what = ", ".join(trial.missing) or "whether a possibly adequate trial counts as tried"
        parts.append(f"{trial.treatment.name}: {what}")
    if not enough_recorded and not _history_complete(person, definition, now=now):
        noun = "medicines" if kind is TreatmentKind.MEDICINE else "therapies"
        parts.append(f"whether other {noun} were tried: the list is not marked complete")
    return tuple(parts)


def severity(
    readings: Sequence[SeverityReading],
    person: Person,
    definition: StagingDefinition,
    *,
    at: datetime,
) -> Criterion:
    """Return whether any scale is above its threshold on a score recent at ``at``."""
    rule = definition.severity
    assert rule is not None  # noqa: S101 - staging asks only where the definition has one
    days = rule.max_age.to("d")
    asked = [threshold for threshold in rule.thresholds if threshold.is_asked(person.diagnoses)]
    answers = [
        _above(threshold, readings, person, at=at, max_age=timedelta(days=days))
        for threshold in asked
    ]
    verdicts = [met for met, _, _ in answers]
    met: bool | None = True if True in verdicts else (None if None in verdicts else False)
    shown = [sentence for verdict, sentence, _ in answers if met is not True or verdict]
    wanted = ", or ".join(f"{t.name} of {t.at_least.value:g} or more" for t in asked)
    return Criterion(
        name="severity",
        label=f"severe at present: {wanted}, within {days:g} days",
        met=met,
        sentence=" ".join(shown),
        missing=() if met is not None else tuple(missing for _, _, missing in answers if missing),
    )


def _above(
    threshold: Threshold,
    readings: Sequence[SeverityReading],
    person: Person,
    *,
    at: datetime,
    max_age: timedelta,
) -> tuple[bool | None, str, str]:
    """Return met, sentence and what is missing for one scale."""
    known = [r for r in readings if r.instrument in threshold.forms and r.at <= at]
    latest = max(known, key=lambda r: r.at, default=None)
    missing = f"the {threshold.name} of the last {max_age.days} days"
    if latest is None:
        return None, f"{threshold.name} is not recorded.", missing
    name, when = threshold.forms[latest.instrument], person.spoken(latest.at)
    if at - latest.at > max_age:
        return None, f"The latest {name} ({when}) is too old.", missing
    others = {r.total for r in known if r.at == latest.at and r.instrument == latest.instrument}
    if len(others - {None}) > 1:
        return None, f"{name} has different totals for one moment ({when}).", missing
    if latest.total is None:
        return None, f"The {name} of {when} has no total.", missing
    limit = threshold.at_least.value
    met = latest.total >= limit
    word = "at least" if met else "below"
    return met, f"{name} was {latest.total:.3g} ({when}), {word} {limit:g}.", ""


def checklist(person: Person, definition: StagingDefinition, *, now: datetime) -> Criterion:
    """Return whether every other cause of lasting symptoms was looked at and dealt with."""
    open_, unknown = [], []
    for item in definition.checklist:
        fact = person.fact(item.fact, before=now)
        if fact is None:
            unknown.append(item.label)
        elif fact.value is False:
            open_.append(item.label)
    met: bool | None = True
    sentence = "Other causes of lasting anxiety were looked at."
    if unknown:
        met, sentence = None, f"Not answered: {', '.join(unknown)}."
    if open_:
        met, sentence = False, f"Still open: {', '.join(open_)}."
    return Criterion(
        name="pseudo_resistance",
        label="other causes of lasting anxiety looked at",
        met=met,
        sentence=sentence,
        missing=()
        if met is not None
        else tuple(f"whether {label} was looked at" for label in unknown),
    )
