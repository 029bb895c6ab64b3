"""Reads one completed instrument: item answers with "" for an item left out, or the total alone.

Which answers an item takes, and what the total of given items is, the instrument decides.
"""

from __future__ import annotations

from ketacare.adapters.casefile.clock import Clock
from ketacare.adapters.casefile.values import optional, read_name
from ketacare.adapters.casefile.vocabulary import Vocabulary
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.measures import Instrument, Item, score
from ketacare.core.record import Rater, Score
from ketacare.knowledge.reading import Section


def read_score(part: Section, clock: Clock, known: Vocabulary) -> Score:
    """Return one score, checked against its instrument."""
    instrument = known.instruments[read_name(part, "instrument", known.instruments, "instrument")]
    items = optional(part, "items", lambda key: _items(part, key, instrument))
    total = optional(part, "total", lambda key: _total(part, key, instrument))
    if items is None and total is None:
        raise part.error(
            ErrorCode.MISSING_KEY,
            "items",
            f"{instrument.id} has neither items nor total; give the answers as "
            'items = [2, 3, "", 1, …] with "" for one left out, or the total',
        )
    found = Score(
        instrument=instrument.id,
        at=clock.moment(part),
        total=total,
        items=items,
        rater=part.choice("rater", Rater, instrument.rater),
        wording=part.text("wording", ""),
    )
    try:
        score(instrument, found)
    except InputError as error:
        raise part.error(error.code, error.where or "total", error.sentence) from error
    return found


def _total(part: Section, key: str, instrument: Instrument) -> float:
    value = part.number(key)
    if not instrument.has_total:
        raise part.error(
            ErrorCode.NOT_AVAILABLE,
            key,
            f"{instrument.id} has no total; {'give its items' if instrument.items else 'leave it out'}",
        )
    if not instrument.minimum <= value <= instrument.maximum:
        raise part.error(
            ErrorCode.OUT_OF_RANGE,
            key,
            f"{value:g} is outside the range of {instrument.id}, "
            f"{instrument.minimum:g} to {instrument.maximum:g}; correct it",
        )
    return value


def _items(part: Section, key: str, instrument: Instrument) -> tuple[int | None, ...]:
    values = part.raw(key)
    if not isinstance(values, list):
        raise part.error(
            ErrorCode.WRONG_TYPE, key, f'{values!r} is not a list; write [2, 3, "", 1, …]'
        )
    if not instrument.items:
        raise part.error(
            ErrorCode.NOT_AVAILABLE,
            key,
            f"the items of {instrument.id} are not held; give the total",
        )
    form = (*instrument.items, *instrument.unscored)
    count = len(instrument.items)
    if len(values) not in {count, len(form)}:
        raise part.error(
            ErrorCode.OUT_OF_RANGE,
            key,
            f"{instrument.id} has {count} items and {len(values)} are given; "
            'write "" for an item that was not answered',
        )
    return tuple(
        _answer(part, f"{key}[{index}]", value, form[index - 1], instrument)
        for index, value in enumerate(values, start=1)
    )


def _answer(
    part: Section, where: str, value: object, item: Item, instrument: Instrument
) -> int | None:
    if value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value not in item.values:
        raise part.error(
            ErrorCode.OUT_OF_RANGE,
            where,
            f"{value!r} is not an answer to item {item.number} of {instrument.id}, which takes "
            f'{min(item.values)} to {max(item.values)}; write "" if it was not answered',
        )
    return value
