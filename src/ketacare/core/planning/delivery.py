"""What a pump has delivered so far, exactly, from the history of its events.

Rates are constant between events, so volume and dose are sums of rate times time; they are added
in exact fractions, so that pausing and resuming a hundred times loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.planning.routes import exact
from ketacare.core.record import InfusionEvent, InfusionEventKind

_FLOWING = {InfusionEventKind.START, InfusionEventKind.RATE, InfusionEventKind.RESUME}
_FOLLOWS = {
    InfusionEventKind.START: frozenset[InfusionEventKind](),
    InfusionEventKind.RATE: frozenset(_FLOWING),
    InfusionEventKind.PAUSE: frozenset(_FLOWING),
    InfusionEventKind.RESUME: frozenset({InfusionEventKind.PAUSE}),
    InfusionEventKind.STOP: frozenset({*_FLOWING, InfusionEventKind.PAUSE}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Volume in mL, dose in mg and minutes of flow up to a moment; the rate in mg/h at it.

    ``residual_mL`` is what the bag still holds, ``None`` when no bag was named.
    """

    volume_mL: float  # noqa: N815 - mL is the unit's symbol
    dose_mg: float
    minutes_flowing: float
    mg_per_h: float
    residual_mL: float | None  # noqa: N815
    residual_mg: float | None


def delivered(
    events: Sequence[InfusionEvent],
    concentration_mg_per_mL: float,
    until: datetime,
    *,
    bag_mL: float | None = None,
) -> Delivered:
    """Return what the pump has delivered at ``until``, events after it left out.

    ``concentration_mg_per_mL`` turns mg into mL; ``bag_mL`` bounds what can have flowed. Raises
    :class:`InputError` when the history cannot be: out of order, resumed without a pause, anything
    after a stop, a running pump without a rate.
    """
    if not concentration_mg_per_mL > 0:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"a concentration of {concentration_mg_per_mL:g} mg/mL cannot be; take it from the "
            "pump sheet",
        )
    _check_history(events)
    past = [event for event in events if event.at <= until]
    dose = Fraction(0)  # mg
    flowing = Fraction(0)  # hours
    ends = [*(event.at for event in past[1:]), until]
    for event, end in zip(past, ends, strict=False):
        hours = Fraction((end - event.at) // timedelta(microseconds=1), 3_600_000_000)
        dose += exact(event.mg_per_h) * hours
        if event.mg_per_h > 0:
            flowing += hours
    concentration = exact(concentration_mg_per_mL)
    volume = dose / concentration
    residual: Fraction | None = None
    if bag_mL is not None:
        volume = min(volume, exact(bag_mL))
        dose = volume * concentration
        residual = exact(bag_mL) - volume
    return Delivered(
        volume_mL=float(volume),
        dose_mg=float(dose),
        minutes_flowing=float(flowing * 60),
        mg_per_h=past[-1].mg_per_h if past else 0.0,
        residual_mL=None if residual is None else float(residual),
        residual_mg=None if residual is None else float(residual * concentration),
    )


def _check_history(events: Sequence[InfusionEvent]) -> None:
    if events and events[0].kind is not InfusionEventKind.START:
        raise _impossible(f"it begins with {events[0].kind.value} and not with start")
    for before, event in pairwise(events):
        if event.at < before.at:
            raise _impossible(
                f"{event.kind.value} at {event.at.isoformat()} is before the event it follows"
            )
        if before.kind not in _FOLLOWS[event.kind]:
            raise _impossible(f"{event.kind.value} cannot follow {before.kind.value}")
    for event in events:
        runs = event.kind in _FLOWING
        if runs != (event.mg_per_h > 0):
            raise _impossible(
                f"{event.kind.value} has {event.mg_per_h:g} mg/h; a running pump has more than "
                "zero, a paused or stopped one zero"
            )


def _impossible(what: str) -> InputError:
    return InputError(
        ErrorCode.CONTRADICTION,
        f"the pump history cannot be: {what}; correct the events",
        where="events",
    )
