"""From answers to a total, saying what was done: all answered, scaled up, or not scored.

The rule for missing answers is the instrument's own (see :class:`MissingRule`); a missing answer
is never zero. A total that was only reported is taken as it is, and refused when it contradicts
the answers reported beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.measures.instruments import Instrument
from ketacare.core.measures.parts import AlertRule, Band, Item
from ketacare.core.measures.views import (
    Answer,
    CutReached,
    PatternMet,
    SubscaleScore,
    answers_of,
    cuts_reached,
    is_asked,
    patterns_met,
    subscale_scores,
)
from ketacare.core.record import Score

# A reported prorated total may have been rounded to a whole number; half a point is rounding.
_ROUNDING = 0.5
# A total that is no whole number (a mean, a converted score) may have been rounded to two digits.
_ROUNDED = 0.005


class Route(StrEnum):
    """How a total came about."""

    COMPLETE = "complete"
    PRORATED = "prorated"
    REPORTED = "reported"
    TOO_MUCH_MISSING = "too_much_missing"
    NO_TOTAL = "no_total"  # the source defines none: read items and subscales


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What an alert rule says: raised, not raised, or (``None``) not known."""

    rule: AlertRule
    value: int | None
    raised: bool | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A scored questionnaire: total in points (``None`` when it cannot be scored) and its band.

    ``missing`` are the printed numbers of the items left out; ``alerts`` hold those that are
    raised and those that cannot be told because the item was not answered. ``answers``,
    ``subscales`` and ``patterns`` are empty when only a total was reported. ``error`` is the
    standard error of a converted score.
    """

    instrument: Instrument
    total: float | None
    missing: tuple[int, ...]
    prorated: bool
    route: Route
    band: Band | None
    sentence: str
    alerts: tuple[Alert, ...]
    answers: tuple[Answer, ...] = ()
    subscales: tuple[SubscaleScore, ...] = ()
    cuts: tuple[CutReached, ...] = ()
    patterns: tuple[PatternMet, ...] = ()
    error: float | None = None


def score_items(instrument: Instrument, items: Sequence[int | None]) -> Scored:
    """Return the total of the answers, in the order of the form; ``None`` is an item left out.

    The answers of unscored items may follow; they are checked and do not enter the total. Raises
    :class:`InputError` for a wrong number of answers and for an answer outside its options.
    """
    answers = _scored_answers(instrument, items)
    missing = tuple(
        item.number
        for item, value in zip(instrument.items, answers, strict=True)
        if value is None and is_asked(item, answers)
    )
    total, route = _total(instrument, answers, missing)
    found = _scored(instrument, total, route, missing, _alerts(instrument, answers))
    return replace(
        found,
        answers=answers_of(instrument, items),
        subscales=subscale_scores(instrument, answers),
        patterns=patterns_met(instrument, answers),
    )


def _total(
    instrument: Instrument, answers: Sequence[int | None], missing: Sequence[int]
) -> tuple[float | None, Route]:
    if not instrument.has_total:
        return None, Route.NO_TOTAL
    rule = instrument.missing_rule
    k, m = len(answers), len(missing)
    points = sum(
        item.points(value)
        for item, value in zip(instrument.items, answers, strict=True)
        if value is not None
    )
    if m == 0:
        return instrument.total_of(points), Route.COMPLETE
    allowed = not rule.only or set(missing) <= set(rule.only)
    if m < k and allowed and m / k <= rule.most_missing.to("1"):
        return instrument.total_of(points * k / (k - m)), Route.PRORATED
    return None, Route.TOO_MUCH_MISSING


def score(instrument: Instrument, reported: Score) -> Scored:
    """Return a recorded score scored by its items, or by its total where only that is known.

    Raises :class:`InputError` when the score is of another instrument, when its total is outside
    the range, or when total and items contradict each other.
    """
    if reported.instrument != instrument.id:
        raise InputError(
            ErrorCode.CONTRADICTION,
            f"this is a score of {reported.instrument}, not of {instrument.id}",
            where="instrument",
        )
    if reported.total is not None:
        _require_in_range(instrument, reported.total)
    if reported.items is None:
        # Score refuses to have neither, so a total is there.
        assert reported.total is not None  # noqa: S101 - invariant of record.Score
        alerts = _alerts(instrument, [None] * len(instrument.items), total=reported.total)
        return _scored(instrument, reported.total, Route.REPORTED, (), alerts)
    scored = score_items(instrument, reported.items)
    if reported.total is None:
        return scored
    return _with_reported_total(scored, reported.items, reported.total)


def _scored_answers(instrument: Instrument, items: Sequence[int | None]) -> tuple[int | None, ...]:
    form = (*instrument.items, *instrument.unscored)
    if not instrument.items:
        advice = "give the total" if instrument.has_total else "it is listed, not scored"
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            f"the items of {instrument.name} are not held here; {advice}",
            where="items",
        )
    if len(items) not in {len(instrument.items), len(form)}:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"{instrument.name} has {len(instrument.items)} items and {len(items)} answers were "
            "given; give one per item, and leave an unanswered one empty",
            where="items",
        )
    for item, value in zip(form, items, strict=False):
        _require_option(instrument, item, value)
    return tuple(items[: len(instrument.items)])


def _require_option(instrument: Instrument, item: Item, value: int | None) -> None:
    # True would pass as 1: an answer is a whole number of points.
    if value is None or (not isinstance(value, bool) and value in item.values):
        return
    raise InputError(
        ErrorCode.OUT_OF_RANGE,
        f"item {item.number} of {instrument.name} is {value}; it can be "
        f"{min(item.values)} to {max(item.values)}, or left out",
        where=f"items[{item.number}]",
    )


def _require_in_range(instrument: Instrument, total: float) -> None:
    if not instrument.has_total:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            f"{instrument.name} has no total; give the answers",
            where="total",
        )
    if not instrument.minimum <= total <= instrument.maximum:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"a total of {total:g} is not possible: {instrument.name} goes from "
            f"{instrument.minimum:g} to {instrument.maximum:g}",
            where="total",
        )


def _with_reported_total(scored: Scored, items: Sequence[int | None], total: float) -> Scored:
    instrument = scored.instrument
    if scored.total is not None:
        slack = _ROUNDING if scored.prorated else _ROUNDED
        if abs(total - scored.total) > slack:
            how = "prorated for what is missing" if scored.prorated else "their sum"
            raise InputError(
                ErrorCode.CONTRADICTION,
                f"the total of {instrument.name} is given as {total:g}, the items give "
                f"{scored.total:.4g} ({how}); correct the total or the items",
                where="total",
            )
        return scored
    least, most = _possible(instrument, items)
    if not least - _ROUNDED <= total <= most + _ROUNDED:
        raise InputError(
            ErrorCode.CONTRADICTION,
            f"the total of {instrument.name} is given as {total:g}, the items allow "
            f"{least:g} to {most:g}; correct the total or the items",
            where="total",
        )
    return replace(
        _scored(instrument, total, Route.REPORTED, scored.missing, scored.alerts),
        answers=scored.answers,
        subscales=scored.subscales,
        patterns=scored.patterns,
    )


def _possible(instrument: Instrument, items: Sequence[int | None]) -> tuple[float, float]:
    """Return the lowest and the highest total the given answers leave possible."""
    pairs = list(zip(instrument.items, items[: len(instrument.items)], strict=True))
    least = sum(min(item.values) if v is None else item.points(v) for item, v in pairs)
    most = sum(max(item.values) if v is None else item.points(v) for item, v in pairs)
    low, high = instrument.total_of(least), instrument.total_of(most)
    return (
        instrument.minimum if low is None else low,
        instrument.maximum if high is None else high,
    )


def _alerts(
    instrument: Instrument, answers: Sequence[int | None], *, total: float | None = None
) -> tuple[Alert, ...]:
    found = []
    for rule in instrument.alerts:
        value = answers[rule.item - 1]
        if value is None and total is not None and total == instrument.minimum:
            continue  # every item is at its lowest, this one too
        if value is None:
            sentence = (
                f"Item {rule.item} of {instrument.name} was not answered or not reported: ask it."
            )
            found.append(Alert(rule=rule, value=None, raised=None, sentence=sentence))
        elif value >= rule.at_least.value:
            found.append(Alert(rule=rule, value=value, raised=True, sentence=rule.sentence))
    return tuple(found)


def _scored(
    instrument: Instrument,
    total: float | None,
    route: Route,
    missing: tuple[int, ...],
    alerts: tuple[Alert, ...],
) -> Scored:
    band = None if total is None else instrument.band_of(total)
    return Scored(
        instrument=instrument,
        total=total,
        missing=missing,
        prorated=route is Route.PRORATED,
        route=route,
        band=band,
        sentence=_sentence(instrument, total, route, missing, band),
        alerts=alerts,
        cuts=cuts_reached(instrument, total),
        error=_error(instrument, total),
    )


def _error(instrument: Instrument, total: float | None) -> float | None:
    if total is None or instrument.conversion is None:
        return None
    return instrument.conversion.error_of(total)


def _sentence(
    instrument: Instrument,
    total: float | None,
    route: Route,
    missing: tuple[int, ...],
    band: Band | None,
) -> str:
    k, m = len(instrument.items), len(missing)
    numbers = " and ".join(str(n) for n in missing) if m < 3 else ", ".join(map(str, missing))
    left_out = f"item {numbers} was left out" if m == 1 else f"items {numbers} were left out"
    if route is Route.NO_TOTAL:
        how = left_out if m else "every question that was asked is answered"
        return f"{instrument.name} has no total: read its items ({how})."
    if total is None:
        return f"{instrument.name} cannot be scored: {left_out}, {_why_not(instrument, missing)}."
    how = {
        Route.COMPLETE: f"all {k} items answered",
        Route.PRORATED: f"scaled up from {k - m} of {k} items, {left_out}",
        Route.REPORTED: "the total as reported",
    }[route]
    name = "" if band is None else f", {band.label}"
    if instrument.conversion is not None:
        error = f" ± {_error(instrument, total):.1f}"
        return f"{instrument.name} {total:.1f}{error}{name} ({how})."
    return f"{instrument.name} {total:.3g} of {instrument.maximum:g}{name} ({how})."


def _why_not(instrument: Instrument, missing: Sequence[int]) -> str:
    rule = instrument.missing_rule
    k, m = len(instrument.items), len(missing)
    share = rule.most_missing.to("%")
    if share == 0:
        return f"{m} of {k}, and none may be"
    if rule.only and not set(missing) <= set(rule.only):
        may = " and ".join(str(n) for n in rule.only)
        return f"and only item {may} may be"
    return f"{m} of {k}, and at most {share:g} % may be"
