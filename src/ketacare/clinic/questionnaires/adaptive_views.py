"""The team's pages about adaptive tests: offering one, or why not, and what a test came to."""

from __future__ import annotations

import uuid
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission as P  # noqa: N817 - as in the views beside it
from ketacare.clinic.patients.access import patient_for
from ketacare.clinic.questionnaires import access, actions, adaptive
from ketacare.clinic.questionnaires.bank_texts import bank_text
from ketacare.clinic.questionnaires.models import AdaptiveTest
from ketacare.core.errors import InputError


@requires(P.QUESTIONNAIRE_VIEW, post=P.QUESTIONNAIRE_SEND)
@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Say which adaptive tests there are and whether this clinic may show them; make a link."""
    user = cast("User", request.user)
    patient = patient_for(user, patient_id, P.QUESTIONNAIRE_VIEW)
    audit.record_read(tag=audit.Tag.QUESTIONNAIRE_READ, by=user, patient_id=patient.pk)
    if request.method == "POST":
        try:
            made, _token = actions.send_adaptive(
                patient=patient,
                instrument=request.POST.get("instrument", ""),
                by=user,
                now=timezone.now(),
            )
        except InputError as error:
            messages.error(request, error.sentence)
            return redirect("questionnaires:adaptive_tests", patient.pk)
        return redirect("questionnaires:request", made.pk)
    known = access.known()
    offers = [
        (known[name], adaptive.calibration_of(bank), bank_text(bank))
        for name, bank in adaptive.BANK_OF.items()
    ]
    context = {"patient": patient, "offers": offers, "tests": adaptive.tests_of(patient.pk)}
    return render(request, "questionnaires/adaptive_tests.html", context)


@requires(P.QUESTIONNAIRE_VIEW)
@require_GET
def test(request: HttpRequest, test_id: uuid.UUID) -> HttpResponse:
    """Show one finished test: its score with the error, and every item in the order it was asked."""
    user = cast("User", request.user)
    found = (
        AdaptiveTest.objects.select_related("request__patient", "response")
        .filter(pk=test_id, finished_at__isnull=False)
        .first()
    )
    if found is None:
        raise Http404(_("There is no such test."))
    patient = patient_for(user, found.request.patient_id, P.QUESTIONNAIRE_VIEW)
    audit.record_read(tag=audit.Tag.QUESTIONNAIRE_READ, by=user, patient_id=patient.pk)
    context = {
        "patient": patient,
        "test": found,
        "calibration": adaptive.calibration_of(found.bank),
        "asked": adaptive.trace(found),
    }
    return render(request, "questionnaires/adaptive_test.html", context)
