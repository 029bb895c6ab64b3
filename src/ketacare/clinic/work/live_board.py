"""The board as it changes: each chair's card as it stands, and a word when the order is another.

Cards hold the same for every reader of the chairs, so each is rendered once for all boards.
"""

from __future__ import annotations

from typing import cast

from asgiref.sync import sync_to_async
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.infusions.alerting import held_of
from ketacare.clinic.infusions.fragments import on_one_line
from ketacare.clinic.infusions.marks import marks_of
from ketacare.clinic.infusions.rounds import Look
from ketacare.clinic.infusions.stream import streaming
from ketacare.clinic.work.presenting_board import place_of, seat_of, sees_chairs


@requires(Permission.BOARD_VIEW)
@require_GET
async def stream(request: HttpRequest) -> HttpResponseBase:
    """Bring an open board what is new in the chairs."""
    user = cast("User", await request.auser())
    if not await sync_to_async(sees_chairs)(user):
        raise PermissionDenied(_("Your role does not see the chairs."))
    return streaming(request, "board", say)


def say(look: Look) -> dict[str, str]:
    """Return what a board shows of a look: the cards that changed, and the order of all."""
    news = {}
    marks = marks_of([glance.watch.session for glance in look.glances])
    held = held_of([seen.session for seen in look.standing])
    for glance in look.glances:
        session_id = glance.watch.session.pk
        seat = seat_of(glance.watch, marks.get(session_id, ()), held.get(session_id, ()))
        card = render_to_string("work/_seat.html", {"seat": seat})
        news[f"seat-{glance.watch.session.pk}"] = on_one_line(card)
    order = sorted(look.standing, key=place_of(held))
    news["order"] = " ".join(str(seen.session.pk) for seen in order)
    return news
