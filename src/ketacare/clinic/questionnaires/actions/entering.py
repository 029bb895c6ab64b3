"""What the team enters: ratings, paper forms, corrections."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.questionnaires import access
from ketacare.clinic.questionnaires.actions.storing import (
    afterwards,
    audit_response,
    reported,
    store,
)
from ketacare.clinic.questionnaires.models import Response
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Rater, Score


@transaction.atomic
def record_clinician_score(
    *,
    patient: Patient,
    instrument: str,
    items: Sequence[int | None] | None,
    by: User | None,
    now: datetime,
    at: datetime | None = None,
    total: float | None = None,
    refresh: bool = True,
) -> Response:
    """Record a scale a clinician rated, such as the HAM-A; ``at`` is when, now by default."""
    given = reported(instrument, items, total=total, at=at or now, rater=Rater.CLINICIAN, now=now)
    row = _enter(given, patient=patient, by=by, now=now)
    afterwards(patient, now=now, by=by, refresh=refresh)
    return row


@transaction.atomic
def record_paper_score(
    *,
    patient: Patient,
    instrument: str,
    items: Sequence[int | None] | None,
    by: User | None,
    now: datetime,
    at: datetime | None = None,
    total: float | None = None,
    refresh: bool = True,
) -> Response:
    """Record a questionnaire the patient answered on paper; ``total`` when only that is known."""
    given = reported(instrument, items, total=total, at=at or now, rater=Rater.PATIENT, now=now)
    row = _enter(given, patient=patient, by=by, now=now)
    afterwards(patient, now=now, by=by, refresh=refresh)
    return row


@transaction.atomic
def correct(
    *,
    response: Response,
    items: Sequence[int | None] | None,
    by: User,
    now: datetime,
    reason: str,
    at: datetime | None = None,
    total: float | None = None,
    refresh: bool = True,
) -> Response:
    """Put the right answers in the place of wrong ones; both are kept, with the reason."""
    if not reason.strip():
        raise InputError(ErrorCode.MISSING_KEY, _("Say what was wrong."), where="reason")
    old = Response.objects.select_for_update().get(pk=response.pk)
    if not old.stands:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("Somebody has corrected this already: look at the newest answers first."),
        )
    given = reported(
        old.instrument, items, total=total, at=at or old.at, rater=Rater(old.rater), now=now
    )
    row = Response(patient=old.patient)
    old.superseded_by_id = row.pk  # before the new one: one answer to a request stands at a time
    old.corrected_at, old.corrected_by, old.corrected_reason = now, by, reason.strip()
    old.save()
    row = store(old.patient, given, by=by, now=now, source=old.source, request=old.request, row=row)
    audit_response(audit.Tag.QUESTIONNAIRE_RATED, by, row, reason=reason)
    afterwards(old.patient, now=now, by=by, refresh=refresh)
    return row


def _enter(given: Score, *, patient: Patient, by: User | None, now: datetime) -> Response:
    same = Response.objects.filter(
        patient=patient,
        instrument=given.instrument,
        at=given.at,
        superseded_by__isnull=True,
    )
    if same.exists():
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("{name} of that time is in the record already: correct it there.").format(
                name=access.known()[given.instrument].name
            ),
            where="at",
        )
    source = "clinician" if given.rater is Rater.CLINICIAN else "paper"
    row = store(patient, given, by=by, now=now, source=source)
    audit_response(audit.Tag.QUESTIONNAIRE_RATED, by or audit.SYSTEM, row)
    return row
