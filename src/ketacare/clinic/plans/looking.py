"""Looking closer at stored options: any instrument under any of them, and computing them again.

Both take a second, so they are acts; what was drawn is kept and shown by its address.
"""

from __future__ import annotations

import re
import uuid
from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.plans import access, outlooks, rechecking
from ketacare.clinic.plans.charts import outlook_picture
from ketacare.clinic.plans.models import AdviceSnapshot
from ketacare.clinic.plans.presenting_ahead import by_date
from ketacare.core.errors import InputError

_SMALL_NUMBER = re.compile(r"[0-9]{1,4}\Z")


@requires(Permission.PLAN_VIEW)
@require_http_methods(["GET", "POST"])
def ahead(request: HttpRequest, patient_id: uuid.UUID, number: int) -> HttpResponse:
    """Show the fan of one instrument under one option; draw it when asked to."""
    user = cast("User", request.user)
    patient = access.patient_for(user, patient_id)
    snapshot = access.snapshot_for(user, patient_id, number)
    audit.record_read(tag=audit.Tag.PLAN_READ, by=user, patient_id=patient.pk)
    asked = request.POST if request.method == "POST" else request.GET
    rank, instrument = _rank(asked.get("option", "")), asked.get("instrument", "")
    here = reverse("plans:ahead", args=[patient.pk, number])
    problem = ""
    if request.method == "POST":
        try:
            outlooks.draw(
                snapshot,
                rank=-1 if rank is None else rank,
                instrument=instrument,
                by=user,
                now=timezone.now(),
            )
        except InputError as error:
            problem = error.sentence
        else:
            return redirect(f"{here}?{urlencode({'option': rank, 'instrument': instrument})}")
    drawn = None
    if rank is not None and not problem:
        drawn = outlooks.outlook_of(snapshot, rank=rank, instrument=instrument)
    context = {
        "patient": patient,
        "snapshot": snapshot,
        "rank": 1 if rank is None else rank,
        "instrument": instrument,
        "instruments": outlooks.instruments_ahead(),
        "drawn": drawn,
        "picture": None if drawn is None else outlook_picture(drawn.data),
        "dates": None
        if drawn is None
        else by_date(drawn.data["label"], drawn.data["weeks"], drawn.data["chances"]),
        "problem": problem,
        "others": [o for o in snapshot.outlooks.all() if o != drawn],
    }
    return render(request, "plans/ahead.html", context)


@requires(Permission.PLAN_VIEW)
@require_POST
def recheck(request: HttpRequest, patient_id: uuid.UUID, number: int) -> HttpResponse:
    """Compute stored options again and say whether every number is the same."""
    user = cast("User", request.user)
    patient = access.patient_for(user, patient_id)
    snapshot = access.snapshot_for(user, patient_id, number)
    try:
        found = rechecking.check(snapshot)
    except InputError as error:
        messages.warning(request, error.sentence)
    else:
        audit.record(
            tag=audit.Tag.ADVICE_CHECKED,
            by=user,
            patient_id=patient.pk,
            object_id=snapshot.pk,
            details={"number": number, "values": found.values, "different": found.different},
        )
        if found.is_same:
            messages.success(
                request,
                _("Computed again from what is stored: all {n} values are the same.").format(
                    n=found.values
                ),
            )
        else:
            messages.error(
                request,
                _(
                    "Computed again, {n} of {of} values differ ({names}). Do not rely on these "
                    "options; compute them anew and tell whoever runs this clinic's software."
                ).format(n=found.different, of=found.values, names=", ".join(found.named)),
            )
    return redirect(_page(snapshot))


def _page(snapshot: AdviceSnapshot) -> str:
    if snapshot.is_latest:
        return reverse("plans:overview", args=[snapshot.patient_id])
    return reverse("plans:earlier", args=[snapshot.patient_id, snapshot.number])


def _rank(text: str) -> int | None:
    return int(text) if _SMALL_NUMBER.match(text) else None
