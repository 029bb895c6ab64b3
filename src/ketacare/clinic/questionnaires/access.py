"""Reading requests and answers: for the core, for the clinic's pages, and for the holder of a link.

Functions that take a person (``user``) authorise; those that take a patient's id are for rooms
that have authorised already; :func:`request_of_token` authorises by the link itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.questionnaires import links, mapping
from ketacare.clinic.questionnaires.models import Request, Response, RiskAnswer
from ketacare.clinic.work import access as work
from ketacare.clinic.work.owners import Owner
from ketacare.core.measures import About, Instrument
from ketacare.core.record import Rater, Score
from ketacare.knowledge.load import load_instruments, with_site_texts

USUAL = ("gad7", "phq9", "hama")  # what this clinic follows everybody with
SKIPPED = "skip"  # kept in the place of a number: "I would rather not answer"


def scores_of(patient_id: uuid.UUID) -> tuple[Score, ...]:
    """Return the scores that stand, in order of time, for the core."""
    return tuple(mapping.score_record(row) for row in standing(patient_id))


def standing(patient_id: uuid.UUID) -> QuerySet[Response]:
    """Return the responses that stand, in order of time."""
    return Response.objects.filter(patient_id=patient_id, superseded_by__isnull=True).order_by("at")


def standing_among(patient_ids: Iterable[uuid.UUID]) -> QuerySet[Response]:
    """Return the responses that stand of several patients at once, in order of time, for counting."""
    return (
        Response.objects.filter(patient_id__in=list(patient_ids), superseded_by__isnull=True)
        .only("patient_id", "instrument", "at", "total")
        .order_by("at")
    )


def responses_of(patient_id: uuid.UUID) -> QuerySet[Response]:
    """Return every response of a patient, corrected ones too, newest first."""
    return (
        Response.objects.filter(patient_id=patient_id)
        .select_related("by", "corrected_by", "corrects", "request")
        .order_by("-at", "-entered_at")
    )


def requests_of(patient_id: uuid.UUID) -> QuerySet[Request]:
    """Return every request of a patient, newest first."""
    return Request.objects.filter(patient_id=patient_id).select_related("created_by", "revoked_by")


def requests_due(*, now: datetime, patient_id: uuid.UUID | None = None) -> QuerySet[Request]:
    """Return what should have been answered by ``now`` and was not, expired links too."""
    due = Request.objects.filter(
        used_at__isnull=True, revoked_at__isnull=True, due_at__lte=now
    ).select_related("patient")
    return (due if patient_id is None else due.filter(patient_id=patient_id)).order_by("due_at")


def open_requests(*, now: datetime, patient_id: uuid.UUID | None = None) -> QuerySet[Request]:
    """Return the requests whose link works at ``now``."""
    found = Request.objects.filter(
        used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
    ).select_related("patient")
    return found if patient_id is None else found.filter(patient_id=patient_id)


def open_risk_answers(patient_id: uuid.UUID | None = None) -> QuerySet[RiskAnswer]:
    """Return the answers about risk that nobody has taken charge of."""
    found = RiskAnswer.objects.filter(acknowledged_at__isnull=True).select_related(
        "response", "named", "taken_by"
    )
    return found if patient_id is None else found.filter(patient_id=patient_id)


def risk_answers_of(patient_id: uuid.UUID) -> QuerySet[RiskAnswer]:
    """Return all answers about risk of a patient, newest first."""
    return RiskAnswer.objects.filter(patient_id=patient_id).select_related(
        "response", "acknowledged_by", "named", "taken_by"
    )


def request_for(user: User, request_id: uuid.UUID, permission: Permission) -> Request:
    """Return one request this person may handle: unknown 404, not allowed 403."""
    found = Request.objects.select_related("patient").filter(pk=request_id).first()
    if found is None:
        raise Http404(_("There is no such request."))
    _require(user, permission)
    return found


def response_for(user: User, response_id: uuid.UUID, permission: Permission) -> Response:
    """Return one response this person may handle: unknown 404, not allowed 403."""
    found = Response.objects.select_related("patient", "by").filter(pk=response_id).first()
    if found is None:
        raise Http404(_("There is no such answer."))
    _require(user, permission)
    return found


def risk_for(user: User, risk_id: uuid.UUID) -> RiskAnswer:
    """Return one answer about risk, to those who read answers and work on tasks."""
    found = (
        RiskAnswer.objects.select_related("patient", "response", "named", "taken_by")
        .filter(pk=risk_id)
        .first()
    )
    if found is None:
        raise Http404(_("There is no such answer."))
    _require(user, Permission.QUESTIONNAIRE_RECORD)
    return found


def request_of_token(token: str) -> Request | None:
    """Return the request a link belongs to, whatever its state; ``None`` for a link not made here."""
    link = links.read_token(token)
    if link is None:
        return None
    return (
        Request.objects.select_related("patient")
        .filter(pk=link.request_id, token_digest=links.digest_of(token))
        .first()
    )


def known() -> dict[str, Instrument]:
    """Return every instrument, with the clinic's own licensed texts put in place.

    Those asked of everybody come first, the others by what they are about.
    """
    return _known(settings.KETACARE["KETACARE_TEXTS_DIR"])


@cache
def _known(folder: Path | None) -> dict[str, Instrument]:
    found = load_instruments()
    if folder is not None:
        found = with_site_texts(found, folder)
    order = list(About)

    def place(name: str) -> tuple[int, int, str]:
        usual = USUAL.index(name) if name in USUAL else len(USUAL)
        return usual, order.index(found[name].about), found[name].name

    return {name: found[name] for name in sorted(found, key=place)}


def askable() -> dict[str, Instrument]:
    """Return the questionnaires that can be sent: answered by the patient, text and right to it."""
    return {
        name: instrument
        for name, instrument in known().items()
        if instrument.rater is Rater.PATIENT and instrument.may_be_asked
    }


def enterable() -> dict[str, Instrument]:
    """Return what can be entered by the team: everything that has items or a total."""
    return {
        name: instrument
        for name, instrument in known().items()
        if instrument.items or instrument.has_total
    }


def names_of(request: Request) -> str:
    """Return the questionnaires of a request as a team says them: ``"GAD-7 and PHQ-9"``."""
    return _(" and ").join(known()[name].name for name in request.instruments)


def owner_of(token: str) -> Owner:
    """Return the holder of a link as the owner of what is kept."""
    return Owner(link=links.digest_of(token))


def draft_key(request: Request) -> str:
    """Return the name under which answers to a request are kept."""
    return f"questionnaires.answers:{request.pk}"


def kept_answers(request: Request, token: str) -> dict[str, dict[int, int | None]]:
    """Return what was answered so far by questionnaire and item; skipped items are ``None``."""
    draft = work.draft_of(owner_of(token), draft_key(request))
    found: dict[str, dict[int, int | None]] = {name: {} for name in request.instruments}
    for name, (value, *_more) in ({} if draft is None else draft.data).items():
        instrument, _dot, item = name.rpartition(".")
        if instrument in found:
            found[instrument][int(item)] = None if value == SKIPPED else int(value)
    return found


def _require(user: User, permission: Permission) -> None:
    if not may(user, permission):
        raise PermissionDenied(_("Your role does not include this part of the questionnaires."))
