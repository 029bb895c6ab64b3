"""Counting what is there: two people, every lot that should hold something, and a case for each difference."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.cabinet import access
from ketacare.clinic.cabinet.actions.cases import open_case
from ketacare.clinic.cabinet.actions.entering import allow, balance_of, two_people
from ketacare.clinic.cabinet.models import Count, CountLine, Lot
from ketacare.core import ledger
from ketacare.core.errors import ErrorCode, InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What two people found of one lot: sealed vials, and mg in opened ones."""

    vials: int
    open_mg: Decimal


@transaction.atomic
def count(
    *,
    found: Mapping[uuid.UUID, Counted],
    by: User,
    witness: User,
    now: datetime,
    kind: str = Count.Kind.SHIFT,
    moment: str = "",
    note: str = "",
) -> Count:
    """Record a count of every lot in stock; each difference beyond the tolerance opens a case.

    ``found`` is by lot. A lot that was not counted is refused, because nothing missing is "as
    expected". An inventory says whether it was taken at the opening or the close of business.
    """
    inventory = kind == Count.Kind.INVENTORY
    allow(by, Permission.CABINET_CASE if inventory else Permission.CABINET_HANDLE)
    two_people(by, witness)
    if inventory and moment not in Count.Moment.values:
        raise InputError(
            ErrorCode.MISSING_KEY,
            _("Say whether the inventory was taken at the opening or the close of business."),
            where="moment",
        )
    lots = list(
        Lot.objects.select_for_update().filter(pk__in=access.stocked_lot_ids()).order_by("pk")
    )
    left_out = [lot.number for lot in lots if lot.pk not in found]
    if left_out:
        raise InputError(
            ErrorCode.MISSING_KEY,
            _("Lot {lots} was not counted: count every lot that should hold something.").format(
                lots=", ".join(left_out)
            ),
        )
    row = Count.objects.create(
        kind=kind, moment=moment, at=now, by=by, witness=witness, note=note.strip()
    )
    differing = []
    for lot in lots:
        expected, seen = balance_of(lot), found[lot.pk]
        line = CountLine(
            count=row,
            lot=lot,
            vials=seen.vials,
            open_ug=ledger.micrograms(seen.open_mg),
            expected_vials=expected.vials,
            expected_open_ug=expected.open_ug(lot.vial_ug),
        )
        line.save(force_insert=True)
        if line.difference_vials or abs(line.difference_ug) > access.tolerance_ug(now):
            differing.append(line)
    audit.record(
        tag=audit.Tag.CABINET_COUNTED,
        by=by,
        object_id=row.pk,
        details={
            "kind": kind,
            "lots": len(lots),
            "differences": len(differing),
            "witness": witness.display_name,
        },
    )
    for line in differing:
        open_case(
            lot=line.lot,
            count=row,
            difference_vials=line.difference_vials,
            difference_ug=line.difference_ug,
            sentence=_(
                "Counted {vials} sealed vials and {open} mg in opened ones; the register had "
                "{expected} vials and {expected_open} mg."
            ).format(
                vials=line.vials,
                open=ledger.milligrams(line.open_ug),
                expected=line.expected_vials,
                expected_open=ledger.milligrams(line.expected_open_ug),
            ),
            by=by,
            now=now,
        )
    return row
