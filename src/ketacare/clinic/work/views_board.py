"""Today's board: who is in which phase, who comes, what needs a decision, what is overdue.

One page for everybody, with the parts and their order by role. It renews itself in the background,
which does not count as activity of the person who left it open.
"""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.work import presenting_board


@requires(Permission.BOARD_VIEW)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Show today's work; with htmx only the part that renews itself."""
    view = presenting_board.board_of(
        cast("User", request.user), now=timezone.now(), others=request.GET.get("others") == "1"
    )
    partial = request.headers.get("HX-Request") == "true"
    return render(request, "work/_board.html" if partial else "work/board.html", {"board": view})
