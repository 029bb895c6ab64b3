"""The account of one infusion: what is drawn for it, given, wasted and put back."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.cabinet import access, actions, forms
from ketacare.clinic.cabinet.asking import Ask, answer, person
from ketacare.clinic.infusions.models import Session
from ketacare.core.ledger import milligrams, nearest_micrograms

P = Permission


@requires(P.CABINET_VIEW)
@require_GET
def account(request: HttpRequest, infusion_id: uuid.UUID) -> HttpResponse:
    """Show the account of an infusion and what can be done."""
    session = _session(request, infusion_id)
    context = {
        "session": session,
        "patient": session.patient,
        "standing": access.standing_of(session, now=timezone.now()),
        "entries": access.entries_of_session(session),
    }
    return render(request, "cabinet/account.html", context)


@requires(P.CABINET_HANDLE)
@require_http_methods(["GET", "POST"])
def draw(request: HttpRequest, infusion_id: uuid.UUID) -> HttpResponse:
    """Draw from a lot."""
    by, now, session = person(request), timezone.now(), _session(request, infusion_id)
    wanted = session.vial_mg_per_ml
    stocks = [
        each
        for each in access.stock(now=now)
        if not each.expired and (wanted is None or float(each.lot.mg_per_ml) == wanted)
    ]
    initial: dict[str, Any] = {"seen": len(access.entries_of_session(session))}
    if session.dose_mg is not None:
        initial["mg"] = milligrams(nearest_micrograms(session.dose_mg))
    if stocks:
        initial["lot"] = str(stocks[0].lot.pk)  # the first to expire
    lots = {str(each.lot.pk): each.lot for each in stocks}
    return answer(
        request,
        _ask(
            session,
            _("Draw for an infusion"),
            _("Record the draw"),
            _("The draw is recorded."),
            _("The lot that expires first stands first. Only vials of the pump sheet's strength."),
        ),
        partial(forms.DrawForm, stocks=stocks, initial=initial),
        lambda data, _form: actions.draw(
            session=session, by=by, now=now, **{**data, "lot": lots[data["lot"]]}
        ),
        key=f"cabinet.draw:{infusion_id}",
        context=_about(session),
    )


@requires(P.CABINET_HANDLE)
@require_http_methods(["GET", "POST"])
def waste(request: HttpRequest, infusion_id: uuid.UUID) -> HttpResponse:
    """Waste what was drawn, a second person signing."""
    by, now, session = person(request), timezone.now(), _session(request, infusion_id)
    standing = access.standing_of(session, now=now)
    initial: dict[str, Any] = {"seen": len(access.entries_of_session(session))}
    if standing.given_mg is not None and standing.open_ug > 0:
        initial["mg"] = standing.open_mg
    return answer(
        request,
        _ask(
            session,
            _("Waste"),
            _("Record the waste"),
            _("The waste is recorded."),
            standing.sentence,
        ),
        partial(forms.WasteForm, initial=initial),
        lambda data, _form: actions.waste(session=session, by=by, now=now, **data),
        key=f"cabinet.waste:{infusion_id}",
        context=_about(session),
    )


@requires(P.CABINET_HANDLE)
@require_http_methods(["GET", "POST"])
def put_back(request: HttpRequest, infusion_id: uuid.UUID) -> HttpResponse:
    """Put back what never left its vial."""
    by, now, session = person(request), timezone.now(), _session(request, infusion_id)
    entries = access.entries_of_session(session)
    lots = {str(entry.lot_id): entry.lot for entry in entries}
    initial = {"seen": len(entries), "lot": next(iter(lots), None)}
    return answer(
        request,
        _ask(
            session,
            _("Put back"),
            _("Record it"),
            _("It is back in the register."),
            _("Only what stayed in its vial goes back; what was in a syringe or bag is wasted."),
        ),
        partial(forms.ReturnForm, lots=list(lots.values()), initial=initial),
        lambda data, _form: actions.put_back(
            session=session, by=by, now=now, **{**data, "lot": lots[data["lot"]]}
        ),
        key=f"cabinet.return:{infusion_id}",
        context=_about(session),
    )


def _session(request: HttpRequest, infusion_id: uuid.UUID) -> Session:
    user = person(request)
    found = access.session_for(user, infusion_id)
    audit.record_read(
        tag=audit.Tag.CABINET_READ, by=user, patient_id=found.patient_id, object_id=found.pk
    )
    return found


def _ask(session: Session, title: str, button: str, done: str, lead: str) -> Ask:
    back = reverse("cabinet:account", args=[session.pk])
    return Ask(title=title, button=button, back=back, done=done, lead=lead)


def _about(session: Session) -> dict[str, object]:
    when: datetime = session.started_at or session.scheduled_at
    return {"session": session, "patient": session.patient, "when": when}
