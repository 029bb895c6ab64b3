"""What a change between two totals means: reliable, meaningful, response, remission.

Reliable: at least the reliable change index, 1.96·√2·SEM, so that it is not measurement noise.
Meaningful: at least the minimal clinically important difference. Response: the larger of the
instrument's share (50 %) and the reliable change. Missing figures give ``None``, never "no".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.measures.instruments import Instrument

# Totals may be scaled (sum × k / (k − m)): equality is meant up to rounding of that quotient.
_TOLERANCE = 1e-9


class Direction(StrEnum):
    """Which way a score went; lower is better in every instrument here."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The change from ``before`` to ``after`` in points of one instrument.

    ``points`` and ``percent`` are ``before − after``: positive means fewer symptoms. ``percent``
    and ``response`` are ``None`` when the first total is the lowest possible. ``reliable`` and
    ``meaningful`` hold in either direction; ``deteriorated`` is a reliable rise; ``partial`` is
    a reliable fall of at least half of what response asks for, short of a response.
    """

    instrument: Instrument
    before: float
    after: float
    points: float
    percent: float | None
    direction: Direction
    reliable: bool | None
    meaningful: bool | None
    response: bool | None
    partial: bool | None
    remission: bool | None
    deteriorated: bool | None
    sentence: str


def judge_change(instrument: Instrument, before: float, after: float) -> Change:
    """Return what the change from ``before`` to ``after`` means.

    Raises :class:`InputError` for a total outside the instrument's range.
    """
    for name, total in (("before", before), ("after", after)):
        if not instrument.minimum <= total <= instrument.maximum:
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"{total:g} is not possible: {instrument.name} goes from "
                f"{instrument.minimum:g} to {instrument.maximum:g}",
                where=name,
            )
    points = before - after
    start = before - instrument.minimum
    percent = 100.0 * points / start if start > 0 else None
    size = abs(points) + _TOLERANCE
    rci = None if instrument.reliable_change is None else instrument.reliable_change.value
    mcid = None if instrument.mcid is None else instrument.mcid.value
    remission = instrument.remission
    reliable = None if rci is None else size >= rci
    response = _fell(instrument, points, percent, share=1.0)
    half = _fell(instrument, points, percent, share=0.5)
    change = Change(
        instrument=instrument,
        before=before,
        after=after,
        points=points,
        percent=percent,
        direction=_direction(points),
        reliable=reliable,
        meaningful=None if mcid is None else size >= mcid,
        response=response,
        partial=None if response is None or half is None else half and not response,
        remission=None if remission is None else after <= remission.value + _TOLERANCE,
        deteriorated=None if reliable is None else reliable and points < 0,
        sentence="",
    )
    return _with_sentence(change)


def _direction(points: float) -> Direction:
    if abs(points) <= _TOLERANCE:
        return Direction.SAME
    return Direction.BETTER if points > 0 else Direction.WORSE


def _fell(
    instrument: Instrument, points: float, percent: float | None, *, share: float
) -> bool | None:
    """Return whether the fall reaches ``share`` of the response and the reliable change."""
    if percent is None or instrument.response is None or instrument.reliable_change is None:
        return None
    enough = percent + _TOLERANCE >= share * instrument.response.to("%")
    return enough and points + _TOLERANCE >= instrument.reliable_change.value


def _with_sentence(change: Change) -> Change:
    return replace(change, sentence=_sentence(change))


def _sentence(change: Change) -> str:
    name = change.instrument.name
    moved = f"{name} went from {change.before:.3g} to {change.after:.3g}"
    if change.direction is Direction.SAME:
        return f"{name} stayed at {change.after:.3g}{_remission(change)}."
    word = "lower" if change.direction is Direction.BETTER else "higher"
    size = f"{abs(change.points):.3g} points {word}"
    if change.percent is not None:
        size += f", {abs(change.percent):.0f} %"
    return f"{moved}: {size}; {_meaning(change)}{_remission(change)}."


def _meaning(change: Change) -> str:
    rci = change.instrument.reliable_change
    if change.response:
        return "a response"
    if change.deteriorated:
        return "a reliable worsening"
    if change.partial:
        return "a partial response"
    if rci is None or change.reliable is None:
        return "how much of it is measurement noise is not known for this scale"
    if change.reliable:
        return "a reliable change, not a response"
    meaning = "within measurement noise" + f" (less than {rci.value:g} points)"
    if change.meaningful:
        meaning += ", though large enough to be noticed"
    return meaning


def _remission(change: Change) -> str:
    return ", in the range of remission" if change.remission else ""
