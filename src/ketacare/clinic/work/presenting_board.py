"""What today's board shows to one person: a few queries for the whole clinic, put in an order.

The front desk and the manager get times and names without anything clinical. What is overdue or
waits longest comes first within its part. Reading the board is not reading a chart; each row leads
to the page where the reading is recorded.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import Role, may, sees_clinical
from ketacare.clinic.infusions import access as infusions
from ketacare.clinic.infusions.alerting import held_of
from ketacare.clinic.infusions.marks import Mark, marks_of
from ketacare.clinic.infusions.models import Phase, Session
from ketacare.clinic.patients.access import patients_by_id
from ketacare.clinic.vitals.access import Connection
from ketacare.clinic.work.access import open_tasks_for
from ketacare.clinic.work.models import Task, TaskKind
from ketacare.clinic.work.needing import order_of
from ketacare.core.safety import DueItem

if TYPE_CHECKING:
    from ketacare.clinic.infusions.pages import Heard
    from ketacare.clinic.infusions.watching import Watch
    from ketacare.clinic.questionnaires.models import RiskAnswer

PHASE_LEVEL = {
    Phase.CHECKED_IN: "info",
    Phase.READY: "info",
    Phase.RUNNING: "good",
    Phase.PAUSED: "watch",
    Phase.RECOVERY: "info",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One person in a chair: phase and since when, what is due, how old the last value is."""

    session: Session
    address: str
    level: str
    minutes: int
    card: str
    overdue: str
    next_due: str
    next_due_at: datetime | None
    values: tuple[str, ...]
    concerns: tuple[str, ...]
    value_age: str
    value_epoch: float | None
    connection: Connection
    silent: bool
    unheard: bool
    marks: tuple[Mark, ...]
    held: tuple[str, ...]
    lost_page: Heard | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody who comes today, by name for those who may know it; ``late`` when not here in time."""

    session: Session
    name: str | Promise
    address: str
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line: whose, what, since or until when, and where it is done."""

    name: str | Promise
    text: str
    address: str
    at: datetime | None = None
    kind: str | Promise = ""
    role: str | Promise = ""
    overdue: bool = False
    mine: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the board with its rows; ``key`` names its template.

    ``folded`` counts rows for others that are shown when asked for.
    """

    key: str
    title: str | Promise
    rows: Sequence[Seat | Visit | Row]
    empty: str | Promise
    folded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The board as one person sees it at ``now``."""

    now: datetime
    columns: tuple[tuple[Part, ...], ...]
    clinical: bool
    others: bool
    done_today: int


# Which parts a role sees, by column and in which order; on a phone one column follows the other.
_COLUMNS: dict[Role, tuple[tuple[str, ...], ...]] = {
    Role.PSYCHIATRIST: (("risks", "decisions", "watch"), ("chairs", "today", "due")),
    Role.NURSE: (("chairs", "today"), ("risks", "due", "decisions")),
    Role.ANAESTHESIA: (("chairs", "today"), ("risks", "due", "decisions")),
    Role.THERAPIST: (("risks", "watch", "due"), ("today", "chairs", "decisions")),
}
_NOT_CLINICAL = (("today", "due"),)


def board_of(user: User, *, now: datetime, others: bool = False) -> Board:
    """Return the board of one person; without clinical content for those who see none.

    ``others`` shows what is due for other roles too.
    """
    clinical = sees_clinical(user)
    day_start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    sessions = list(infusions.sessions_between(day_start, day_start + timedelta(days=1)))
    wanted = _COLUMNS[Role(user.role)] if clinical else _NOT_CLINICAL
    makers: dict[str, Callable[[], Part | None]] = {
        "risks": lambda: _risks(now=now),
        "decisions": _decisions,
        "watch": lambda: _watch(now=now),
        "chairs": lambda: _chairs(now=now),
        "today": lambda: _today(user, sessions, now=now),
        "due": lambda: _due(user, now=now, clinical=clinical, others=others),
    }
    columns = tuple(
        tuple(part for key in column if (part := makers[key]()) is not None) for column in wanted
    )
    done = sum(1 for s in sessions if s.phase == Phase.DISCHARGED)
    return Board(now=now, columns=columns, clinical=clinical, others=others, done_today=done)


def sees_chairs(user: User) -> bool:
    """Return whether the board shows this person the chairs as they change."""
    return may(user, Permission.INFUSION_VIEW) and may(user, Permission.VITALS_VIEW)


def _chairs(*, now: datetime) -> Part:
    from ketacare.clinic.infusions.hub import known
    from ketacare.clinic.infusions.watching import read, watch

    here = list(infusions.open_sessions())
    marks, held = marks_of(here), held_of(here)
    seen_now = known(now=now)  # what the server has just looked at is not asked again
    watched = [seen_now.get(s.pk) or watch(s, read(s, now=now), now=now) for s in here]
    return Part(
        key="chairs",
        title=_("In the chair now"),
        rows=[
            seat_of(seen, marks.get(seen.session.pk, ()), held.get(seen.session.pk, ()))
            for seen in sorted(watched, key=place_of(held))
        ],
        empty=_("Nobody is in a chair."),
    )


