"""Limits that were crossed: held until somebody acknowledges them, and told to a named person after that.

Raised in the transaction that stores the value, on the server's clock. A red value is held once it is
confirmed as the policy says (a pressure by a second reading), a critical one at once. A value within its
limits again, or none at all, clears nothing: only a person does.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.infusions.models import FLOWING_PHASES, LimitAlert, Phase, Session
from ketacare.clinic.work import actions as work
from ketacare.clinic.work.models import TaskKind
from ketacare.core.record import Measurement, Origin, Vital
from ketacare.core.safety import Level, Range, VitalState, judge_vitals, level_of
from ketacare.knowledge.load import load_observations, load_policy
from ketacare.knowledge.loading.bedside import spoken_unit

HELD = (Level.RED, Level.CRITICAL)
WATCHED = (*FLOWING_PHASES, Phase.RECOVERY)
LOOK_BACK = timedelta(minutes=15)  # for the second reading that confirms a red one
APART = timedelta(minutes=2)  # beyond again after this long within limits is a new crossing
REWRITE = timedelta(
    seconds=10
)  # a standing alert is brought up to date that often, not each second


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One value that arrived for a session."""

    kind: Vital
    value: float
    at: datetime
    origin: Origin


def notice(session: Session, values: Iterable[Seen], *, now: datetime) -> int:
    """Hold what crosses red or critical; return how many alerts were raised or became worse."""
    if session.phase not in WATCHED:
        return 0
    day = timezone.localdate(now)
    beyond = [(each, level_of(_ranges(each.kind, day), each.value)[0]) for each in values]
    return sum(_hold(session, each, level, now) for each, level in beyond if level in HELD)


@lru_cache(maxsize=256)
def _ranges(kind: Vital, day: date) -> tuple[Range, ...]:
    """Return the fixed limits of a sign; a rise above rest is amber only and is not held."""
    limits = load_policy().monitoring.vitals.get(kind)
    return () if limits is None else limits.ranges_on(day, None)


def _hold(session: Session, seen: Seen, level: Level, now: datetime) -> bool:
    last = LimitAlert.objects.filter(session=session, kind=seen.kind).order_by("raised_at").last()
    worse = last is not None and HELD.index(level) > HELD.index(Level(last.level))
    if last is not None and not worse:
        same = last.acknowledged_at is None or seen.at - last.last_at <= APART
        if same:
            if seen.at - last.last_at >= REWRITE:
                last.last_value, last.last_at = seen.value, seen.at
                last.save(update_fields=["last_value", "last_at"])
            return False
    state = _state(session, seen, now)
    if state is None or not state.confirmed:
        return False
    if last is not None and last.acknowledged_at is None:
        last.level, last.limit = level.value, state.limit[:120]
        last.last_value, last.last_at = seen.value, seen.at
        last.save(update_fields=["level", "limit", "last_value", "last_at"])
    else:
        last = LimitAlert.objects.create(
            session=session, kind=seen.kind, level=level.value, value=seen.value, at=seen.at,
            limit=state.limit[:120], last_value=seen.value, last_at=seen.at, raised_at=now,
        )  # fmt: skip
    audit.record(
        tag=audit.Tag.LIMIT_CROSSED,
        by=audit.SYSTEM,
        patient_id=session.patient_id,
        object_id=last.pk,
        details={"kind": seen.kind.value, "level": level.value, "at": seen.at.isoformat()},
    )
    return True


def _state(session: Session, seen: Seen, now: datetime) -> VitalState | None:
    """Return how the policy judges the value with those before it; ``None`` for one that is stale."""
    from ketacare.clinic.vitals.models import Value  # vitals know infusions too

    rows = Value.objects.filter(
        session=session, kind=seen.kind.value, value__isnull=False, superseded_by__isnull=True,
        at__gte=seen.at - LOOK_BACK, at__lt=seen.at,
    ).order_by("at")  # fmt: skip
    measured = [
        Measurement(kind=seen.kind, value=value, at=at, origin=Origin(origin))
        for value, at, origin in rows.values_list("value", "at", "origin")
        if value is not None
    ]
    measured.append(Measurement(kind=seen.kind, value=seen.value, at=seen.at, origin=seen.origin))
    states = judge_vitals(measured, {}, load_policy(), max(now, seen.at))
    return next((s for s in states if s.kind is seen.kind and Level(s.level) in HELD), None)


