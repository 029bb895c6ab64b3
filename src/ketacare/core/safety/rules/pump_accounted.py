"""Whether every pause and early stop has its reason, its person, and the amount that went in."""

from __future__ import annotations

from datetime import datetime, timedelta

from ketacare.core.record import Infusion, InfusionEvent, InfusionEventKind
from ketacare.core.safety.case import Case, Verdict
from ketacare.core.safety.dated import spoken
from ketacare.core.safety.facts import Answer
from ketacare.core.safety.patterns import phrase


def judge(case: Case) -> Verdict:
    """Return a block for a pause or early stop without reason or name.

    What was delivered is added up from the pump's history; its volume needs the concentration.
    """
    infusion = this_infusion(case)
    if infusion is None or not infusion.events:
        return case.cannot_tell(case.given("history of the pump", None))
    halts = [event for event in infusion.events if is_halt(event, infusion)]
    used = [act_of(event) for event in halts]
    given_mg = delivered_mg(infusion, case.now)
    used.append(Answer(code="delivered", label="delivered", value=given_mg, unit="mg"))
    bare = [said(event) for event in halts if not (event.reason.strip() and event.by.strip())]
    if bare:
        return case.found("bare", *used, found=phrase(bare))
    if not halts:
        return case.passes(*used, given=spoken(given_mg, "mg"))
    bag = case.context.preparation
    strength = None if bag is None else bag.concentration_mg_per_mL
    concentration = case.given("concentration in the bag", strength, "mg/mL")
    if strength is None:
        return case.cannot_tell(*used, concentration, known=f"{spoken(given_mg, 'mg')} delivered")
    volume = f"{spoken(given_mg, 'mg')}, {spoken(given_mg / strength, 'mL')}"
    return case.passes(*used, concentration, given=volume)


def this_infusion(case: Case) -> Infusion | None:
    """Return the infusion of the session, or the newest one when no session is given."""
    started = case.context.started
    found = [
        i
        for i in case.snapshot.infusions
        if started is None or i.at >= started - timedelta(minutes=1)
    ]
    return found[-1] if found else None


def is_halt(event: InfusionEvent, infusion: Infusion) -> bool:
    """Return whether the event is a pause, or a stop that was not the planned end."""
    if event.kind is InfusionEventKind.PAUSE:
        return True
    return event.kind is InfusionEventKind.STOP and infusion.completed is not True


def act_of(event: InfusionEvent) -> Answer:
    """Return one pause or stop as an answer: its reason and who did it."""
    return Answer(
        code=f"pump:{event.kind.value}",
        label=event.kind.value,
        value=event.reason or "no reason recorded",
        at=event.at,
        by=event.by,
    )


def said(event: InfusionEvent) -> str:
    """Return what one act at the pump lacks."""
    lacks = [
        word
        for word, text in (("reason", event.reason), ("name of who did it", event.by))
        if not text.strip()
    ]
    return f"the {event.kind.value} at {event.at:%H:%M} has no {' and no '.join(lacks)}"


def delivered_mg(infusion: Infusion, until: datetime) -> float:
    """Return what went in by ``until``: the rate of each act times the time to the next, in mg."""
    events = infusion.events
    ends = [*(event.at for event in events[1:]), until]
    total = 0.0
    for event, end in zip(events, ends, strict=True):
        total += event.mg_per_h * max(0.0, (min(end, until) - event.at) / timedelta(hours=1))
    return round(total, 3)
