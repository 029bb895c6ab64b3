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
