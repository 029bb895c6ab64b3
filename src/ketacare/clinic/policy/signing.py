"""The pages where the policy is signed, and where it can be read as it was on another day."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.own_password import require_own_password
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.policy import access, actions, comparing
from ketacare.clinic.policy.forms import PASSWORD, SignPolicyForm
from ketacare.clinic.policy.lines import Part, changes, from_json, lines_of
from ketacare.clinic.work.drafts import discard, form_with_draft
from ketacare.core.errors import InputError
from ketacare.knowledge.load import load_policy


@requires(Permission.POLICY_VIEW, post=Permission.POLICY_SIGN)
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, part: str) -> HttpResponse:
    """Show what a signature covers and what changed since the last one; take the signature."""
    if part not in Part.values:
        raise Http404(_("The policy has no such part."))
    user, wanted, status = cast("User", request.user), Part(part), HTTPStatus.OK
    version = load_policy().version
    form = form_with_draft(
        SignPolicyForm, request, key=f"policy.sign:{part}", initial={"version": version}
    )
    form.initial["version"] = version
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid() and _signed(request, form, wanted):
            return redirect("policy:overview")
    how = access.standing(wanted)
    context = {
        "standing": how,
        "version": version,
        "form": form,
        "may_sign": access.may_sign(user, wanted) and not how.is_signed,
        "changed": comparing.rows_of(how.changes),
        "groups": comparing.groups_of(lines_of(wanted)),
        "past": access.signatures(wanted),
    }
    return render(request, "policy/sign.html", context, status=status)


@requires(Permission.POLICY_VIEW)
@require_GET
def edition(request: HttpRequest, version: str) -> HttpResponse:
    """Show the policy as one version of it read, and what is different today."""
    row = access.edition_of(version)
    if row is None:
        raise Http404(_("This version of the policy was never in use on this server."))
    parts = []
    for part in Part:
        then = from_json(row.lines[part.value])
        differs = changes(then, lines_of(part))
        parts.append((part, comparing.rows_of(differs), comparing.groups_of(then)))
    context = {"edition": row, "parts": parts, "is_current": version == load_policy().version}
    return render(request, "policy/edition.html", context)


def _signed(request: HttpRequest, form: SignPolicyForm, part: Part) -> bool:
    """Sign with what was typed, or put on the form why not."""
    data = form.cleaned_data
    try:
        user = require_own_password(request, data[PASSWORD], where=PASSWORD)
        actions.sign(
            part=part,
            version=data["version"],
            reason=data["reason"],
            by=user,
            now=timezone.now(),
        )
    except InputError as error:
        form.add_error(error.where if error.where in form.fields else None, error.sentence)
        return False
    discard(request, form)
    messages.success(request, _("Signed: {part}.").format(part=part.label))
    return True
