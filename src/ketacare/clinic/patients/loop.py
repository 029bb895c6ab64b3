"""The eight stations of the loop for one person: how far each is, in one line.

The lines repeat what the stations' own pages say; nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ketacare.clinic.eligibility.models import Review
from ketacare.clinic.eligibility.presenting import Counts
from ketacare.clinic.infusions.models import Phase, Session
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.plans.models import Decision, Plan
from ketacare.core.history import Stage
from ketacare.core.measures import Instrument, Rated, judge_change
from ketacare.core.record import Person
from ketacare.knowledge.load import load_instruments

PLAN, INFUSION, ADAPTATION = 2, 3, 6  # places in the loop


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """One station: ``state`` is done, now, next, blocked or none."""

    name: str
    state: str
    text: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the stations are told: fetched once for the whole chart."""

    patient: Patient
    person: Person
    now: datetime
    stage: Stage
    counts: Counts
    review: Review | None
    plan: Plan | None
    question: str
    decision: Decision | None
    sessions: Sequence[Session]
    ratings: dict[str, tuple[Rated, ...]]
    missing_integration: int
    therapy_held: int
    requests_overdue: int
    may_book: bool


def stations_of(known: Known) -> tuple[Station, ...]:
    """Return the eight stations with one of them "now": what waits first of all.

    That is whoever is in the clinic, then an open decision, then the first station that waits.
    """
    found = [
        _history(known),
        _eligibility(known),
        _plan(known),
        _infusion(known),
        _integration(known),
        _measurement(known),
        _adaptation(known),
        _learning(known),
    ]
    waiting = [index for index, station in enumerate(found) if station.state == "now"]
    if not waiting:
        return tuple(found)
    here = any(session.is_open for session in known.sessions)
    first = min(waiting, key=lambda i: (not (here and i == INFUSION), not _decides(known, i), i))
    return tuple(
        replace(station, state="next") if station.state == "now" and index != first else station
        for index, station in enumerate(found)
    )


def _decides(known: Known, index: int) -> bool:
    return bool(known.question) and index in {PLAN, ADAPTATION}


def _history(known: Known) -> Station:
    person = known.person
    trials = ngettext("{n} trial", "{n} trials", len(person.trials)).format(n=len(person.trials))
    if not person.diagnoses and not person.trials:
        return _station(known, _("History"), "now", _("Nothing recorded yet."), "history:overview")
    answer = {True: _("resistant"), False: _("not resistant"), None: _("stage open")}
    state = "now" if not person.trials or not person.diagnoses else "done"
    text = f"{trials}; {answer[known.stage.resistant]}"
    return _station(known, _("History"), state, text, "history:overview")


def _eligibility(known: Known) -> Station:
    review, counts = known.review, known.counts
    name, route = _("Eligibility"), "eligibility:review"
    if counts.stops:
        text = ngettext("{n} hard stop", "{n} hard stops", counts.stops).format(n=counts.stops)
        return _station(known, name, "blocked", text, route)
    if review is None:
        text = _("Not reviewed; {n} open").format(n=counts.held)
        state = "now" if known.person.trials else "none"
        return _station(known, name, state, text, route)
    text = f"{review.get_decision_display()}, {_day(review.at)}"
    if review.decision != Review.Decision.ELIGIBLE:
        return _station(known, name, "blocked", text, route)
    if counts.held:
        text += "; " + _("{n} open since").format(n=counts.held)
    return _station(known, name, "done", text, route)


def _plan(known: Known) -> Station:
    name, plan = _("Plan"), known.plan
    if known.question and not known.person.infusions:
        return _station(known, name, "now", _("Needs a decision."), "plans:overview")
    if plan is None:
        state = "now" if known.review and known.review.decision == "eligible" else "none"
        if known.person.infusions:
            return _station(known, name, "done", _("The last plan has ended."), "plans:overview")
        return _station(known, name, state, _("No plan in force."), "plans:overview")
    text = _("{n} × {dose} mg/kg over {minutes} min").format(
        n=plan.number, dose=f"{plan.dose_mg_per_kg:g}", minutes=f"{plan.minutes:g}"
    )
    return _station(known, name, "done", text, "plans:overview")