def waiting(sessions: Iterable[uuid.UUID]) -> QuerySet[LimitAlert]:
    """Return the alerts nobody has acknowledged, the critical ones first."""
    return (
        LimitAlert.objects.filter(session__in=list(sessions), acknowledged_at__isnull=True)
        .select_related("escalated_to", "session__patient", "session__chair")
        .order_by("level", "raised_at")
    )


def said(alert: LimitAlert) -> str:
    """Return an alert as one says it: the sign, its value, when, and the limit."""
    kind = Vital(alert.kind)
    unit = spoken_unit(kind)
    label = load_observations()[kind].label
    at = timezone.localtime(alert.at)
    text = _("{label} {value:g} {unit} at {at} (limit: {limit}).").format(
        label=label, value=alert.value, unit=unit, at=f"{at:%H:%M:%S}", limit=alert.limit
    )
    if alert.last_at > alert.at:
        last = timezone.localtime(alert.last_at)
        text += " " + _("Beyond it last at {at}: {value:g} {unit}.").format(
            at=f"{last:%H:%M:%S}", value=alert.last_value, unit=unit
        )
    return text


@transaction.atomic
def escalate(*, now: datetime) -> int:
    """Tell a named person of each alert that waited longer than the policy lets it; return how many."""
    monitoring, day = load_policy().monitoring, timezone.localdate(now)
    most = {
        Level.RED.value: monitoring.acknowledge_red.on(day).to("min"),
        Level.CRITICAL.value: monitoring.acknowledge_critical.on(day).to("min"),
    }
    late = [
        alert
        for alert in LimitAlert.objects.select_for_update(of=("self",))
        .select_related("session__patient", "session__chair")
        .filter(acknowledged_at__isnull=True, escalated_at__isnull=True)
        if now - alert.raised_at >= timedelta(minutes=most[alert.level])
    ]
    for alert in late:
        _tell(alert, now)
    return len(late)


def _tell(alert: LimitAlert, now: datetime) -> None:
    from ketacare.clinic.questionnaires.risk import named_for  # it reads sessions too

    session = alert.session
    named: User | None = named_for(session.patient)
    alert.escalated_at, alert.escalated_to = now, named
    alert.save(update_fields=["escalated_at", "escalated_to"])
    whom = "" if named is None else _(" On: {person}.").format(person=named)
    work.open_task(
        by=audit.SYSTEM,
        patient_id=session.patient_id,
        kind=TaskKind.OBSERVATION,
        sentence=(_("A limit was crossed and nobody has said that they saw it.") + whom)[:200],
        role=Role.ANAESTHESIA if named is None else Role(named.role),
        due_at=now,
        object_id=session.pk,
    )
    Session.objects.filter(pk=session.pk).update(changes=F("changes") + 1)
    audit.record(
        tag=audit.Tag.LIMIT_ESCALATED,
        by=audit.SYSTEM,
        patient_id=session.patient_id,
        object_id=alert.pk,
        details={"kind": alert.kind, "level": alert.level, "to": str(named or "")[:80]},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One alert as it is shown."""

    row: LimitAlert
    said: str


def held(session: Session) -> tuple[Held, ...]:
    """Return what is not acknowledged in one session, as it is shown."""
    return tuple(Held(row=row, said=said(row)) for row in waiting([session.pk]))


def held_of(sessions: Iterable[Session]) -> dict[uuid.UUID, tuple[str, ...]]:
    """Return what is not acknowledged in each of several sessions, as it is said."""
    found: dict[uuid.UUID, list[str]] = {}
    for row in waiting(session.pk for session in sessions):
        found.setdefault(row.session_id, []).append(said(row))
    return {pk: tuple(sentences) for pk, sentences in found.items()}
