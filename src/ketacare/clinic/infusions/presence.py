"""Who works on an open infusion: the question behind the exception from the time-out.

Somebody works on an infusion from the first act or observation of theirs in it until it is closed;
having booked it is not working on it.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.infusions.models import OPEN_PHASES, Session, Step

if TYPE_CHECKING:
    from ketacare.clinic.accounts.models import User

_NOT_AT_THE_CHAIR = (Step.Act.SCHEDULE, Step.Act.ASSIGN, Step.Act.NOTE)


def works_on_open(user: User, infusion_id: uuid.UUID | None = None) -> bool:
    """Return whether the person works on this open infusion, or on any when none is named."""
    from ketacare.clinic.vitals.models import Value

    if not may(user, Permission.INFUSION_RUN):
        return False
    here = Session.objects.filter(phase__in=OPEN_PHASES)
    if infusion_id is not None:
        here = here.filter(pk=infusion_id)
    acted = Step.objects.filter(session=OuterRef("pk"), by=user).exclude(act__in=_NOT_AT_THE_CHAIR)
    measured = Value.objects.filter(session=OuterRef("pk"), by=user)
    return here.filter(Exists(acted) | Exists(measured)).exists()


def may_go_on_looking(
    session_key: str | None, user_id: uuid.UUID | str, infusion_id: uuid.UUID | None
) -> bool:
    """Return whether the person behind an open stream is still signed in and may still look.

    The same rule as for loading the page again: see the time-out in ``work.middleware``.
    """
    from django.conf import settings
    from django.contrib.auth import SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from ketacare.clinic.accounts.models import User
    from ketacare.clinic.work.middleware import LAST_SEEN

    store = SessionStore(session_key)
    if str(store.get(SESSION_KEY, "")) != str(user_id):
        return False
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not may(user, Permission.INFUSION_VIEW):
        return False
    last = store.get(LAST_SEEN)
    idle = settings.KETACARE["KETACARE_IDLE_MINUTES"] * 60
    return (
        last is None
        or timezone.now().timestamp() - last <= idle
        or works_on_open(user, infusion_id)
    )
