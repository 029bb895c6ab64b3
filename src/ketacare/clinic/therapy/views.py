"""The pages of therapy: what took place, what is missing, and the notes of those who wrote them."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.config.views import conflict
from ketacare.clinic.patients.access import patient_for
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.therapy import access, actions, forms
from ketacare.clinic.therapy.models import Session
from ketacare.clinic.work.drafts import discard, form_with_draft
from ketacare.core.errors import ErrorCode, InputError
from ketacare.knowledge.load import load_integration_window

P = Permission


@requires(P.THERAPY_VIEW)
@require_GET
def overview(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Show each infusion with its window, the sessions, and to whom it is theirs the notes."""
    patient = _patient(request, patient_id, P.THERAPY_VIEW)
    user, now = _user(request), timezone.now()
    rows = access.sessions_with_notes(user, patient.pk)
    context = {
        "patient": patient,
        "integrations": tuple(reversed(access.integrations_of(patient.pk, now=now))),
        "booked": [row for row in reversed(rows) if row.is_open],
        "held": [row for row in rows if not row.is_open],
        "struck_out": list(access.struck_out_of(patient.pk)),
        "needs_preparation": access.needs_preparation(patient.pk),
        "sees_notes": access.sees_notes(user),
        "window": load_integration_window(),
        "now": now,
    }
    return render(request, "therapy/overview.html", context)


@requires(P.THERAPY_EDIT)
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Book a session."""
    patient = _patient(request, patient_id, P.THERAPY_EDIT)
    now = timezone.now()
    form = form_with_draft(
        forms.BookForm,
        request,
        key=f"therapy.book:{patient.pk}",
        infusions=access.integrations_of(patient.pk, now=now),
        initial=_asked_for(request),
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.plan(
                patient=patient,
                kind=data["kind"],
                scheduled_at=data["scheduled_at"],
                infusion=_infusion(patient, data["infusion"]),
                by=_user(request),
                now=now,
            )
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, error.sentence)
        else:
            discard(request, form)
            messages.success(request, _("The session is booked."))
            return redirect("therapy:overview", patient.pk)
    return render(request, "therapy/book.html", {"patient": patient, "form": form})


@requires(P.THERAPY_EDIT)
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Record a session that was not booked."""
    patient = _patient(request, patient_id, P.THERAPY_EDIT)
    return _record(request, patient, None)


