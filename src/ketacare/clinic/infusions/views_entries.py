"""The door for what a page sends by itself, with a key: at once, or after it had lost the server.

It answers in JSON with what is said to the person. Refused is refused whole: nothing of it is stored,
and the page shows it back with what was typed.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.infusions import access, actions, entering
from ketacare.clinic.infusions.models import Session
from ketacare.clinic.infusions.pages import pages
from ketacare.clinic.work import actions as work
from ketacare.clinic.work.owners import Owner
from ketacare.core.errors import ErrorCode, InputError


@requires(Permission.INFUSION_VIEW)
@require_POST
def enter(request: HttpRequest, infusion_id: uuid.UUID, what: str, name: str) -> JsonResponse:
    """Enter one observation, note or act once, at the time it was made."""
    user = cast("User", request.user)
    kind = entering.kind_of(what, name)
    if kind is None:
        raise Http404(_("This is not entered here."))
    session = access.get_session(user, infusion_id, kind.permission)
    audit.record_read(
        tag=audit.Tag.INFUSION_READ, by=user, patient_id=session.patient_id, object_id=session.pk
    )
    now = timezone.now()
    try:
        sent = entering.read(request.POST, now=now)
        if sent.made_for != str(user.pk):
            return _refused(
                _("Another person made this entry. It is sent when they sign in on this device."),
                HTTPStatus.FORBIDDEN,
            )
        answer = _entered(request, session, kind, sent, now)
    except actions.StaleVersion as stale:
        return _refused(stale.sentence, HTTPStatus.CONFLICT)
    except InputError as error:
        return _refused(error.sentence)
    if not sent.kept:  # a kept one has its own line in the log; several would hide the page
        messages.success(request, answer["said"])
    return JsonResponse(answer)


@requires(Permission.INFUSION_VIEW)
@require_POST
def here(request: HttpRequest, infusion_id: uuid.UUID) -> HttpResponse:
    """Hear that a page shows this session, or that it leaves it; nothing is read or stored."""
    try:
        page = uuid.UUID(request.POST.get("page", ""))
    except ValueError:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    if request.POST.get("leaves") == "1":
        pages.leave(infusion_id, page)
    else:
        who = cast("User", request.user).display_name
        pages.hear(infusion_id, page, who=who, now=timezone.now())
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _entered(
    request: HttpRequest,
    session: Session,
    kind: entering.Kind,
    sent: entering.Sent,
    now: datetime,
) -> dict[str, Any]:
    user = cast("User", request.user)
    at = min(sent.made_at, now) if sent.kept else now
    form = kind.form(request.POST, at)

    def run() -> str:
        if not form.is_valid():
            raise InputError(ErrorCode.BAD_FORMAT, _wrong(form))
        said = kind.run(session, form, user, at, now)
        work.discard_draft(by=Owner(user=user), key=f"{kind.draft}:{session.pk}")
        return said

    kept = actions.kept_entry(
        key=sent.key,
        session=session,
        what=kind.title,
        at=at,
        device_at=sent.device_at,
        ahead_s=sent.ahead.total_seconds(),
        by=user,
        now=now,
    )
    return actions.enter_once(
        key=sent.key,
        session=session,
        path=request.path[:120],
        by=user,
        run=run,
        kept=kept if sent.kept else None,
    )


def _wrong(form: Form) -> str:
    """Return what is wrong with a form in one line, with the names of its fields."""
    said = []
    for name, errors in form.errors.items():
        label = f"{form.fields[name].label}: " if name in form.fields else ""
        said += [f"{label}{error}" for error in errors]
    return " ".join(said)


def _refused(sentence: str, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY) -> JsonResponse:
    return JsonResponse({"refused": sentence}, status=status)
