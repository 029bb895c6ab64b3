"""The audit page: who did what, when, to whom and why."""

from __future__ import annotations

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import sees_clinical
from ketacare.clinic.audit import access
from ketacare.clinic.audit.forms import FilterForm
from ketacare.clinic.audit.presenter import rows_of

PER_PAGE = 50


@requires(Permission.AUDIT_VIEW)
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """Show the events the filter asks for, newest first, fifty a page."""
    form = FilterForm(request.GET or None)
    wanted = access.Wanted()
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        wanted = access.Wanted(
            actor=data["actor"],
            subject=data["subject"],
            patient_id=str(data["patient_id"] or ""),
            first=data["first"],
            last=data["last"],
        )
    user = cast("User", request.user)
    found = access.events_for(user, wanted)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "rows": rows_of(page, clinical=sees_clinical(user)),
        "query": query.urlencode(),
    }
    return render(request, "audit/events.html", context)
