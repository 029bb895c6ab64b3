"""Writing measured values: what people enter, their corrections, and monitors' messages.

A monitor's message is answered only after its transaction has been committed. Each message is kept
as it came, so the log gets one event a minute and device rather than one a message; the messages
themselves are never changed and never removed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from ketacare.adapters.hl7v2 import AckCode, OruMessage, ack, parse_ack, parse_oru, refuse
from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.infusions import access as infusions
from ketacare.clinic.infusions.models import Session
from ketacare.clinic.vitals.models import Message, Value
from ketacare.clinic.vitals.times import bucket_of, measured_at
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Vital
from ketacare.knowledge.load import load_observations

if TYPE_CHECKING:
    from ketacare.clinic.patients.models import Patient

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


def ingest(payload: bytes, *, now: datetime) -> bytes:
    """Store one message of a monitor and return its acknowledgement.

    AA only after the values are committed. A message that cannot be read, or belongs to no session,
    is kept with its bytes and answered AE (or AR for what this port never takes) with the reason.
    The same message again changes nothing and is answered AA.
    """
    try:
        message = parse_oru(payload)
    except InputError as error:
        answer = refuse(payload, error, at=now)
        _keep(
            payload,
            control_id=parse_ack(answer).control_id,
            status=Message.Status.QUARANTINED,
            problem=str(error),
            now=now,
        )
        return answer
    problem = _commit(message, payload, now)
    if problem:
        return ack(message, AckCode.AE, problem, at=now, reason=ErrorCode.UNKNOWN_NAME)
    return ack(message, AckCode.AA, at=now)


@transaction.atomic
def _commit(message: OruMessage, payload: bytes, now: datetime) -> str:
    """Store a readable message; return why it was only kept, or an empty text."""
    same = Message.objects.filter(
        device_id=message.device[:200],
        control_id=message.control_id[:200],
        digest=_digest(payload),
        status=Message.Status.COMMITTED,
    )
    if same.update(repeats=F("repeats") + 1, repeated_at=now):
        return ""
    newest = max((o.at for o in message.observations if o.at), default=message.sent_at)
    at, _clock = measured_at(device_at=newest, sent_at=message.sent_at, received_at=now)
    session, problem = infusions.session_of_monitor(
        device_id=message.device, bed=message.bed, at=at
    )
    if session is None:
        _keep(
            payload,
            control_id=message.control_id,
            device_id=message.device,
            bed=message.bed,
            sent_at=message.sent_at,
            status=Message.Status.UNMATCHED,
            problem=problem,
            now=now,
        )
        return problem
    minute = now.replace(second=0, microsecond=0)
    first_of_minute = not Message.objects.filter(
        session=session, device_id=message.device[:200], received_at__gte=minute
    ).exists()
    stored = Message.objects.create(
        control_id=message.control_id[:200],
        device_id=message.device[:200],
        bed=message.bed[:200],
        digest=_digest(payload),
        session=session,
        sent_at=message.sent_at,
        received_at=now,
        status=Message.Status.COMMITTED,
        raw=payload,
    )
    Value.objects.bulk_create(_values(message, stored, session, now))
    _note_change(session)
    if first_of_minute:
        audit.record(
            tag=audit.Tag.MESSAGES_RECEIVED,
            by=audit.DEVICE,
            patient_id=session.patient_id,
            object_id=session.pk,
            details={"device": message.device[:80], "minute": minute.isoformat()},
        )
    return ""


def _values(message: OruMessage, stored: Message, session: Session, now: datetime) -> list[Value]:
    found = []
    for each in message.observations:
        at, clock = measured_at(device_at=each.at, sent_at=message.sent_at, received_at=now)
        found.append(
            Value(
                session=session,
                patient_id=session.patient_id,
                kind=each.kind.value if each.kind else "",
                value=each.value,
                unit=each.unit,
                at=at,
                bucket=bucket_of(at),
                device_at=each.at,
                received_at=now,
                origin=Value.Origin.DEVICE,
                device_id=(each.device or message.device)[:200],
                control_id=message.control_id[:200],
                message=stored,
                raw_code=each.raw_code[:200],
                raw_name=each.raw_name[:200],
                raw_value=each.raw_value[:200],
                raw_unit=each.raw_unit[:200],
                problem=each.problem[:300],
                clock_problem=(each.clock_problem or clock)[:300],
            )
        )
    return found


@transaction.atomic
def _keep(
    payload: bytes,
    *,
    control_id: str,
    status: Message.Status,
    problem: str,
    now: datetime,
    device_id: str = "",
    bed: str = "",
    sent_at: datetime | None = None,
) -> None:
    """Keep a message that belongs nowhere yet; the same again is counted, not kept twice."""
    key = {
        "device_id": device_id[:200],
        "control_id": control_id[:200],
        "digest": _digest(payload),
        "status": status,
    }
    if Message.objects.filter(**key).update(repeats=F("repeats") + 1, repeated_at=now):
        return
    minute = now.replace(second=0, microsecond=0)
    first_of_minute = not Message.objects.filter(
        status=status, device_id=device_id[:200], received_at__gte=minute
    ).exists()
    kept = Message.objects.create(
        **key,
        bed=bed[:200],
        sent_at=sent_at,
        received_at=now,
        problem=problem[:500],
        raw=payload,
    )
    if first_of_minute:
        audit.record(
            tag=audit.Tag.MESSAGE_REFUSED,
            by=audit.DEVICE,
            object_id=kept.pk,
            details={"status": status.value, "device": device_id[:80], "bed": bed[:80]},
        )


def _digest(payload: bytes) -> str:
    """Return the digest of everything after the header, whose time a sender may renew."""
    return hashlib.sha256(payload.partition(b"\r")[2]).hexdigest()


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
