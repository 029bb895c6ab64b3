"""What lies behind a total: the items one by one, the subscales, the cut-offs, published patterns.

Nothing is guessed: a subscale with too much left out has no total, a pattern that the missing
answers could still decide is not decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ketacare.core.measures.instruments import Instrument
from ketacare.core.measures.parts import Cut, Item, Pattern, PatternPart, Subscale

_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One item with what was answered: the value, its words, the points it gives.

    ``value`` is ``None`` where the item was left out; ``asked`` is false where an earlier answer
    made the question void, which is not the same as leaving it out.
    """

    item: Item
    value: int | None
    points: int | None
    label: str
    asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscaleScore:
    """The sum (or mean) of a part of the items; ``reached`` is ``None`` without a cut-off."""

    subscale: Subscale
    total: float | None
    missing: tuple[int, ...]
    reached: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CutReached:
    """A cut-off with whether the total reaches it; ``None`` without a total."""

    cut: Cut
    reached: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternMet:
    """A published rule over items: met, not met, or ``None``, undecided for what is missing."""

    pattern: Pattern
    met: bool | None
    sentence: str


def is_asked(item: Item, values: Sequence[int | None]) -> bool:
    """Return whether an item is to be asked, given the answers so far in the order of the form.

    A gate that was left out does not settle it: then the item is asked.
    """
    if item.gate is None:
        return True
    earlier = values[item.gate.item - 1]
    return earlier is None or earlier >= item.gate.at_least


def answers_of(instrument: Instrument, values: Sequence[int | None]) -> tuple[Answer, ...]:
    """Return every item of the form with its answer, the unscored ones last."""
    form = (*instrument.items, *instrument.unscored)
    padded = [*values, *[None] * (len(form) - len(values))]
    return tuple(
        Answer(
            item=item,
            value=value,
            points=None if value is None else item.points(value),
            label=item.label(value),
            asked=value is not None or is_asked(item, padded),
        )
        for item, value in zip(form, padded, strict=True)
    )


def subscale_scores(
    instrument: Instrument, values: Sequence[int | None]
) -> tuple[SubscaleScore, ...]:
    """Return the subscales by the instrument's own rule for missing answers."""
    return tuple(_subscale(instrument, part, values) for part in instrument.subscales)


def _subscale(
    instrument: Instrument, part: Subscale, values: Sequence[int | None]
) -> SubscaleScore:
    rule = instrument.missing_rule
    given = [(number, values[number - 1]) for number in part.items]
    missing = tuple(number for number, value in given if value is None)
    points = [instrument.item(n).points(v) for n, v in given if v is not None]
    k, m = len(given), len(missing)
    allowed = m / k <= rule.most_missing.to("1") and (
        not rule.only or set(missing) <= set(rule.only)
    )
    total: float | None = None
    if points and (m == 0 or allowed):
        total = sum(points) / len(points) if part.mean else sum(points) * k / (k - m)
    reached = None
    if part.at_least is not None and total is not None:
        reached = total + _TOLERANCE >= part.at_least.value
    return SubscaleScore(subscale=part, total=total, missing=missing, reached=reached)


def cuts_reached(instrument: Instrument, total: float | None) -> tuple[CutReached, ...]:
    """Return every cut-off with whether ``total`` reaches it."""
    return tuple(
        CutReached(cut=cut, reached=None if total is None else cut.is_reached(total))
        for cut in instrument.cuts
    )


def patterns_met(instrument: Instrument, values: Sequence[int | None]) -> tuple[PatternMet, ...]:
    """Return every published pattern with whether the answers meet it."""
    return tuple(_pattern(pattern, values) for pattern in instrument.patterns)


def _pattern(pattern: Pattern, values: Sequence[int | None]) -> PatternMet:
    found = [(part, *_count(part, values)) for part in pattern.parts]
    if all(sure >= part.count for part, sure, _most in found):
        met: bool | None = True
    elif any(most < part.count for part, _sure, most in found):
        met = False
    else:
        met = None
    counts = ", ".join(
        f"{part.label} {sure} of {part.count}"
        + (f" ({most - sure} not answered)" if most > sure else "")
        for part, sure, most in found
    )
    word = {True: "met", False: "not met", None: "cannot be told"}[met]
    return PatternMet(pattern=pattern, met=met, sentence=f"{pattern.label}: {word} ({counts}).")


def _count(part: PatternPart, values: Sequence[int | None]) -> tuple[int, int]:
    """Return how many items count for sure, and how many at most."""
    given = [values[number - 1] for number in part.items]
    sure = sum(value is not None and value >= part.at_least for value in given)
    return sure, sure + sum(value is None for value in given)
