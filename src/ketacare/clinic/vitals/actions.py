"""Writing measured values: what people enter and their corrections.

What monitors send is stored by ``ingesting``, and what becomes of a message nobody's session fits by
``inbox``; both are offered here too, because actions are what others call.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.infusions.models import Session
from ketacare.clinic.records import access as records
from ketacare.clinic.vitals.inbox import attach, bind, release, set_aside
from ketacare.clinic.vitals.ingesting import ingest, ingest_many
from ketacare.clinic.vitals.models import Value
from ketacare.clinic.vitals.times import bucket_of
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Vital
from ketacare.knowledge.load import load_observations

if TYPE_CHECKING:
    from ketacare.clinic.patients.models import Patient

__all__ = [
    "attach",
    "bind",
    "correct_value",
    "ingest",
    "ingest_many",
    "record_observation",
    "record_value",
    "release",
    "set_aside",
]

SLACK = timedelta(minutes=1)  # clocks of a tablet and the server


@transaction.atomic
def record_value(
    *,
    patient: Patient,
    kind: Vital,
    value: float,
    by: User,
    now: datetime,
    session: Session | None = None,
    at: datetime | None = None,
) -> Value:
    """Record one thing a person measured, in the unit of ``kind``; ``at`` is ``now`` if left out."""
    (stored,) = record_observation(
        patient=patient, values={kind: value}, by=by, now=now, session=session, at=at
    )
    return stored


@transaction.atomic
def record_observation(
    *,
    patient: Patient,
    values: Mapping[Vital, float],
    by: User,
    now: datetime,
    session: Session | None = None,
    at: datetime | None = None,
) -> tuple[Value, ...]:
    """Record what a person measured at one moment, such as both blood pressures.

    Refuses values that cannot be, a time in the future or before the session, a diastolic that is
    not below the systolic. Several people may record at once: an observation only ever adds.
    """
    _may_record(by)
    at = at or now
    _check_time(at, now, session)
    known = load_observations()
    for kind, value in values.items():
        if kind not in known:
            raise InputError(
                ErrorCode.UNKNOWN_NAME, f"{kind.value} is not observed at the bedside.", where=kind
            )
        known[kind].check(value)
    systolic, diastolic = values.get(Vital.SYSTOLIC), values.get(Vital.DIASTOLIC)
    if systolic is not None and diastolic is not None and diastolic >= systolic:
        raise InputError(
            ErrorCode.CONTRADICTION,
            f"The diastolic pressure of {diastolic:g} mmHg is not below the systolic of "
            f"{systolic:g} mmHg; correct one of them.",
            where="diastolic",
        )
    stored = tuple(
        Value.objects.create(
            session=session,
            patient=patient,
            kind=kind.value,
            value=value,
            unit=kind.unit,
            at=at,
            bucket=bucket_of(at),
            received_at=now,
            origin=Value.Origin.PERSON,
            by=by,
        )
        for kind, value in values.items()
    )
    audit.record(
        tag=audit.Tag.OBSERVATION_RECORDED,
        by=by,
        patient_id=patient.pk,
        object_id=session.pk if session else stored[0].pk,
        details={kind.value: value for kind, value in values.items()} | {"at": at.isoformat()},
    )
    if session is not None:
        _note_change(session)
    return stored


@transaction.atomic
def correct_value(
    *, value: Value, new_value: float | None, reason: str, by: User, now: datetime
) -> Value:
    """Replace a value a person entered, or strike it out (``None``); the old one stays readable."""
    _may_record(by)
    if not reason.strip():
        raise InputError(
            ErrorCode.MISSING_KEY, _("Say why the value is corrected."), where="reason"
        )
    current = (
        Value.objects.select_for_update(of=("self",))
        .select_related("session", "superseded_by__by")
        .get(pk=value.pk)
    )
    if current.origin != Value.Origin.PERSON:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("A monitor's value stays as it came; record your own measurement beside it."),
        )
    if current.session is not None:
        records.refuse_if_sealed(current.session)
    newer = current.superseded_by
    if newer is not None:
        who = newer.by.display_name if newer.by else ""
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("{who} has corrected this value already; correct the newer one.").format(who=who),
        )
    kind = Vital(current.kind)
    if new_value is not None:
        load_observations()[kind].check(new_value)
    replacement = Value.objects.create(
        session=current.session,
        patient_id=current.patient_id,
        kind=current.kind,
        value=new_value,
        unit=current.unit,
        at=current.at,
        bucket=current.bucket,
        received_at=now,
        origin=Value.Origin.PERSON,
        problem="" if new_value is not None else _("struck out"),
        by=by,
    )
    current.superseded_by = replacement
    current.superseded_reason = reason.strip()[:500]
    current.save(update_fields=["superseded_by", "superseded_reason"])
    audit.record(
        tag=audit.Tag.OBSERVATION_CORRECTED,
        by=by,
        patient_id=current.patient_id,
        object_id=current.session_id or current.pk,
        details={"kind": current.kind, "before": current.value, "after": new_value},
        reason=reason.strip()[:500],
    )
    if current.session is not None:
        _note_change(current.session)
    return replacement


def _note_change(session: Session) -> None:
    Session.objects.filter(pk=session.pk).update(changes=F("changes") + 1)


def _may_record(by: User) -> None:
    if not may(by, Permission.VITALS_RECORD):
        raise PermissionDenied(_("Your role does not record observations."))


def _check_time(at: datetime, now: datetime, session: Session | None) -> None:
    if at > now + SLACK:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("The time of the observation lies in the future; correct it."),
            where="at",
        )
    if session is not None and session.checked_in_at is not None and at < session.checked_in_at:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("The observation is from before the person was checked in; record it on the chart."),
            where="at",
        )
