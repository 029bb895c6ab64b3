"""The pages of a session's record: reading it, sealing it, adding to it, taking a copy."""

from __future__ import annotations

import uuid
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ketacare.adapters.report import pdf_of
from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.accounts.signing import OWN_PASSWORD, sign
from ketacare.clinic.infusions.models import Session
from ketacare.clinic.records import access, actions, forms, presenting
from ketacare.clinic.records.reading import read
from ketacare.clinic.work.drafts import discard, form_with_draft
from ketacare.core.errors import InputError

P = Permission
PER_PAGE = 20  # each row asks what holds its seal back


@requires(P.INFUSION_VIEW)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show the sessions that wait for their seal, and the last ones sealed."""
    now = timezone.now()
    page = Paginator(access.unsealed(), PER_PAGE).get_page(request.GET.get("page"))
    waiting = [(session, access.obstacles(session, now=now)) for session in page]
    context = {"page": page, "waiting": waiting, "seals": access.newest_seals()}
    return render(request, "records/list.html", context)


@requires(P.INFUSION_VIEW)
@require_GET
def record(request: HttpRequest, infusion_id: uuid.UUID) -> HttpResponse:
    """Show a session's whole record: as it was sealed, or as it stands while it is open."""
    user = cast("User", request.user)
    found = access.session_for(user, infusion_id)
    _note(user, found, audit.Tag.RECORD_READ)
    now = timezone.now()
    held = read(found, now=now)
    context = {
        "session": found,
        "patient": found.patient,
        "record": held,
        "document": presenting.document_of(held),
        "narrow": presenting.strip_of(held, width=presenting.NARROW),
        "obstacles": () if held.seal else access.obstacles(found, now=now),
        "user_may_sign": may(user, P.RECORD_SEAL),
    }
    return render(request, "records/record.html", context)


@requires(P.INFUSION_VIEW)
@require_GET
def pdf(request: HttpRequest, infusion_id: uuid.UUID) -> HttpResponse:
    """Give the record as a tagged PDF with every value in it."""
    user = cast("User", request.user)
    found = access.session_for(user, infusion_id)
    _note(user, found, audit.Tag.RECORD_COPIED, once=False)
    held = read(found, now=timezone.now())
    content = pdf_of(presenting.document_of(held, every=True))
    return _download(content, "application/pdf", f"{_name(found)}.pdf")


@requires(P.INFUSION_VIEW)
@require_GET
def values(request: HttpRequest, infusion_id: uuid.UUID) -> HttpResponse:
    """Give every measured value of the record as a table, one value a line."""
    user = cast("User", request.user)
    found = access.session_for(user, infusion_id)
    _note(user, found, audit.Tag.RECORD_COPIED, once=False)
    held = read(found, now=timezone.now())
    text = presenting.values_csv(held)
    return _download(text.encode(), "text/csv; charset=utf-8", f"{_name(found)}.csv")


@requires(P.RECORD_SEAL)
@require_http_methods(["GET", "POST"])
def seal(request: HttpRequest, infusion_id: uuid.UUID) -> HttpResponse:
    """Seal the record with one's own password."""
    user, now = cast("User", request.user), timezone.now()
    found = access.session_for(user, infusion_id)
    _note(user, found, audit.Tag.RECORD_READ)
    form = form_with_draft(
        forms.SealForm,
        request,
        key=f"record.seal:{infusion_id}",
        call_is_open=access.call_is_open(found),
    )
    context = {
        "obstacles": access.obstacles(found, now=now),
        "seal": access.seal_of(found.pk),
        "statement": _("I have read this record. It says what happened, as far as I know."),
    }
    return _signed(
        request,
        found,
        form,
        lambda data: actions.seal(
            session=found, by=user, now=now, without_call=data.get("without_call", "")
        ),
        done=_("The record is sealed. From now on it stays as it is."),
        template="records/seal.html",
        context=context,
    )


@requires(P.RECORD_SEAL)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, infusion_id: uuid.UUID) -> HttpResponse:
    """Add to a sealed record, with one's own password."""
    user, now = cast("User", request.user), timezone.now()
    found = access.session_for(user, infusion_id)
    _note(user, found, audit.Tag.RECORD_READ)
    form = form_with_draft(forms.AddendumForm, request, key=f"record.add:{infusion_id}")
    return _signed(
        request,
        found,
        form,
        lambda data: actions.add(
            session=found, text=data["text"], reason=data["reason"], by=user, now=now
        ),
        done=_("The addendum is sealed beside the record."),
        template="records/add.html",
        context={"seal": access.seal_of(found.pk)},
    )


def _signed(
    request: HttpRequest,
    session: Session,
    form: Any,
    run: Any,
    *,
    done: str,
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Show a form that ends with one's own password, or do what it asks."""
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            data = dict(form.cleaned_data)
            try:
                sign(request, password=data.pop(OWN_PASSWORD))
                run(data)
            except InputError as error:
                form.add_error(error.where if error.where in form.fields else None, error.sentence)
            else:
                discard(request, form)
                messages.success(request, done)
                return redirect("records:record", session.pk)
    shown = {**context, "session": session, "patient": session.patient, "form": form}
    return render(request, template, shown, status=status)


def _note(user: User, session: Session, tag: audit.Tag, *, once: bool = True) -> None:
    """Record that somebody read the record, or took a copy of it: every copy counts."""
    if once:
        audit.record_read(tag=tag, by=user, patient_id=session.patient_id, object_id=session.pk)
    else:
        audit.record(tag=tag, by=user, patient_id=session.patient_id, object_id=session.pk)


def _name(session: Session) -> str:
    """Return the name of a file: no name of a person in it, because files lie about."""
    when: datetime = session.started_at or session.scheduled_at
    return f"infusion-{timezone.localtime(when):%Y-%m-%d}-{str(session.pk)[:8]}"


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
