"""The policy pages: which rules and limits apply today, and the card behind each of them.

They only read. A limit changes in the file of its rule, with a second person's check, and is in
force when the clinic's program has started again; until then the page names the changed file.
"""

from __future__ import annotations

from typing import cast

from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.policy import access, presenting
from ketacare.clinic.policy.apps import PolicyConfig
from ketacare.clinic.policy.freshness import look
from ketacare.clinic.policy.lines import Part
from ketacare.core.errors import KetacareError


@requires(Permission.POLICY_VIEW)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Show every rule with its limit as it applies today, where it is asked and how it binds."""
    wanted = request.GET.get("q", "").strip()[:80]
    view = presenting.policy_view(today=timezone.localdate(), wanted=wanted)
    read = cast("PolicyConfig", apps.get_app_config("policy")).read
    context = {
        "view": view,
        "wanted": wanted,
        "standings": [access.standing(part) for part in Part],
        "editions": access.editions(),
        "read_at": read.at,
        "stale": read.changed_in(look()),
    }
    return render(request, "policy/overview.html", context)


@requires(Permission.POLICY_VIEW)
@require_GET
def listing(request: HttpRequest, kind: str) -> HttpResponse:
    """Show all pieces of one kind of content."""
    try:
        view = presenting.listing_view(kind)
    except KetacareError as error:
        raise Http404(_("There is no content with this address.")) from error
    return render(request, "policy/listing.html", {"view": view})


@requires(Permission.POLICY_VIEW)
@require_GET
def card(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """Show one piece: what it says, its numbers and sources, who checked it, its own checks."""
    try:
        view = presenting.card_view(kind, name)
    except KetacareError as error:
        raise Http404(_("There is no content with this address.")) from error
    return render(request, "policy/card.html", {"view": view})
