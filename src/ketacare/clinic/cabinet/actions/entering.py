"""What every act does: allow, lock the lots, check the second person, write the next entry.

The lock on a lot makes acts on it wait for each other, so no two draw the same milligram. Lots are
locked in one order, so that two acts never wait for each other in a circle.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may, roles_with
from ketacare.clinic.cabinet.models import Entry, Lot
from ketacare.clinic.infusions.models import Session
from ketacare.clinic.records import access as records
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.ledger import EMPTY, Account, Balance, Posting, account_of, post

LONGEST_REASON = 500
CLOCK_SLACK = timedelta(minutes=2)


def allow(by: User, permission: Permission) -> None:
    """Refuse a person whose role does not include the act."""
    if not may(by, permission):
        names = " / ".join(str(role.label) for role in roles_with(permission))
        raise PermissionDenied(
            _("Your role ({role}) may not do this. It can be done by: {names}.").format(
                role=by.role_label, names=names
            )
        )


def two_people(by: User, witness: User) -> None:
    """Refuse a witness who is the same person, or whose role may not sign."""
    if witness.pk == by.pk:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("{name} cannot witness their own act: another person watches and signs.").format(
                name=by.display_name
            ),
            where="witness_name",
        )
    if not may(witness, Permission.CABINET_WITNESS):
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("{name} ({role}) may not sign as the second person.").format(
                name=witness.display_name, role=witness.role_label
            ),
            where="witness_name",
        )


def fresh(session: Session, seen: int | None) -> None:
    """Hold the infusion's row; refuse when entries were made after the page was shown.

    A form sent twice is refused the second time; ``None`` does not ask.
    """
    Session.objects.select_for_update().filter(pk=session.pk).first()
    if seen is not None and Entry.objects.filter(session=session).count() != seen:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("An entry was made for this infusion after your page was shown: look at it first."),
        )


def locked(lot: Lot) -> Lot:
    """Return the lot, held until the end of the transaction."""
    return Lot.objects.select_for_update().get(pk=lot.pk)


def locked_lots_of(session: Session) -> list[Lot]:
    """Return the lots something was drawn from for an infusion, held, in the order of their ids."""
    wanted = Entry.objects.filter(session=session).values("lot_id")
    return list(Lot.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))


def balance_of(lot: Lot) -> Balance:
    """Return what a lot holds."""
    last = lot.entries.order_by("-number").first()
    return EMPTY if last is None else last.after


def postings_of(entries: Iterable[Entry]) -> list[Posting]:
    """Return entries for the core."""
    return [entry.posting for entry in entries]


def account(session: Session, *more: Posting) -> Account:
    """Return an infusion's account with postings to come; refuse what cannot be."""
    rows = Entry.objects.filter(session=session)
    return account_of([*postings_of(rows), *more])


def enter(
    lot: Lot,
    posting: Posting,
    *,
    by: User,
    now: datetime,
    session: Session | None = None,
    volume_ml: Decimal | None = None,
    **more: Any,
) -> Entry:
    """Write the next entry of a locked lot; refuse one that leaves less than nothing."""
    if session is not None:
        records.refuse_if_sealed(session)
    last = lot.entries.order_by("-number").first()
    before = EMPTY if last is None else last.after
    if last is not None and last.at - CLOCK_SLACK <= now < last.at:
        now = last.at  # waited for the lock while somebody else wrote
    if last is not None and now < last.at:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("The lot has an entry after this time: entries are made in order of time."),
        )
    after = post(before, posting, lot.vial_ug)
    return Entry.objects.create(
        lot=lot,
        number=1 if last is None else last.number + 1,
        kind=posting.kind.value,
        at=now,
        vials=posting.vials,
        lot_ug=posting.lot_ug,
        out_ug=posting.out_ug,
        vials_after=after.vials,
        ug_after=after.ug,
        session=session,
        volume_ml=volume_ml,
        by=by,
        **more,
    )


def said(text: str, where: str, sentence: str, most: int = LONGEST_REASON) -> str:
    """Return a text that was given, or refuse an empty or endless one."""
    found = text.strip()
    if not found:
        raise InputError(ErrorCode.MISSING_KEY, sentence, where=where)
    if len(found) > most:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("The text has {n} characters; give it in at most {most}.").format(
                n=len(found), most=most
            ),
            where=where,
        )
    return found


def patient_of(session: Session | None) -> uuid.UUID | None:
    """Return whose infusion it is."""
    return None if session is None else session.patient_id
