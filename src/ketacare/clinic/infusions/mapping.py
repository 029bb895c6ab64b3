"""Sessions and pump events as the core's records; what a pump delivered, from its history.

A bag that runs empty stops the flow by itself, whenever somebody presses stop afterwards: the
record ends the flow at that moment, so that no rate is counted for an empty bag.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ketacare.clinic.infusions.models import Phase, PumpEvent, Session
from ketacare.core.planning import Delivered, delivered
from ketacare.core.record import Infusion, InfusionEvent, InfusionEventKind

_CLOSED = {Phase.RECOVERY, Phase.DISCHARGED}


def event_record(event: PumpEvent) -> InfusionEvent:
    """Return one act at the pump for the core."""
    return InfusionEvent(
        kind=InfusionEventKind(event.kind),
        at=event.at,
        mg_per_h=event.rate_mg_per_h,
        reason=event.reason,
        by=event.by.display_name,
    )


def event_records(events: Iterable[PumpEvent]) -> tuple[InfusionEvent, ...]:
    """Return the acts at the pump for the core, in order."""
    return tuple(event_record(event) for event in events)


def delivered_at(
    session: Session, events: Sequence[InfusionEvent], until: datetime
) -> Delivered | None:
    """Return what was delivered until a moment; ``None`` before the start."""
    if not events or session.concentration_mg_per_ml is None:
        return None
    return delivered(events, session.concentration_mg_per_ml, until, bag_mL=session.bag_ml)


def empty_at(session: Session, events: Sequence[InfusionEvent], now: datetime) -> datetime | None:
    """Return when the bag ran or will run empty at the present rate; ``None`` while it stands.

    Counted from the last act at the pump, so the answer does not move while nothing is done.
    """
    if not events or session.bag_ml is None or events[-1].mg_per_h <= 0:
        return None
    last = events[-1]
    then = delivered_at(session, events, last.at)
    if then is None or then.residual_mg is None:
        return None
    return last.at + timedelta(hours=then.residual_mg / last.mg_per_h)


def flow_of(session: Session, events: Sequence[InfusionEvent]) -> tuple[InfusionEvent, ...]:
    """Return the pump's history with the end of the flow where the bag ran empty before the stop."""
    if len(events) < 2 or events[-1].kind is not InfusionEventKind.STOP:
        return tuple(events)
    *running, stop = events
    empty = empty_at(session, running, stop.at)
    if empty is None or empty >= stop.at:
        return tuple(events)
    return (*running, replace(stop, at=max(empty, running[-1].at)))


def infusion_record(session: Session) -> Infusion:
    """Return a started session as one dose given; ``pump_events`` should be prefetched."""
    events = event_records(session.pump_events.all())
    flow = flow_of(session, events)
    ended = bool(flow) and flow[-1].kind is InfusionEventKind.STOP
    start = session.started_at
    if start is None:
        raise ValueError("A session that was not started is not an infusion.")
    so_far = delivered_at(session, flow, flow[-1].at) if flow else None
    ordered = session.dose_mg or 0.0
    given = so_far.dose_mg if ended and so_far is not None else ordered
    minutes = (flow[-1].at - start) / timedelta(minutes=1) if ended else session.minutes
    return Infusion(
        at=start,
        # A dose is more than zero; a pump stopped in the second it was started gave next to none.
        dose_mg=max(given, 1e-6),
        minutes=minutes,
        weight_kg=session.weight_kg,
        events=flow,
        completed=_completed(session, given) if ended else None,
    )


def _completed(session: Session, given: float) -> bool | None:
    if session.dose_mg is None:
        return None
    # What stays in the line is not a break-off; a person who got less did not get the dose.
    return given >= 0.95 * session.dose_mg