def place_of(held: Collection[uuid.UUID]) -> Callable[[Watch], tuple[bool, tuple[object, ...]]]:
    """Return the key of the order of the chairs: a crossed limit nobody has seen comes first."""
    return lambda seen: (seen.session.pk not in held, order_of(seen))


def seat_of(seen: Watch, marks: tuple[Mark, ...], held: tuple[str, ...]) -> Seat:
    """Return what the board shows of one chair; ``held`` are its limits nobody acknowledged."""
    session = seen.session
    known = [tile for tile in seen.tiles if tile.state.at is not None]
    newest = max(known, key=lambda t: t.state.at or seen.now, default=None)
    late = [due.item for due in seen.due if due.is_late]
    ahead = [due.item for due in seen.due if not due.is_late]
    following = min(ahead, key=lambda item: item.due_at, default=None)
    return Seat(
        session=session,
        address=reverse("infusions:session", args=[session.pk]),
        level=PHASE_LEVEL.get(Phase(session.phase), "none"),
        card="stop" if late or seen.concerns or held else "good",
        minutes=seen.phase_minutes,
        overdue=_overdue(late),
        next_due="" if following is None else following.label,
        next_due_at=None if following is None else following.due_at,
        values=tuple(f"{t.short} {t.value} {t.unit}".strip() for t in known if t.value),
        concerns=tuple(f"{t.short} {t.value} {t.unit}: {t.level_word}" for t in seen.concerns),
        value_age="" if newest is None else newest.age,
        value_epoch=None if newest is None else newest.epoch,
        connection=seen.connection,
        silent=seen.monitor_silent,
        unheard=session.chair is not None and seen.connection.age_seconds is None,
        marks=marks,
        held=held,
        lost_page=seen.lost_page,
    )


def _overdue(items: Sequence[DueItem]) -> str:
    """Return what is late in one line: the labels, and by how much the latest is."""
    if not items:
        return ""
    labels = ", ".join(item.label for item in items)
    late = max(item.overdue_minutes for item in items)
    text = f"{labels[:1].upper()}{labels[1:]}"
    if late < 1:
        return _("{what}: due now.").format(what=text)
    return _("{what}: overdue by up to {n} min.").format(what=text, n=round(late))


def _today(user: User, sessions: Iterable[Session], *, now: datetime) -> Part:
    to_session, names = may(user, Permission.INFUSION_VIEW), may(user, Permission.PATIENT_VIEW)
    visits = [
        Visit(
            session=session,
            name=session.patient.name if names else _("A patient"),
            address=_visit_page(session, to_session=to_session) if names else "",
            late=session.phase == Phase.SCHEDULED and session.scheduled_at < now,
        )
        for session in sessions
        if session.phase == Phase.SCHEDULED or not to_session
    ]
    return Part(
        key="today",
        title=_("Coming today") if to_session else _("Appointments today"),
        rows=visits,
        empty=_("Nobody else is booked for today."),
    )


def _visit_page(session: Session, *, to_session: bool) -> str:
    if to_session:
        return reverse("infusions:session", args=[session.pk])
    return reverse("patients:chart", args=[session.patient_id])


def _decisions() -> Part:
    from ketacare.clinic.plans.access import patients_needing_decision

    rows = [
        Row(
            name=needed.patient.name,
            text=needed.sentence,
            address=_page("plans:overview", needed.patient_id),
            at=needed.since,
        )
        for needed in patients_needing_decision()
    ]
    return Part(
        key="decisions",
        title=_("Plans that need a decision"),
        rows=rows,
        empty=_("No plan waits for a decision."),
    )


def _watch(*, now: datetime) -> Part | None:
    from ketacare.clinic.plans.access import patients_standing_out

    rows = [
        Row(
            name=found.patient.name,
            text=found.sentence,
            address=_page("plans:overview", found.patient.pk) + "#watch",
            at=found.since,
            note=found.accuracy,
        )
        for found in patients_standing_out(now=now)
    ]
    if not rows:
        return None
    return Part(key="watch", title=_("Watch: courses that stand out"), rows=rows, empty="")


def _risks(*, now: datetime) -> Part | None:
    from ketacare.clinic.questionnaires.access import open_risk_answers

    answers = list(open_risk_answers().select_related("patient"))
    if not answers:
        return None  # an empty box about risk would only train the eye to skip it
    by_patient: dict[uuid.UUID, list[RiskAnswer]] = {}
    for answer in sorted(answers, key=lambda answer: answer.raised_at):
        by_patient.setdefault(answer.patient_id, []).append(answer)
    rows = []
    for patient_id, found in by_patient.items():
        late = min((since for answer in found if (since := _late_since(answer, now))), default=None)
        notes = []
        if len(found) > 1:
            day = date_format(timezone.localtime(found[-1].raised_at), "j M")
            notes.append(_("{n} answers, the newest of {day}").format(n=len(found), day=day))
        if late is not None and any(answer.taken_at is None for answer in found):
            notes.append(_("nobody has taken it on"))
        rows.append(
            Row(
                name=found[0].patient.name,
                text=found[-1].sentence,
                address=_page("questionnaires:overview", patient_id),
                at=late or found[0].due_at,
                kind=" · ".join(notes),
                overdue=late is not None,
            )
        )
    return Part(key="risks", title=_("Answers about risk"), rows=rows, empty="")


