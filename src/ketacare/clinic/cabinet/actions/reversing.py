"""Undoing an entry: another one with the opposite signs, a reason and a second person."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.cabinet.actions.entering import (
    account,
    allow,
    enter,
    locked,
    patient_of,
    said,
    two_people,
)
from ketacare.clinic.cabinet.models import Entry
from ketacare.core import ledger
from ketacare.core.errors import ErrorCode, InputError


@transaction.atomic
def reverse(*, entry: Entry, reason: str, by: User, witness: User, now: datetime) -> Entry:
    """Undo an entry that was a mistake; refused when later ones rest on it, or when it is undone."""
    allow(by, Permission.CABINET_HANDLE)
    two_people(by, witness)
    lot = locked(entry.lot)
    text = said(reason, "reason", _("Say what was wrong with the entry."))
    undone = Entry.objects.filter(reverses=entry).exists()
    if undone or entry.reverses_id is not None:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("This entry is reversed already, or reverses another one: make a new entry."),
        )
    posting = ledger.reverse(entry.posting)
    if posting == entry.posting:
        raise InputError(ErrorCode.NOT_ALLOWED, _("An entry of nothing has nothing to reverse."))
    if entry.session is not None:
        account(entry.session, posting)  # refuses to take away what was given, wasted or put back
    made = enter(
        lot,
        posting,
        by=by,
        witness=witness,
        now=now,
        session=entry.session,
        case=entry.case,
        receipt=entry.receipt,
        reverses=entry,
        reason=text,
    )
    audit.record(
        tag=audit.Tag.CABINET_REVERSED,
        by=by,
        patient_id=patient_of(entry.session),
        object_id=made.pk,
        details={"lot": lot.number, "number": entry.number, "witness": witness.display_name},
        reason=text,
    )
    return made
