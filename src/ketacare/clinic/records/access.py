"""Reading seals; whether a session is sealed, and what stands in the way of sealing it.

``refuse_if_sealed`` is what every room asks before it writes something of a session. Functions that
take no user are for rooms that have authorised already.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.infusions.models import AdverseEvent, LimitAlert, Phase, Session, Step
from ketacare.clinic.records.models import Seal
from ketacare.core.errors import ErrorCode, InputError

CLOSED = (Phase.DISCHARGED, Phase.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why a session cannot be sealed yet, and where to do something about it."""

    sentence: str
    address: str
    link: str


def session_for(user: User, session_id: uuid.UUID) -> Session:
    """Return the session whose record this person may read."""
    found = (
        Session.objects.select_related("patient", "chair", "plan", "prepared_by", "second_by")
        .filter(pk=session_id)
        .first()
    )
    if found is None:
        raise Http404(_("There is no infusion with this address."))
    if not (may(user, Permission.INFUSION_VIEW) and may(user, Permission.VITALS_VIEW)):
        raise PermissionDenied(_("Your role does not read the records of infusions."))
    return found


def seal_of(session_id: uuid.UUID) -> Seal | None:
    """Return the seal of a session's record, or ``None`` while it is open."""
    return (
        Seal.objects.select_related("by")
        .filter(session_id=session_id, kind=Seal.Kind.RECORD)
        .first()
    )


def addenda_of(session_id: uuid.UUID) -> list[Seal]:
    """Return what was added after the seal, oldest first."""
    return list(
        Seal.objects.select_related("by")
        .filter(session_id=session_id, kind=Seal.Kind.ADDENDUM)
        .order_by("position")
    )


def sealed_among(session_ids: Iterable[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Return which of some sessions are sealed."""
    return frozenset(
        Seal.objects.filter(session_id__in=list(session_ids)).values_list("session_id", flat=True)
    )


def refuse_if_sealed(session: Session) -> None:
    """Raise :class:`InputError` when the record of the session is sealed."""
    seal = Seal.objects.filter(session_id=session.pk, kind=Seal.Kind.RECORD).first()
    if seal is not None:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _(
                "The record of this infusion was sealed on {day} and stays as it is: "
                "write an addendum to it."
            ).format(day=timezone.localtime(seal.at).strftime("%Y-%m-%d %H:%M")),
        )


def obstacles(session: Session, *, now: datetime) -> tuple[Obstacle, ...]:
    """Return what stands in the way of sealing a session, each with where to go."""
    from ketacare.clinic.cabinet import access as cabinet  # the cabinet asks here too

    if session.phase not in CLOSED:
        return (
            Obstacle(
                sentence=_(
                    "The session is {phase}: it is sealed after the person has left."
                ).format(phase=str(session.get_phase_display()).lower()),
                address=reverse("infusions:session", args=[session.pk]),
                link=_("To the session"),
            ),
        )
    if AdverseEvent.objects.filter(
        session=session, is_serious=True, reviewed_at__isnull=True
    ).exists():
        return (
            Obstacle(
                sentence=_("A serious adverse event waits for its review."),
                address=reverse("infusions:session", args=[session.pk]),
                link=_("To the session"),
            ),
        )
    if LimitAlert.objects.filter(session=session, acknowledged_at__isnull=True).exists():
        return (
            Obstacle(
                sentence=_("A limit was crossed, and nobody has said that they saw it."),
                address=reverse("infusions:session", args=[session.pk]),
                link=_("To the session"),
            ),
        )
    standing = cabinet.standing_of(session, now=now)
    if standing.holds_back:
        return (
            Obstacle(
                sentence=_("The milligrams do not add up: {sentence}").format(
                    sentence=standing.sentence
                ),
                address=reverse("cabinet:account", args=[session.pk]),
                link=_("Settle it in the cabinet"),
            ),
        )
    return ()


def call_is_open(session: Session) -> bool:
    """Return whether nobody has reached the person on the day after; a cancelled visit needs no call."""
    if session.discharged_at is None or session.started_at is None:
        return False
    return not Step.objects.filter(
        session=session, act=Step.Act.CALL, subject=Step.Call.REACHED
    ).exists()


def unsealed() -> QuerySet[Session]:
    """Return the closed sessions that wait for their seal, oldest first."""
    return (
        Session.objects.select_related("patient", "chair")
        .filter(phase__in=CLOSED)
        .exclude(seals__kind=Seal.Kind.RECORD)
        .order_by("scheduled_at")
    )


def newest_seals(*, most: int = 20) -> list[Seal]:
    """Return the last seals of records, newest first."""
    return list(
        Seal.objects.select_related("by", "session__patient")
        .filter(kind=Seal.Kind.RECORD)
        .defer("content")
        .order_by("-position")[:most]
    )
