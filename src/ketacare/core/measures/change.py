"""What a change between two totals means: reliable, meaningful, response, remission.

Reliable: at least the reliable change index, 1.96·√2·SEM, so that it is not measurement noise; for
a converted score |before − after| / √(SE₁² + SE₂²) above 1.96, with the standard errors of both.
Meaningful: at least the minimal clinically important difference. Response: the larger of the
instrument's share (50 %) and the reliable change. Missing figures give ``None``, never "no".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.measures.instruments import Instrument
from ketacare.core.measures.parts import Better

# Totals may be scaled (sum × k / (k − m)): equality is meant up to rounding of that quotient.
_TOLERANCE = 1e-9
# Two-sided 95 % of a normal difference.
_Z = 1.96


class Direction(StrEnum):
    """Which way a person went, whichever way the instrument counts."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The change from ``before`` to ``after`` in points of one instrument.

    ``points`` and ``percent`` are relief: positive means better, which is ``before − after`` where
    lower is better and ``after − before`` where higher is. ``percent`` and ``response`` are
    ``None`` when the first total is the lowest possible. ``reliable`` and ``meaningful`` hold in
    either direction; ``deteriorated`` is a reliable worsening; ``partial`` is a reliable relief of
    at least half of what response asks for, short of a response. ``rise`` is ``after − before``.
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

    @property
    def rise(self) -> float:
        """Return how many points more the second total has; negative for fewer."""
        return self.after - self.before


def judge_change(instrument: Instrument, before: float, after: float) -> Change:
    """Return what the change from ``before`` to ``after`` means.

    Raises :class:`InputError` for a total outside the instrument's range.
    """
    if not instrument.has_total:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            f"{instrument.name} has no total; compare its items or subscales",
        )
    for name, total in (("before", before), ("after", after)):
        if not instrument.minimum <= total <= instrument.maximum:
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"{total:g} is not possible: {instrument.name} goes from "
                f"{instrument.minimum:g} to {instrument.maximum:g}",
                where=name,
            )
    falls = instrument.better is Better.LOWER
    points = before - after if falls else after - before
    start = before - instrument.minimum
    percent = 100.0 * points / start if start > 0 else None
    size = abs(points) + _TOLERANCE
    mcid = None if instrument.mcid is None else instrument.mcid.value
    reliable = _reliable(instrument, before, after)
    response = _relieved(instrument, points, percent, reliable=reliable, share=1.0)
    half = _relieved(instrument, points, percent, reliable=reliable, share=0.5)
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
        remission=in_remission(instrument, after),
        deteriorated=None if reliable is None else reliable and points < 0,
        sentence="",
    )
    return _with_sentence(change)


def _direction(points: float) -> Direction:
    if abs(points) <= _TOLERANCE:
        return Direction.SAME
    return Direction.BETTER if points > 0 else Direction.WORSE


def in_remission(instrument: Instrument, total: float) -> bool | None:
    """Return whether a total counts as remission; ``None`` where the literature gives no figure."""
    if instrument.remission is None:
        return None
    limit = instrument.remission.value
    if instrument.better is Better.LOWER:
        return total <= limit + _TOLERANCE
    return total >= limit - _TOLERANCE


def _reliable(instrument: Instrument, before: float, after: float) -> bool | None:
    """Return whether the change is larger than measurement noise, in either direction."""
    if instrument.conversion is not None:
        errors = [instrument.conversion.error_of(total) for total in (before, after)]
        return abs(before - after) > _Z * math.hypot(*errors)
    if instrument.reliable_change is None:
        return None
    return abs(before - after) + _TOLERANCE >= instrument.reliable_change.value


def _relieved(
    instrument: Instrument,
    points: float,
    percent: float | None,
    *,
    reliable: bool | None,
    share: float,
) -> bool | None:
    """Return whether the relief reaches ``share`` of the response and is reliable."""
    if percent is None or instrument.response is None:
        return None
    enough = points > 0 and percent + _TOLERANCE >= share * instrument.response.to("%")
    if instrument.response_alone:
        return enough
    if reliable is None:
        return None
    return enough and reliable


def _with_sentence(change: Change) -> Change:
    return replace(change, sentence=_sentence(change))


def _sentence(change: Change) -> str:
    name = change.instrument.name
    moved = f"{name} went from {change.before:.3g} to {change.after:.3g}"
    if change.direction is Direction.SAME:
        return f"{name} stayed at {change.after:.3g}{_remission(change)}."
    word = "higher" if change.rise > 0 else "lower"
    size = f"{abs(change.points):.3g} points {word}"
    if change.percent is not None:
        size += f", {abs(change.percent):.0f} %"
    return f"{moved}: {size}; {_meaning(change)}{_remission(change)}."


def _meaning(change: Change) -> str:
    if change.response:
        return "a response"
    if change.deteriorated:
        return "a reliable worsening"
    if change.partial:
        return "a partial response"
    if change.reliable is None:
        return "how much of it is measurement noise is not known for this scale"
    if change.reliable:
        return "a reliable change, not a response"
    least = noise_of(change)
    meaning = "within measurement noise"
    if least is not None:
        meaning += f" (less than {least:.3g} points)"
    if change.meaningful:
        meaning += ", though large enough to be noticed"
    return meaning


def noise_of(change: Change) -> float | None:
    """Return how many points a change needs to be more than noise; ``None`` where not known."""
    instrument = change.instrument
    if instrument.conversion is not None:
        errors = [instrument.conversion.error_of(t) for t in (change.before, change.after)]
        return _Z * math.hypot(*errors)
    return None if instrument.reliable_change is None else instrument.reliable_change.value


def _remission(change: Change) -> str:
    return ", in the range of remission" if change.remission else ""
