"""The contexts of the session's page: what each phase shows, ready for the templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import Form
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.history.access import diagnoses_of
from ketacare.clinic.infusions import access, arriving, charts, checks, forms
from ketacare.clinic.infusions.acts import ACTS, Act
from ketacare.clinic.infusions.charts import Figure
from ketacare.clinic.infusions.entering import KEEPS
from ketacare.clinic.infusions.expecting import Expected, expected
from ketacare.clinic.infusions.leaving import Leaving, leaving_of
from ketacare.clinic.infusions.models import Phase, Session
from ketacare.clinic.infusions.outlook import Outlook, limits_of, outlook_of
from ketacare.clinic.infusions.showing_arrival import ArrivalRow, rows_of
from ketacare.clinic.infusions.watching import Readings, Watch, watch
from ketacare.clinic.records import access as records
from ketacare.clinic.vitals import access as vitals
from ketacare.clinic.vitals.forms import ALL, PRESSURE, TOGETHER, ObservationForm, steps_of
from ketacare.clinic.work import access as work
from ketacare.clinic.work.drafts import fill
from ketacare.clinic.work.owners import Owner
from ketacare.core.errors import InputError
from ketacare.core.planning import PumpSheet, dosing_weight
from ketacare.core.record import Person, Vital
from ketacare.core.safety import (
    FactDefinition,
    Gate,
    Outcome,
    RuleFinding,
    Station,
    observation_ends,
)
from ketacare.knowledge.load import (
    load_check_in,
    load_observations,
    load_policy,
    load_protocol,
)
from ketacare.knowledge.loading.bedside import Step as ScaleStep

STATIONS = {
    Phase.CHECKED_IN: Station.BEFORE_DOSE,
    Phase.READY: Station.BEFORE_DOSE,
    Phase.RECOVERY: Station.DISCHARGE,
}
# What is entered at the bedside, in the order of use: the most frequent first.
_ENTRIES = (
    PRESSURE,
    "spo2",
    "heart_rate",
    "moaas",
    "distress",
    "cadss6",
    "nausea",
    "respiratory_rate",
    "pain",
    "temperature",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to observe: its name, and its numbers or its steps to tap."""

    name: str
    title: str
    form: Form | None
    field: str
    steps: tuple[ScaleStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One act that is possible now, with its form on the page."""

    act: Act
    form: Form
    typed: bool

    @property
    def keeps(self) -> bool:
        """Whether a page may keep it on its device while it has no server."""
        return self.act.name in KEEPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check or criterion as a row: outcome in words, sentence, what is missing, its override."""

    finding: RuleFinding
    status: str
    word: str
    override: Any = None
    may_override: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything the session's page shows."""

    session: Session
    number: int
    watch: Watch
    expected: Expected | None
    offers: dict[str, Offer]
    arrival: tuple[ArrivalRow, ...]
    entries: tuple[Entry, ...]
    checks: tuple[Check, ...]
    open_questions: tuple[FactDefinition, ...]
    standing: int
    leaving: Leaving | None
    leave_at: datetime | None
    sheet: PumpSheet | None
    shows_sheet: bool
    may_second_check: bool
    may_override: bool
    monitor_offer: dict[Vital, str]

    @property
    def checks_open(self) -> tuple[Check, ...]:
        """What is not simply met, in the order of urgency."""
        return tuple(c for c in self.checks if c.finding.outcome is not Outcome.PASS)

    @property
    def checks_unknown(self) -> tuple[Check, ...]:
        """What is not known yet: each stands in its step of the check-in."""
        unknown = Outcome.CANNOT_TELL
        return tuple(c for c in self.checks if c.finding.outcome is unknown and c.override is None)

    @property
    def checks_told(self) -> tuple[Check, ...]:
        """What is known and not simply met, or gone past."""
        unknown = self.checks_unknown
        return tuple(c for c in self.checks_open if c not in unknown)

    @property
    def checks_met(self) -> tuple[Check, ...]:
        """What is met."""
        return tuple(c for c in self.checks if c.finding.outcome is Outcome.PASS)

    @property
    def arrival_done(self) -> int:
        """How many steps of the check-in are settled."""
        return sum(not row.opens for row in self.arrival)

    @property
    def candidates(self) -> bool:
        """Whether a limit shown was not verified yet."""
        return any(c.finding.status == "candidate" for c in self.checks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the core says about the session at its station, and the questions that are open."""

    person: Person | None
    before: tuple[checks.Checked, ...]
    gate: Gate | None
    questions: tuple[FactDefinition, ...]


def judge(session: Session, *, now: datetime) -> Judged:
    """Ask the checks before the dose or the gate, whichever belongs to the phase."""
    station = STATIONS.get(Phase(session.phase))
    if station is None:
        return Judged(person=None, before=(), gate=None, questions=())
    person = checks.person_of(session, now=now)
    asked = load_policy().questions_at(station)
    if station is Station.DISCHARGE:
        gate = checks.gate_of(session, now=now, person=person)
        codes = _gate_questions(gate)
        questions = forms.questions_among(asked, codes)
        return Judged(person=person, before=(), gate=gate, questions=questions)
    before = tuple(checks.before_dose(session, now=now, person=person))
    codes = {code for each in before for code in each.finding.missing} - settled_by_forms()
    questions = forms.questions_among(asked, codes)
    return Judged(person=person, before=before, gate=None, questions=questions)


def settled_by_forms() -> set[str]:
    """Return the questions that a form of the check-in answers; they are asked nowhere else."""
    return {step.settles for step in load_check_in().steps if step.settles}


def open_questions_of(session: Session, *, now: datetime) -> tuple[FactDefinition, ...]:
    """Return the questions of the session's station that are open."""
    return judge(session, now=now).questions


def page_of(session: Session, user: User, readings: Readings, *, now: datetime) -> Page:
    """Return the whole page but its charts and its log."""
    number = access.session_number(session)
    judged = judge(session, now=now)
    rows = [_check_row(each.finding, each.override, user) for each in judged.before]
    if judged.gate is not None:
        rows = [_check_row(item, None, user) for item in judged.gate.items]
    return Page(
        session=session,
        number=number,
        watch=watch(session, readings, now=now),
        expected=_expected(session, readings, number, now),
        offers=_offers(session, user, judged.person, now),
        arrival=_arrival(session, user, judged),
        entries=_entries(session, user, now),
        checks=tuple(rows),
        open_questions=judged.questions,
        standing=sum(each.stands for each in judged.before),
        leaving=_leaving(session, judged, now),
        leave_at=_leave_at(session),
        sheet=_sheet(session),
        shows_sheet=session.second_at is not None or session.prepared_by_id == user.pk,
        may_second_check=session.prepared_by_id is not None and session.prepared_by_id != user.pk,
        may_override=may(user, Permission.ELIGIBILITY_OVERRIDE),
        monitor_offer=_monitor_offer(readings),
    )


def figures_of(session: Session, readings: Readings, *, now: datetime) -> tuple[Figure, ...]:
    """Return the charts of a session."""
    number = access.session_number(session)
    if session.checked_in_at is None:
        return ()
    # Before the start the charts show what to expect if it were now.
    zero = session.started_at or session.cancelled_at or now
    return charts.figures(
        zero=zero,
        now=now,
        live=session.is_open,
        persons=readings.persons,
        spans=vitals.device_spans(session.pk),
        events=readings.history,
        expected=_expected(session, readings, number, now),
        policy=load_policy(),
    )


def outlook_shown(session: Session, readings: Readings, *, now: datetime) -> Outlook | None:
    """Return what is expected beside what is measured; nothing after the person has left."""
    if session.checked_in_at is None or not session.is_open:
        return None
    return outlook_of(
        _expected(session, readings, access.session_number(session), now),
        zero=session.started_at or now,
        now=now,
        measured=(*readings.persons, *readings.device),
    )


def _expected(session: Session, readings: Readings, number: int, now: datetime) -> Expected | None:
    if session.rate_ml_h is None:
        return None
    return expected(
        session,
        readings.history,
        baseline=readings.baseline,
        diagnoses=diagnoses_of(session.patient_id),
        number=number,
        now=now,
        limits=limits_of(load_policy(), readings.baseline, now.date()),
    )


def _offers(session: Session, user: User, person: Person | None, now: datetime) -> dict[str, Offer]:
    found: dict[str, Offer] = {}
    if records.seal_of(session.pk) is not None:
        return found  # what is to be said of it now is an addendum
    for name, act in ACTS.items():
        if session.phase not in act.phases or not may(user, act.permission):
            continue
        form = form_for(act, session, user, person=person, now=now)
        draft = work.draft_of(Owner(user=user), draft_key(act, session))
        if draft is not None:
            fill(form, draft)
            form.initial["version"] = session.version
        form.draft_key = draft_key(act, session)  # type: ignore[attr-defined] # read by autosave
        form.draft_saved_at = None  # type: ignore[attr-defined] # the act's own page shows it
        found[name.replace("-", "_")] = Offer(act=act, form=form, typed=draft is not None)
    return found


def draft_key(act: Act, session: Session) -> str:
    """Return the name under which what is typed into an act's form is kept."""
    return f"infusion.{act.name}:{session.pk}"


def form_arguments(
    act: Act, session: Session, user: User, *, person: Person | None, now: datetime
) -> dict[str, Any]:
    """Return what an act's form is made with, beside what was typed."""
    arguments: dict[str, Any] = {"auto_id": f"id_{act.name}_%s"}
    initial: dict[str, Any] = {"version": session.version}
    if act.form is forms.SheetForm:
        arguments["may_order"] = may(user, Permission.PLAN_SIGN)
        initial = forms.sheet_initial(session, _weight(person, now))
    elif act.form is forms.ChairForm:
        initial["chair"] = session.chair_id
    arguments["initial"] = initial
    return arguments


def form_for(
    act: Act, session: Session, user: User, *, person: Person | None, now: datetime
) -> Form:
    """Return the empty form of an act."""
    return act.form(**form_arguments(act, session, user, person=person, now=now))


def _weight(person: Person | None, now: datetime) -> float | None:
    if person is None:
        return None
    try:
        return dosing_weight(person, protocol=load_protocol(), now=now)
    except InputError:
        return None  # the field stays empty, and the check of the weight says why


def _arrival(session: Session, user: User, judged: Judged) -> tuple[ArrivalRow, ...]:
    if judged.person is None or judged.gate is not None:
        return ()
    return rows_of(session, arriving.arrival_of(session, judged.before, judged.person), user)


def _entries(session: Session, user: User, now: datetime) -> tuple[Entry, ...]:
    if not session.is_open or not may(user, Permission.VITALS_RECORD):
        return ()
    known = load_observations()
    found = []
    for name in _ENTRIES:
        pressure = name == PRESSURE
        title = _("Blood pressure") if pressure else known[Vital(name)].short
        steps = () if pressure else steps_of(Vital(name))
        form = None
        if not steps:
            form = ObservationForm(name=name, now=now, auto_id=f"id_{name}_%s")
        found.append(Entry(name=name, title=title, form=form, field=name, steps=steps))
    return tuple(found)


def _check_row(finding: RuleFinding, override: Any, user: User) -> Check:
    from ketacare.clinic.eligibility.access import is_held

    held = is_held(finding, override)
    if override is not None:
        waits = not override.is_complete
        status, word = ("watch", _("Waits for a signature")) if waits else ("info", _("Overridden"))
    else:
        status, word = {
            Outcome.PASS: ("good", _("Met")),
            Outcome.WARN: ("watch", _("Note")),
            Outcome.BLOCK: ("stop", _("Not met")),
            Outcome.CANNOT_TELL: ("none" if not held else "watch", _("Not known")),
        }[finding.outcome]
    return Check(
        finding=finding,
        status=status,
        word=word,
        override=override,
        # At discharge it is the whole gate a physician goes past, not one criterion of it.
        may_override=finding.station is Station.BEFORE_DOSE
        and finding.needs_override
        and override is None
        and may(user, Permission.ELIGIBILITY_OVERRIDE),
    )


def _gate_questions(gate: Gate) -> set[str]:
    """Return the questions of the gate that are not yet answered well."""
    open_items = [item for item in gate.items if item.outcome is not Outcome.PASS]
    return {code for item in open_items for code in item.missing} | {
        fact.name for item in open_items for fact in item.facts
    }


def leaving_now(session: Session, *, now: datetime) -> Leaving | None:
    """Return how leaving stands, ``None`` outside the recovery."""
    return _leaving(session, judge(session, now=now), now)


def _leaving(session: Session, judged: Judged, now: datetime) -> Leaving | None:
    if judged.gate is None or judged.person is None:
        return None
    return leaving_of(session, judged.gate, judged.person, now=now)


def _leave_at(session: Session) -> datetime | None:
    if session.started_at is None or session.phase != Phase.RECOVERY:
        return None
    return observation_ends(load_policy(), session.started_at, session.ended_at)


def _sheet(session: Session) -> PumpSheet | None:
    if session.dose_mg is None or session.phase not in {Phase.CHECKED_IN, Phase.READY}:
        return None
    return checks.sheet_of(session)


def _monitor_offer(readings: Readings) -> dict[Vital, str]:
    """Return the monitor's last values, for a person to look at and take over as their own."""
    newest = {m.kind: m for m in readings.device}
    return {kind: f"{newest[kind].value:g}" for kind in TOGETHER[ALL] if kind in newest}
