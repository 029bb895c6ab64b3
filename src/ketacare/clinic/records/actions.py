"""Sealing a session's record, and adding to a sealed one. Only these functions write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may, roles_with
from ketacare.clinic.infusions.models import Session
from ketacare.clinic.records import access
from ketacare.clinic.records.collecting import ADDENDUM_FORM, HEAD, lines_of, record_of
from ketacare.clinic.records.models import Head, Seal, pack
from ketacare.clinic.records.rows import stamp
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.sealing import KEY, START, after

LONGEST_TEXT = 4000
LONGEST_REASON = 500
STATEMENT = "I have read this record. It says what happened, as far as I know."
ADDENDUM_STATEMENT = "This belongs to the sealed record. It is true, as far as I know."


@transaction.atomic
def seal(*, session: Session, by: User, now: datetime, without_call: str = "") -> Seal:
    """Seal the whole record of a closed session; from now on it stays as it is.

    Refused while the milligrams do not add up, and while nobody was reached in the call on the day
    after, unless ``without_call`` says why.
    """
    _allow(by)
    current = _locked(session)
    access.refuse_if_sealed(current)
    for obstacle in access.obstacles(current, now=now):
        raise InputError(ErrorCode.NOT_ALLOWED, obstacle.sentence)
    reason = without_call.strip()[:LONGEST_REASON]
    if access.call_is_open(current) and not reason:
        raise InputError(
            ErrorCode.MISSING_KEY,
            _("Nobody was reached in the call after the infusion. Call, or say why not."),
            where="without_call",
        )
    _take_over(current, by=by, now=now)

    def lines(position: int, previous: str) -> tuple[str, ...]:
        return lines_of(
            record_of(
                current,
                as_of=now,
                position=position,
                previous=previous,
                sealed_at=stamp(now),
                sealed_by=[str(by.pk), by.display_name, str(by.role_label)],
                statement=STATEMENT,
                without_call=reason,
            )
        )

    made = _link(Seal.Kind.RECORD, current, lines, by=by, now=now)
    audit.record(
        tag=audit.Tag.RECORD_SEALED,
        by=by,
        patient_id=current.patient_id,
        object_id=current.pk,
        details={"position": made.position, "hash": made.hash},
        reason=reason,
    )
    return made


@transaction.atomic
def add(*, session: Session, text: str, reason: str, by: User, now: datetime) -> Seal:
    """Add to a sealed record: what is to be read beside it, and why it was not in it."""
    _allow(by)
    current = _locked(session)
    sealed = access.seal_of(current.pk)
    if sealed is None:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("This record is not sealed: write a note or correct the value itself."),
        )
    said, why = text.strip(), reason.strip()
    for name, given, most in (("text", said, LONGEST_TEXT), ("reason", why, LONGEST_REASON)):
        if not given:
            raise InputError(ErrorCode.MISSING_KEY, _("Fill this in."), where=name)
        if len(given) > most:
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                _("This has {n} characters; give at most {most}.").format(n=len(given), most=most),
                where=name,
            )

    def lines(position: int, previous: str) -> tuple[str, ...]:
        head = {
            KEY: HEAD,
            "form": ADDENDUM_FORM,
            "position": position,
            "previous": previous,
            "session": str(current.pk),
            "to": sealed.position,
            "sealed_at": stamp(now),
            "sealed_by": [str(by.pk), by.display_name, str(by.role_label)],
            "statement": ADDENDUM_STATEMENT,
            "text": said,
            "reason": why,
        }
        return lines_of((head,))

    made = _link(Seal.Kind.ADDENDUM, current, lines, by=by, now=now)
    audit.record(
        tag=audit.Tag.RECORD_ADDED,
        by=by,
        patient_id=current.patient_id,
        object_id=current.pk,
        details={"position": made.position, "hash": made.hash, "to": sealed.position},
        reason=why,
    )
    return made


def _link(
    kind: Seal.Kind,
    session: Session,
    lines: Callable[[int, str], tuple[str, ...]],
    *,
    by: User,
    now: datetime,
) -> Seal:
    """Write the next link of the chain; writers queue at the head's row."""
    head, _new = Head.objects.select_for_update().get_or_create(pk=1, defaults={"hash": START})
    position, previous = head.position + 1, head.hash
    content = lines(position, previous)
    made = Seal.objects.create(
        position=position,
        kind=kind,
        session=session,
        at=now,
        by=by,
        content=pack(content),
        previous=previous,
        hash=after(previous, content),
    )
    head.position, head.hash = made.position, made.hash
    head.save()
    return made


def _locked(session: Session) -> Session:
    return (
        Session.objects.select_for_update(of=("self",))
        .select_related("patient", "chair", "plan")
        .get(pk=session.pk)
    )


def _take_over(session: Session, *, by: User, now: datetime) -> None:
    """Enter what the pump delivered where discharge could not, because it did not add up then."""
    from ketacare.clinic.cabinet import access as cabinet
    from ketacare.clinic.cabinet.actions import take_over

    standing = cabinet.standing_of(session, now=now)
    if standing.account.is_drawn and standing.account.administered_ug is None:
        take_over(session=session, by=by, now=now)


def _allow(by: User) -> None:
    if not may(by, Permission.RECORD_SEAL):
        names = " / ".join(str(role.label) for role in roles_with(Permission.RECORD_SEAL))
        raise PermissionDenied(
            _("Your role ({role}) may not sign records. It can be done by: {names}.").format(
                role=by.role_label, names=names
            )
        )
