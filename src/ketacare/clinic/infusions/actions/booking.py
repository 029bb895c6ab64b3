"""Booking a session, the chair it takes place in, the arrival, and calling it off."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.infusions.actions.stepping import allow, begin, finish, reasoned
from ketacare.clinic.infusions.models import OPEN_PHASES, Chair, Phase, Session, Step
from ketacare.core.errors import ErrorCode, InputError

if TYPE_CHECKING:
    from ketacare.clinic.patients.models import Patient
    from ketacare.clinic.plans.models import Plan


@transaction.atomic
def add_chair(*, name: str, by: User, now: datetime, device_id: str = "") -> Chair:
    """Add a chair and the monitor that stands at it; the same name again changes its monitor."""
    allow(by, Permission.INFUSION_RUN)
    name, device_id = name.strip(), device_id.strip()
    if not name:
        raise InputError(ErrorCode.MISSING_KEY, _("Give the chair a name."), where="name")
    other = Chair.objects.exclude(name__iexact=name).filter(device_id__iexact=device_id).first()
    if device_id and other is not None:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("Monitor {device} stands at {chair}; take it off there first.").format(
                device=device_id, chair=other.name
            ),
            where="device_id",
        )
    chair = Chair.objects.select_for_update().filter(name__iexact=name).first() or Chair(name=name)
    before, chair.device_id, chair.is_active = chair.device_id, device_id, True
    chair.save()
    from ketacare.clinic.vitals.inbox import standing_changed  # vitals know infusions too

    standing_changed(chair=chair, before=before, after=device_id, by=by, now=now)
    audit.record(
        tag=audit.Tag.MONITOR_ASSIGNED,
        by=by,
        object_id=chair.pk,
        details={"chair": name, "device": device_id},
    )
    return chair


@transaction.atomic
def schedule(
    *,
    patient: Patient,
    scheduled_at: datetime,
    by: User,
    now: datetime,
    plan: Plan | None = None,
    chair: Chair | None = None,
) -> Session:
    """Book a session; dose (mg/kg) and duration (min) come from the plan when there is one."""
    allow(by, Permission.INFUSION_RUN)
    session = Session.objects.create(
        patient=patient,
        plan=plan,
        chair=chair,
        scheduled_at=scheduled_at,
        phase_since=now,
        dose_mg_per_kg=plan.dose_mg_per_kg if plan else None,
        minutes=plan.minutes if plan else None,
    )
    Step.objects.create(session=session, act=Step.Act.SCHEDULE, version=1, at=now, by=by)
    audit.record(
        tag=audit.Tag.INFUSION_BOOKED,
        by=by,
        patient_id=patient.pk,
        object_id=session.pk,
        details={"scheduled_at": scheduled_at.isoformat(), "chair": chair.name if chair else None},
    )
    return session


@transaction.atomic
def assign_chair(
    *, session: Session, chair: Chair, by: User, now: datetime, expected_version: int | None
) -> Session:
    """Seat the person at another chair; its monitor's values belong to them from now on."""
    current = begin(
        session,
        by=by,
        permission=Permission.INFUSION_RUN,
        expected_version=expected_version,
        phases=(Phase.SCHEDULED, *OPEN_PHASES),
        act=Step.Act.ASSIGN,
    )
    if current.is_open:
        _must_be_free(chair, current)
    current.chair = chair
    finish(current, act=Step.Act.ASSIGN, by=by, now=now, text=chair.name)
    _record_monitor(current, by)
    return current


@transaction.atomic
def check_in(
    *,
    session: Session,
    by: User,
    now: datetime,
    expected_version: int | None,
    chair: Chair | None = None,
) -> Session:
    """Receive the person: from now on the chair's monitor is theirs."""
    current = begin(
        session,
        by=by,
        permission=Permission.INFUSION_RUN,
        expected_version=expected_version,
        phases=(Phase.SCHEDULED,),
        act=Step.Act.CHECK_IN,
    )
    current.chair = chair or current.chair
    if current.chair is not None:
        _must_be_free(current.chair, current)
    other = (
        Session.objects.filter(patient_id=current.patient_id, phase__in=OPEN_PHASES)
        .exclude(pk=current.pk)
        .first()
    )
    if other is not None:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("This person is in another session that is still open; close that one first."),
        )
    current.checked_in_at = now
    seat = current.chair.name if current.chair else ""
    finish(current, act=Step.Act.CHECK_IN, by=by, now=now, phase=Phase.CHECKED_IN, text=seat)
    audit.record(
        tag=audit.Tag.INFUSION_CHECKED_IN,
        by=by,
        patient_id=current.patient_id,
        object_id=current.pk,
        details={"chair": seat},
    )
    if current.chair is not None:
        _record_monitor(current, by)
    return current


@transaction.atomic
def cancel(
    *, session: Session, reason: str, by: User, now: datetime, expected_version: int | None
) -> Session:
    """Call a session off before it started, with the reason. Nothing of it is removed."""
    current = begin(
        session,
        by=by,
        permission=Permission.INFUSION_RUN,
        expected_version=expected_version,
        phases=(Phase.SCHEDULED, Phase.CHECKED_IN, Phase.READY),
        act=Step.Act.CANCEL,
    )
    text = reasoned(reason, _("Say why the infusion is cancelled."))
    current.cancelled_at = now
    finish(current, act=Step.Act.CANCEL, by=by, now=now, phase=Phase.CANCELLED, text=text)
    audit.record(
        tag=audit.Tag.INFUSION_CANCELLED,
        by=by,
        patient_id=current.patient_id,
        object_id=current.pk,
        reason=text,
    )
    return current


def _must_be_free(chair: Chair, session: Session) -> None:
    taken = (
        Session.objects.select_related("patient")
        .filter(chair=chair, phase__in=OPEN_PHASES)
        .exclude(pk=session.pk)
        .first()
    )
    if taken is not None:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("{chair} is taken by {who}; choose another chair.").format(
                chair=chair.name, who=taken.patient
            ),
            where="chair",
        )


def _record_monitor(session: Session, by: User) -> None:
    chair = session.chair
    if chair is None:
        return
    audit.record(
        tag=audit.Tag.MONITOR_ASSIGNED,
        by=by,
        patient_id=session.patient_id,
        object_id=session.pk,
        details={"chair": chair.name, "device": chair.device_id},
    )