@requires(P.THERAPY_EDIT)
@require_http_methods(["GET", "POST"])
def record_booked(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Record that a booked session took place."""
    session, patient = _session(request, session_id)
    if not session.is_open:
        return _gone(request, session)
    return _record(request, patient, session)


@requires(P.THERAPY_EDIT)
@require_http_methods(["GET", "POST"])
def missed(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Record that the person did not come."""
    session, patient = _session(request, session_id)
    if not session.is_open:
        return _gone(request, session)
    form = form_with_draft(forms.MissedForm, request, key=f"therapy.missed:{session.pk}")
    if request.method == "POST" and form.is_valid():
        try:
            actions.missed(
                session=session,
                by=_user(request),
                now=timezone.now(),
                reason=form.cleaned_data["reason"],
            )
        except InputError as error:
            form.add_error(None, error.sentence)
        else:
            discard(request, form)
            messages.success(request, _("It is recorded that the person did not come."))
            return redirect("therapy:overview", patient.pk)
    context = {
        "patient": patient,
        "session": session,
        "form": form,
        "title": _("The person did not come"),
        "button": _("Record"),
    }
    return render(request, "therapy/act.html", context)


@requires(P.THERAPY_EDIT)
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Call a booked session off, or strike out one that was recorded by mistake."""
    session, patient = _session(request, session_id)
    form = form_with_draft(forms.CancelForm, request, key=f"therapy.cancel:{session.pk}")
    if request.method == "POST" and form.is_valid():
        actions.cancel(
            session=session,
            by=_user(request),
            now=timezone.now(),
            reason=form.cleaned_data["reason"],
        )
        discard(request, form)
        messages.success(request, _("The session does not count any more. It stays visible."))
        return redirect("therapy:overview", patient.pk)
    context = {
        "patient": patient,
        "session": session,
        "form": form,
        "title": _("Call the session off") if session.is_open else _("Strike the session out"),
        "button": _("Call off") if session.is_open else _("Strike out"),
    }
    return render(request, "therapy/act.html", context)


@requires(P.THERAPY_EDIT)
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Show every version of a note, and write a new one."""
    session, patient = _session(request, session_id)
    versions = list(access.notes_of(_user(request), session))
    newest = versions[0] if versions else None
    form = form_with_draft(
        forms.CorrectNoteForm if newest else forms.NoteForm,
        request,
        key=f"therapy.note:{session.pk}",
        initial={name: getattr(newest, name) for name in actions.NOTE_FIELDS} if newest else {},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_note(
                session=session,
                by=_user(request),
                now=timezone.now(),
                note=form.note,
                reason=form.cleaned_data.get("reason", ""),
            )
        except InputError as error:
            form.add_error(None, error.sentence)
        else:
            discard(request, form)
            messages.success(request, _("The note is saved."))
            return redirect("therapy:overview", patient.pk)
    context = {"patient": patient, "session": session, "form": form, "older": versions[1:]}
    return render(request, "therapy/note.html", context)


def _record(request: HttpRequest, patient: Patient, session: Session | None) -> HttpResponse:
    now = timezone.now()
    form = form_with_draft(
        forms.RecordForm,
        request,
        key=f"therapy.record:{session.pk if session else patient.pk}",
        infusions=access.integrations_of(patient.pk, now=now),
        initial=_initial(session) if session else _asked_for(request),
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.record(
                patient=patient,
                session=session,
                kind=data["kind"],
                at=data["at"],
                minutes=data["minutes"],
                structured=form.is_structured,
                infusion=_infusion(patient, data["infusion"]),
                note=form.note,
                by=_user(request),
                now=now,
            )
        except InputError as error:
            if error.code is ErrorCode.CONTRADICTION and session is not None:
                return _gone(request, session)
            form.add_error(error.where if error.where in form.fields else None, error.sentence)
        else:
            discard(request, form)
            messages.success(request, _("The session is in the record."))
            return redirect("therapy:overview", patient.pk)
    context = {"patient": patient, "session": session, "form": form}
    return render(request, "therapy/record.html", context)


def _initial(session: Session) -> dict[str, Any]:
    when = session.scheduled_at or timezone.now()
    return {
        "kind": session.kind,
        "at": timezone.localtime(when),
        "infusion": "" if session.infusion_id is None else str(session.infusion_id),
    }


def _asked_for(request: HttpRequest) -> dict[str, Any]:
    """Return what the link that led here proposed, such as the infusion to integrate."""
    return {name: request.GET[name] for name in ("kind", "infusion") if name in request.GET}


def _infusion(patient: Patient, infusion_id: uuid.UUID | None) -> Any:
    return None if infusion_id is None else access.infusion_of(patient.pk, infusion_id)


def _gone(request: HttpRequest, session: Session) -> HttpResponse:
    sentence = _("Somebody has recorded or cancelled this session already. Look at it first.")
    return conflict(request, sentence, back=f"/patients/{session.patient_id}/therapy/")


def _session(request: HttpRequest, session_id: uuid.UUID) -> tuple[Session, Patient]:
    session = access.session_for(_user(request), session_id)
    return session, _patient(request, session.patient_id, P.THERAPY_EDIT)


def _patient(request: HttpRequest, patient_id: uuid.UUID, permission: Permission) -> Patient:
    user = _user(request)
    patient = patient_for(user, patient_id, permission)
    audit.record_read(tag=audit.Tag.THERAPY_READ, by=user, patient_id=patient.pk)
    return patient


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