def _infusion(known: Known) -> Station:
    name, given = _("Infusion"), len(known.person.infusions)
    here = next((s for s in known.sessions if s.is_open), None)
    if here is not None:
        address = reverse("infusions:session", args=[here.pk])
        return Station(name=name, state="now", text=str(here.get_phase_display()), address=address)
    coming = [
        s for s in known.sessions if s.phase == Phase.SCHEDULED and s.scheduled_at >= known.now
    ]
    of = f" / {known.plan.number}" if known.plan else ""
    text = _("{n} given").format(
        n=f"{given}{of}" if known.plan and given <= known.plan.number else given
    )
    if coming:
        text += "; " + _("next {day}").format(day=_day(coming[0].scheduled_at))
        address = reverse("infusions:session", args=[coming[0].pk])
        return Station(name=name, state="next", text=text, address=address)
    if known.plan is not None:
        in_plan = sum(1 for s in known.sessions if s.plan_id == known.plan.pk and s.started_at)
        if in_plan < known.plan.number:
            text += "; " + _("none booked")
            if not known.may_book:
                return Station(name=name, state="now", text=text)
            return _station(known, name, "now", text, "infusions:book")
    return Station(
        name=name, state="done" if given else "none", text=text if given else _("None yet.")
    )


def _integration(known: Known) -> Station:
    name, route = _("Integration"), "therapy:overview"
    if known.missing_integration:
        lacking = ngettext(
            "{n} infusion without a session",
            "{n} infusions without a session",
            known.missing_integration,
        )
        text = lacking.format(n=known.missing_integration)
        return _station(known, name, "now", text, route)
    if not known.therapy_held:
        return _station(known, name, "none", _("No session yet."), route)
    text = ngettext("{n} session held", "{n} sessions held", known.therapy_held)
    return _station(known, name, "done", text.format(n=known.therapy_held), route)


def _measurement(known: Known) -> Station:
    name, route = _("Measurement"), "questionnaires:overview"
    rows = known.ratings.get("gad7", ())
    if not rows:
        return _station(known, name, "now", _("No GAD-7 yet."), route)
    last = rows[-1]
    text = _("GAD-7 {total} on {day}").format(total=f"{last.total:g}", day=_day(last.at))
    if known.requests_overdue:
        return _station(known, name, "now", text + "; " + _("answers overdue"), route)
    return _station(known, name, "done", text, route)


def _adaptation(known: Known) -> Station:
    name, decision = _("Adaptation"), known.decision
    if known.question and known.person.infusions:
        return _station(known, name, "now", _("Needs a decision."), "plans:overview")
    if decision is None or not known.person.infusions:
        return _station(known, name, "none", _("No decision yet."), "plans:overview")
    text = f"{decision.get_kind_display()}, {_day(decision.at)}"
    return _station(known, name, "done", text, "plans:overview")


def _learning(known: Known) -> Station:
    name = _("Clinic learns")
    change = change_of(known.ratings.get("gad7", ()), known.person)
    if change is None:
        return Station(name=name, state="none", text=_("Nothing to count yet."))
    return Station(
        name=name,
        state="done",
        text=_("GAD-7 {change}, counted in outcomes.").format(change=change),
    )


def change_of(rows: Sequence[Rated], person: Person) -> str | None:
    """Return the change since the last score before the first infusion, in points and per cent."""
    zero = person.day_zero
    if zero is None:
        return None
    before = [r for r in rows if r.at <= zero and r.total is not None]
    after = [r for r in rows if r.at > zero and r.total is not None]
    if not before or not after:
        return None
    instrument: Instrument = load_instruments()[rows[0].instrument]
    first, last = before[-1].total, after[-1].total
    assert first is not None  # noqa: S101 - filtered above
    assert last is not None  # noqa: S101 - filtered above
    change = judge_change(instrument, first, last)
    points = -change.points
    sign = "+" if points > 0 else "−" if points < 0 else "±"
    return _("{sign}{points} points").format(sign=sign, points=f"{abs(points):g}")


def _station(known: Known, name: str, state: str, text: str, route: str) -> Station:
    try:
        address = reverse(route, args=[known.patient.pk])
    except NoReverseMatch:
        address = ""  # a page this installation does not have
    return Station(name=name, state=state, text=text, address=address)


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j M")
