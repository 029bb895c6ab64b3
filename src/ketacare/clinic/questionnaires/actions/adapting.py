"""Adaptive tests by link: making the link, keeping answers one by one, sending the score."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.questionnaires.actions.answering import usable
from ketacare.clinic.questionnaires.actions.asking import make_request, tasks_of
from ketacare.clinic.questionnaires.actions.storing import afterwards, audit_response, store
from ketacare.clinic.questionnaires.adaptive import (
    BANK_OF,
    calibration_of,
    enough,
    given,
    step_of,
)
from ketacare.clinic.questionnaires.bank_texts import bank_text
from ketacare.clinic.questionnaires.models import AdaptiveTest, Request
from ketacare.clinic.work import actions as work
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.measures.irt import eap
from ketacare.core.record import Score


@transaction.atomic
def send_adaptive(
    *, patient: Patient, instrument: str, by: User, now: datetime
) -> tuple[Request, str]:
    """Return a new link for an adaptive test; refuse one whose words the clinic does not have."""
    bank = BANK_OF.get(instrument, "")
    words = bank_text(bank) if bank else None
    if words is None:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            _("This test cannot be offered: the clinic has no licensed words for its items."),
        )
    request, token = make_request(patient=patient, instruments=[instrument], by=by, now=now)
    AdaptiveTest.objects.create(
        request=request,
        bank=bank,
        bank_version=calibration_of(bank).provenance.version,
        wording=words.wording[:120],
    )
    return request, token


@transaction.atomic
def keep_adaptive(*, request: Request, item: str, value: int | None, now: datetime) -> None:
    """Keep the answer to the item that is asked now; an answer to any other changes nothing.

    ``None`` is "I would rather not answer". A second tap or an old page is such another item.
    """
    test = _locked(request, now)
    if step_of(test).item != item:
        return
    words = bank_text(test.bank)
    if value is not None and (words is None or value not in dict(words.options)):
        raise InputError(
            ErrorCode.OUT_OF_RANGE, _("Choose one of the answers on the page."), where="answer"
        )
    test.answers = [*test.answers, {"item": item, "value": value}]
    test.save(update_fields=["answers"])
    Request.objects.filter(pk=request.pk, started_at__isnull=True).update(started_at=now)


@transaction.atomic
def take_back_adaptive(*, request: Request, now: datetime) -> None:
    """Take the last answer back: its item is asked again."""
    test = _locked(request, now)
    test.answers = test.answers[:-1]
    test.save(update_fields=["answers"])


@transaction.atomic
def finish_adaptive(*, request: Request, now: datetime, refresh: bool = True) -> AdaptiveTest:
    """Take a test that is over into the record and end its link.

    With fewer answers than the rules of the test ask for there is no score, and none is stored.
    """
    test = _locked(request, now)
    step = step_of(test)
    if step.item is not None:
        raise InputError(ErrorCode.CONTRADICTION, _("There is another question first."))
    current = test.request
    if enough(test):
        estimate = eap(calibration_of(test.bank).bank, given(test))
        (name,) = current.instruments
        reported = Score(
            instrument=name, at=now, total=round(estimate.score, 1), wording=test.wording
        )
        row = store(current.patient, reported, by=None, now=now, source="link", request=current)
        audit_response(audit.Tag.QUESTIONNAIRE_ANSWERED, audit.PATIENT_BY_LINK, row)
        test.response, test.theta = row, estimate.theta
        test.score, test.score_error = estimate.score, estimate.score_error
    test.stop = step.stop.value if step.stop is not None else ""
    test.finished_at = now
    test.save()
    Request.objects.filter(pk=current.pk).update(used_at=now, started_at=current.started_at or now)
    for task in tasks_of(current):
        work.complete_task(by=audit.PATIENT_BY_LINK, task=task)
    afterwards(current.patient, now=now, by=None, refresh=refresh)
    return test


def _locked(request: Request, now: datetime) -> AdaptiveTest:
    current = usable(request, now)
    test = AdaptiveTest.objects.select_for_update().get(request=current)
    test.request = current
    return test
