"""Keeping drafts while people type."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.work import actions, drafts
from ketacare.clinic.work.owners import owner_of
from ketacare.core.errors import InputError


@requires(Permission.ACCOUNT_OWN)
@require_POST
def autosave(request: HttpRequest) -> HttpResponse:
    """Keep what is typed so far, for this person only."""
    return drafts.autosave_answer(request, owner=owner_of(request))


@requires(Permission.ACCOUNT_OWN)
@require_POST
def discard_draft(request: HttpRequest) -> HttpResponse:
    """Drop a draft and show the form empty."""
    try:
        key = drafts.checked(request.POST.get(drafts.KEY_FIELD, ""))
    except InputError as error:
        raise BadRequest(error.sentence) from error
    actions.discard_draft(by=owner_of(request), key=key)
    back = request.POST.get("back", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe else "/")
