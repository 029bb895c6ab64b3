"""What every way into the record shares: scoring, storing, what follows after the commit."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.questionnaires import access
from ketacare.clinic.questionnaires.models import Request, Response
from ketacare.clinic.questionnaires.risk import raise_risks, triage_of
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.measures import Triage, score
from ketacare.core.record import Rater, Score

log = logging.getLogger(__name__)

CLOCK_SLACK = timedelta(minutes=2)
SCREENER_FACT = "cssrs_since_last"


def reported(
    instrument: str,
    items: Sequence[int | None] | None,
    *,
    total: float | None,
    at: datetime,
    rater: Rater,
    now: datetime,
) -> Score:
    """Return what was given as a score of the core, or refuse it with what to do."""
    known = access.enterable()
    if instrument not in known or known[instrument].rater is not rater:
        raise InputError(
            ErrorCode.UNKNOWN_NAME,
            _("{name} is not a scale that is entered here.").format(name=instrument),
            where="instrument",
        )
    if at > now + CLOCK_SLACK:
        raise InputError(
            ErrorCode.OUT_OF_RANGE, _("This time is still to come: correct it."), where="at"
        )
    return Score(
        instrument=instrument,
        at=at,
        total=total,
        items=None if items is None else tuple(items),
        rater=rater,
        wording=wording_of(instrument),
    )


def store(
    patient: Patient,
    reported: Score,
    *,
    by: User | None,
    now: datetime,
    source: str,
    request: Request | None = None,
    row: Response | None = None,
) -> Response:
    """Score and store one questionnaire, and pass on what it says about risk."""
    instrument = access.known()[reported.instrument]
    scored = score(instrument, reported)
    row = row or Response(patient=patient)
    row.request, row.source, row.by, row.entered_at = request, source, by, now
    row.instrument, row.wording = instrument.id, reported.wording
    row.instrument_version = instrument.provenance.version
    row.items = None if reported.items is None else list(reported.items)
    row.total, row.prorated = scored.total, scored.prorated
    row.at, row.rater = reported.at, reported.rater.value
    row.save()
    raise_risks(row, scored, by=by, now=now)
    _tell_the_rules(row, triage_of(scored), by=by, now=now)
    return row


def _tell_the_rules(row: Response, found: Triage | None, *, by: User | None, now: datetime) -> None:
    """Let a screener's level answer the policy's question about it, so that nobody is asked twice.

    While a question left out could raise the level, nothing is answered: the rules go on asking.
    """
    if found is None or not found.is_certain or row.at > now:
        return
    from ketacare.clinic.eligibility.actions import record_answers  # it reads questionnaires too

    record_answers(row.patient, {SCREENER_FACT: found.level.value}, by=by, now=now, at=row.at)


def afterwards(patient: Patient, *, now: datetime, by: User | None, refresh: bool) -> None:
    """Compute the options for the next step once the answers are committed."""
    if refresh:
        transaction.on_commit(lambda: _refresh_advice(patient, now=now, by=by))


def _refresh_advice(patient: Patient, *, now: datetime, by: User | None) -> None:
    try:
        from ketacare.clinic.plans.actions import refresh_advice

        refresh_advice(patient, now=now, by=by)
    except Exception:
        # Whatever is wrong with the options, the answers are committed and must not seem lost.
        log.exception("The options were not computed after a new score.")


def wording_of(instrument: str) -> str:
    """Return which wording was shown."""
    wording = access.known()[instrument].wording
    return f"{wording.version} ({wording.language})"


def audit_response(
    tag: audit.Tag, by: User | audit.Actor, row: Response, *, reason: str = ""
) -> None:
    """Write who gave or entered answers, never the answers."""
    left_out = None if row.items is None else sum(value is None for value in row.items)
    audit.record(
        tag=tag,
        by=by,
        patient_id=row.patient_id,
        object_id=row.pk,
        details={"instrument": row.instrument, "left_out": left_out, "source": row.source},
        reason=reason,
    )
