"""What is written down beside the pump: observations and notes. They only ever add."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.infusions import alerting
from ketacare.clinic.infusions.actions.stepping import begin, finish
from ketacare.clinic.infusions.models import OPEN_PHASES, Phase, Session, Step
from ketacare.clinic.vitals import actions as vitals
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Origin, Vital

if TYPE_CHECKING:
    from ketacare.clinic.vitals.models import Value


@transaction.atomic
def record_observation(
    *,
    session: Session,
    values: Mapping[Vital, float],
    by: User,
    now: datetime,
    at: datetime | None = None,
) -> tuple[Value, ...]:
    """Record what a person measured in this session (see :mod:`ketacare.clinic.vitals.actions`)."""
    current = Session.objects.select_related("patient").get(pk=session.pk)
    if not current.is_open:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("The session is {phase}; observations belong to an open one.").format(
                phase=str(current.get_phase_display()).lower()
            ),
        )
    stored = vitals.record_observation(
        patient=current.patient, session=current, values=values, by=by, now=now, at=at
    )
    alerting.notice(
        current,
        [
            alerting.Seen(kind=kind, value=value, at=at or now, origin=Origin.PERSON)
            for kind, value in values.items()
        ],
        now=now,
    )
    return stored


@transaction.atomic
def note(*, session: Session, text: str, by: User, now: datetime) -> Session:
    """Add a note to the log of the session; anybody who runs infusions, at any time."""
    current = begin(
        session,
        by=by,
        permission=Permission.INFUSION_RUN,
        expected_version=None,
        phases=(Phase.SCHEDULED, *OPEN_PHASES, Phase.DISCHARGED, Phase.CANCELLED),
        act=Step.Act.NOTE,
    )
    if not text.strip():
        raise InputError(ErrorCode.MISSING_KEY, _("The note is empty."), where="text")
    finish(current, act=Step.Act.NOTE, by=by, now=now, text=text)
    audit.record(
        tag=audit.Tag.INFUSION_NOTE, by=by, patient_id=current.patient_id, object_id=current.pk
    )
    return current
