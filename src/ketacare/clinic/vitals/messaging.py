"""Pages about monitors' messages that fit no session: the inbox, one message, where devices stand."""

from __future__ import annotations

import uuid
from datetime import datetime
from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.vitals import access, actions
from ketacare.clinic.vitals import inbox as waiting
from ketacare.clinic.vitals.forms import AttachForm, BindForm, SetAsideForm
from ketacare.clinic.vitals.models import Message
from ketacare.core.errors import InputError


@requires(Permission.VITALS_RECORD)
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Show what waits for a decision, what could not be read, and where devices stand."""
    user = cast("User", request.user)
    context = {
        "waiting": access.waiting_messages(user),
        "unreadable": access.unreadable_messages(user),
        "settled": access.settled_messages(user),
        "devices": access.standing_devices(user),
    }
    return render(request, "vitals/messages.html", context)


@requires(Permission.VITALS_RECORD)
@require_http_methods(["GET", "POST"])
def message(request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
    """Show one kept message and what arrived in it; attach it, set it aside, say where it stands."""
    user = cast("User", request.user)
    kept = access.message_for(user, message_id)
    now = timezone.now()
    audit.record_read(
        tag=audit.Tag.MESSAGE_READ,
        by=user,
        patient_id=kept.session.patient_id if kept.session else "",
        object_id=kept.pk,
    )
    is_waiting = kept.status == Message.Status.UNMATCHED
    candidates = waiting.candidates(kept) if is_waiting else ()
    act = request.POST.get("act", "") if request.method == "POST" else ""
    forms: dict[str, Form] = {}
    if is_waiting:
        choices = [
            (str(each.session.pk), f"{each.session.patient}, {each.chair.name}")
            for each in candidates
        ]
        forms = {
            "attach": AttachForm(
                request.POST if act == "attach" else None, choices=choices, prefix="attach"
            ),
            "set_aside": SetAsideForm(request.POST if act == "set_aside" else None, prefix="aside"),
        }
        if kept.device_id:
            forms["bind"] = BindForm(
                request.POST if act == "bind" else None,
                prefix="bind",
                initial={"since": timezone.localtime(kept.at or kept.received_at)},
            )
    form = forms.get(act)
    if form is not None and form.is_valid():
        try:
            said = _settle(kept, act, form, user, now)
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, error.sentence)
        else:
            messages.success(request, said)
            return redirect("vitals:messages")
    content = None if kept.status == Message.Status.QUARANTINED else waiting.content_of_row(kept)
    context = {
        "kept": kept,
        "content": content,
        "candidates": candidates,
        "forms": forms,
        "is_waiting": is_waiting,
        "like": waiting.like(kept).count() if is_waiting else 0,
        "upto": timezone.localtime(now).isoformat(),
        "raw": bytes(kept.raw).decode("utf-8", "replace").replace("\r", "\n"),
    }
    status = HTTPStatus.OK
    if form is not None and form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "vitals/message.html", context, status=status)


@requires(Permission.VITALS_RECORD)
@require_POST
def release(request: HttpRequest, binding_id: uuid.UUID) -> HttpResponse:
    """Say that a device no longer stands where it stood."""
    user = cast("User", request.user)
    binding = access.binding_for(user, binding_id)
    try:
        actions.release(binding=binding, by=user, now=timezone.now())
    except InputError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("The device no longer stands there."))
    return redirect("vitals:messages")


def _settle(kept: Message, act: str, form: Form, user: User, now: datetime) -> str:
    data = form.cleaned_data
    if act == "bind":
        made = actions.bind(
            device_id=kept.device_id, chair=data["chair"], since=data["since"], by=user, now=now
        )
        return _("{device} stands at {chair}; messages that wait here stay until settled.").format(
            device=made.device_id, chair=made.chair.name
        )
    until = _shown(form.data.get("upto", ""), now) if data["like"] else None
    if act == "set_aside":
        n = actions.set_aside(message=kept, reason=data["reason"], by=user, now=now, until=until)
        return ngettext("{n} message is set aside.", "{n} messages are set aside.", n).format(n=n)
    chosen = next(
        each.session for each in waiting.candidates(kept) if str(each.session.pk) == data["session"]
    )
    n = actions.attach(
        message=kept, session=chosen, reason=data["reason"], by=user, now=now, until=until
    )
    return ngettext(
        "{n} message is attached to {who}.", "{n} messages are attached to {who}.", n
    ).format(n=n, who=chosen.patient)


def _shown(text: str, now: datetime) -> datetime:
    """Return when the page was shown: what came after was not looked at."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return now
    return min(found, now) if found.tzinfo is not None else now
