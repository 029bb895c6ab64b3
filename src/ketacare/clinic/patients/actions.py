"""Writing who a patient is: the referral, corrections that keep what stood before, closing care."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.patients.models import Correction, Patient
from ketacare.clinic.work import actions as work
from ketacare.clinic.work.models import TaskKind
from ketacare.core.errors import ErrorCode, InputError

FIELDS = (
    "given_name", "family_name", "preferred_name", "birth_date", "sex", "time_zone", "email",
    "phone", "referred_by", "referral_note",
)  # fmt: skip
OLDEST_YEARS = 120
HISTORY_WITHIN = timedelta(days=7)  # the clinic's own aim for a first appointment
REVIEW_WITHIN = timedelta(days=14)


@transaction.atomic
def add_patient(
    *,
    by: User | None,
    now: datetime,
    given_name: str,
    family_name: str,
    is_sample: bool = False,
    referred_at: datetime | None = None,
    **values: Any,
) -> Patient:
    """Take in a referral. ``values``: preferred_name, birth_date, sex, time_zone, email, phone,
    referred_by, referral_note. Opens what is due next: the history and the review.
    """  # noqa: D205 - the list of fields needs both lines
    patient = Patient(
        given_name=given_name.strip(),
        family_name=family_name.strip(),
        is_sample=is_sample,
        referred_at=referred_at or now,
        entered_by=by,
        **values,
    )
    _check(patient, now)
    patient.save()
    actor = by or audit.SYSTEM
    audit.record(
        tag=audit.Tag.PATIENT_ADDED,
        by=actor,
        patient_id=patient.pk,
        object_id=patient.pk,
        details={"sample": is_sample},
    )
    work.open_task(
        by=actor,
        patient_id=patient.pk,
        kind=TaskKind.HISTORY,
        sentence=_("Take the history: diagnoses, everything that was tried, medicines."),
        role=Role.PSYCHIATRIST,
        due_at=patient.referred_at + HISTORY_WITHIN,
    )
    work.open_task(
        by=actor,
        patient_id=patient.pk,
        kind=TaskKind.REVIEW,
        sentence=_("Go through the work-up and sign the eligibility review."),
        role=Role.PSYCHIATRIST,
        due_at=patient.referred_at + REVIEW_WITHIN,
    )
    return patient


@transaction.atomic
def correct_patient(*, by: User, patient: Patient, now: datetime, **values: Any) -> Patient:
    """Change name, dates or contact; what stood before is kept with who changed it."""
    current = Patient.objects.select_for_update().get(pk=patient.pk)
    changed = [n for n in FIELDS if n in values and getattr(current, n) != values[n]]
    before = {name: getattr(current, name) for name in changed}
    for name in changed:
        setattr(current, name, values[name])
    _check(current, now)
    if not changed:
        return current
    current.save(update_fields=changed)
    for name in changed:
        Correction.objects.create(
            patient=current,
            field=name,
            before=_text(before[name]),
            after=_text(values[name]),
            by=by,
            at=now,
        )
    audit.record(
        tag=audit.Tag.PATIENT_CHANGED,
        by=by,
        patient_id=current.pk,
        object_id=current.pk,
        details={"fields": changed},
    )
    return current


@transaction.atomic
def close_care(*, by: User, patient: Patient, now: datetime, reason: str) -> Patient:
    """End care with a reason; the record stays, and care can be opened again."""
    if not reason.strip():
        raise InputError(ErrorCode.MISSING_KEY, _("Say why care ends."), where="reason")
    current = Patient.objects.select_for_update().get(pk=patient.pk)
    if current.closed_at is None:
        current.closed_at, current.closed_reason = now, reason.strip()
        current.save(update_fields=["closed_at", "closed_reason"])
        _audit_change(by, current, {"closed": True}, reason)
    return current


@transaction.atomic
def reopen_care(*, by: User, patient: Patient, now: datetime) -> Patient:
    """Take somebody back into care."""
    current = Patient.objects.select_for_update().get(pk=patient.pk)
    if current.closed_at is not None:
        details = {"closed": False, "was_closed_at": current.closed_at.isoformat()}
        current.closed_at, current.closed_reason = None, ""
        current.save(update_fields=["closed_at", "closed_reason"])
        _audit_change(by, current, details, "")
    return current


def _check(patient: Patient, now: datetime) -> None:
    if not patient.given_name and not patient.family_name:
        raise InputError(ErrorCode.MISSING_KEY, _("Give a name."), where="given_name")
    born = patient.birth_date
    if born is not None and (born > now.date() or born < _years_before(now.date())):
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("{born} cannot be a date of birth: it lies in the future or too far back.").format(
                born=born.isoformat()
            ),
            where="birth_date",
        )
    if patient.referred_at > now + timedelta(days=1):
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("The referral lies in the future: give the day it came."),
            where="referred_at",
        )


def _years_before(day: date) -> date:
    return date(day.year - OLDEST_YEARS, 1, 1)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _audit_change(by: User, patient: Patient, details: dict[str, Any], reason: str) -> None:
    audit.record(
        tag=audit.Tag.PATIENT_CHANGED,
        by=by,
        patient_id=patient.pk,
        object_id=patient.pk,
        details=details,
        reason=reason,
    )
