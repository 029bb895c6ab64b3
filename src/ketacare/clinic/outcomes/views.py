"""The outcomes page: what the clinic learns, with denominators and without names."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.outcomes import access
from ketacare.clinic.outcomes.presenting import outcomes_view


@requires(Permission.OUTCOMES_VIEW)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Show response, time, infusions, decisions, and forecasts against what came true."""
    now = timezone.now()
    learned = access.learned_for(cast("User", request.user), now=now)
    view = outcomes_view(learned, now=now)
    return render(request, "outcomes/overview.html", {"view": view, "now": now})
