"""Answers by link: kept one by one as they are given, then taken into the record all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.questionnaires.access import (
    SKIPPED,
    draft_key,
    known,
    names_of,
    owner_of,
)
from ketacare.clinic.questionnaires.actions.asking import tasks_of
from ketacare.clinic.questionnaires.actions.storing import (
    afterwards,
    audit_response,
    store,
    wording_of,
)
from ketacare.clinic.questionnaires.models import Request, Response
from ketacare.clinic.work import access as work_access
from ketacare.clinic.work import actions as work
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Score


@transaction.atomic
def keep_answer(
    *, request: Request, token: str, instrument: str, item: int, value: int | None, now: datetime
) -> None:
    """Keep one answer until all are sent; ``None`` is "I would rather not answer".

    Two windows of one link add to the same answers; the last one given to a question counts.
    """
    current = usable(request, now)
    chosen = known()[instrument].item(item)
    if value is not None and value not in chosen.values:
        raise InputError(
            ErrorCode.OUT_OF_RANGE, _("Choose one of the answers on the page."), where="answer"
        )
    owner, key = owner_of(token), draft_key(current)
    draft = work_access.draft_of(owner, key)
    data = {} if draft is None else dict(draft.data)
    data[f"{instrument}.{item}"] = [SKIPPED if value is None else str(value)]
    work.save_draft(by=owner, key=key, data=data)
    if current.started_at is None:
        current.started_at = now
        current.save(update_fields=["started_at"])


@transaction.atomic
def answer(
    *,
    request: Request,
    answers: Mapping[str, Sequence[int | None]],
    now: datetime,
    token: str = "",
    refresh: bool = True,
) -> tuple[Response, ...]:
    """Take the answers into the record and end the link; return one response per questionnaire.

    ``answers`` has the items of every questionnaire asked, in order, ``None`` where one was left
    out. Raises :class:`InputError` for a link that ended, and for items that are out of range.
    """
    current = usable(request, now)
    if set(answers) != set(current.instruments):
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("The answers are not those that were asked for: {names}.").format(
                names=names_of(current)
            ),
        )
    rows = []
    for name in current.instruments:
        reported = Score(
            instrument=name, at=now, items=tuple(answers[name]), wording=wording_of(name)
        )
        row = store(current.patient, reported, by=None, now=now, source="link", request=current)
        audit_response(audit.Tag.QUESTIONNAIRE_ANSWERED, audit.PATIENT_BY_LINK, row)
        rows.append(row)
    current.used_at = now
    current.started_at = current.started_at or now
    current.save(update_fields=["used_at", "started_at"])
    for task in tasks_of(current):
        work.complete_task(by=audit.PATIENT_BY_LINK, task=task)
    if token:
        work.discard_draft(by=owner_of(token), key=draft_key(current))
    afterwards(current.patient, now=now, by=None, refresh=refresh)
    return tuple(rows)


def usable(request: Request, now: datetime) -> Request:
    """Return the request locked and fresh, or refuse when its link has ended."""
    current = Request.objects.select_for_update().select_related("patient").get(pk=request.pk)
    if current.state(now) not in {Request.State.OPEN, Request.State.STARTED}:
        raise InputError(ErrorCode.NOT_AVAILABLE, _("This link does not take answers any more."))
    return current