def _late_since(answer: RiskAnswer, now: datetime) -> datetime | None:
    """Return since when an answer waits too long: to be taken on, or to be done."""
    waited_for = [answer.due_at]
    if answer.taken_at is None and answer.acknowledge_by is not None:
        waited_for.append(answer.acknowledge_by)
    first = min(waited_for)
    return first if first < now else None


def _due(user: User, *, now: datetime, clinical: bool, others: bool) -> Part | None:
    """Return what is due: the person's own role's, oldest first, then the others' when asked for.

    What is overdue for everybody (no role's) is never folded away.
    """
    tasks = list(open_tasks_for(user).exclude(kind=TaskKind.RISK if clinical else ""))
    people = patients_by_id({task.patient_id for task in tasks})
    soon, names = now + timedelta(days=1), may(user, Permission.PATIENT_VIEW)
    rows = [
        Row(
            name=people[task.patient_id].name if names else _("A patient"),
            text=task.sentence,
            address=(
                _task_page(task, user) if clinical else _page("patients:chart", task.patient_id)
            )
            if names
            else "",
            at=task.due_at,
            kind=task.get_kind_display(),
            role=task.get_role_display(),
            overdue=task.due_at < now,
            mine=task.role == user.role,
        )
        for task in tasks
        if task.patient_id in people
        and people[task.patient_id].is_open
        and (task.due_at < soon or task.role == user.role)
    ]
    if clinical:
        rows += _unanswered(now=now, known={(task.patient_id, task.kind) for task in tasks})
    rows.sort(key=lambda row: (not row.mine, row.at or now))
    if not rows and not clinical:
        return None
    folded = [row for row in rows if row.role and not row.mine] if clinical and not others else []
    return Part(
        key="due",
        title=_("Due and overdue"),
        rows=[row for row in rows if row not in folded],
        empty=_("Nothing is due for you."),
        folded=len(folded),
    )


def _unanswered(*, now: datetime, known: set[tuple[uuid.UUID, str]]) -> list[Row]:
    """Return questionnaires not answered in time that no task stands for."""
    from ketacare.clinic.questionnaires.access import requests_due

    return [
        Row(
            name=request.patient.name,
            text=_("Did not answer the questionnaire."),
            address=_page("questionnaires:overview", request.patient_id),
            at=request.due_at,
            kind=TaskKind.QUESTIONNAIRE.label,
            overdue=True,
        )
        for request in requests_due(now=now)
        if (request.patient_id, TaskKind.QUESTIONNAIRE.value) not in known
        and request.patient.is_open
    ]


_TASK_PAGES = {
    TaskKind.HISTORY: "history:overview",
    TaskKind.REVIEW: "eligibility:review",
    TaskKind.PLAN: "plans:overview",
    TaskKind.QUESTIONNAIRE: "questionnaires:overview",
    TaskKind.RISK: "questionnaires:overview",
    TaskKind.PREPARATION: "therapy:overview",
    TaskKind.INTEGRATION: "therapy:overview",
}


_AFTER_INFUSION = {TaskKind.CALL, TaskKind.FOLLOW_UP, TaskKind.OBSERVATION}


def _after_infusion(task: Task, user: User) -> str:
    about, _colon, rest = task.object_id.partition(":")
    if about == "event" and may(user, Permission.INFUSION_VIEW):
        return reverse("infusions:event", args=[uuid.UUID(rest.partition(":")[0])])
    if about == "event":
        return _page("patients:chart", task.patient_id)
    infusion = uuid.UUID(task.object_id)
    if task.kind == TaskKind.CALL and may(user, Permission.INFUSION_RUN):
        return reverse("infusions:act", args=[infusion, "call"])
    if may(user, Permission.INFUSION_VIEW):
        return reverse("infusions:session", args=[infusion])
    return _page("patients:chart", task.patient_id)


def _task_page(task: Task, user: User) -> str:
    if task.kind == TaskKind.REVIEW and task.object_id:  # what is due between infusions
        return f"{_page('eligibility:review', task.patient_id)}?station=follow_up"
    if task.kind in _AFTER_INFUSION and task.object_id:
        return _after_infusion(task, user)
    if task.kind == TaskKind.COSIGN and task.object_id:
        if not may(user, Permission.ELIGIBILITY_COSIGN):  # others see it waiting in the review
            return _page("eligibility:review", task.patient_id)
        try:
            return reverse("eligibility:cosign", args=[task.patient_id, uuid.UUID(task.object_id)])
        except ValueError:
            return _page("eligibility:review", task.patient_id)
    return _page(_TASK_PAGES.get(TaskKind(task.kind), "patients:chart"), task.patient_id)


def _page(route: str, patient_id: uuid.UUID) -> str:
    try:
        return reverse(route, args=[patient_id])
    except NoReverseMatch:
        return reverse("patients:chart", args=[patient_id])
