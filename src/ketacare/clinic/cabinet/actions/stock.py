"""What comes into the cabinet and what leaves it for good: receipts, rests and vials wasted, returns."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.cabinet.actions.entering import allow, enter, locked, said, two_people
from ketacare.clinic.cabinet.models import Entry, Lot, Receipt
from ketacare.core import ledger
from ketacare.core.errors import ErrorCode, InputError


@transaction.atomic
def receive(
    *,
    by: User,
    now: datetime,
    product: str,
    made: str,
    ndc: str,
    lot_number: str,
    expires_on: date,
    mg_per_ml: Decimal,
    vial_ml: Decimal,
    vials: int,
    supplier: str,
    reference: str,
    received_on: date,
    supplier_dea: str = "",
) -> Entry:
    """Put a delivery into the register: the lot is made when it is new, and the vials added."""
    allow(by, Permission.CABINET_RECEIVE)
    today = timezone.localdate(now)
    if received_on > today:
        raise InputError(
            ErrorCode.OUT_OF_RANGE, _("This day is still to come: correct it."), where="received_on"
        )
    if expires_on < received_on:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("The lot had expired when it came: refuse the delivery, or correct the day."),
            where="expires_on",
        )
    content = ledger.vial_content(mg_per_ml, vial_ml)
    lot, _made = Lot.objects.get_or_create(
        ndc=ndc.strip(),
        number=lot_number.strip(),
        expires_on=expires_on,
        vial_ug=content,
        defaults={
            "product": product.strip(),
            "made": made,
            "mg_per_ml": mg_per_ml,
            "vial_ml": vial_ml,
        },
    )
    if (lot.mg_per_ml, lot.vial_ml) != (mg_per_ml, vial_ml):
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("This lot is in the register with vials of {mg} mg/mL: check the vial.").format(
                mg=lot.strength_mg_per_ml
            ),
            where="mg_per_ml",
        )
    lot = locked(lot)
    same = Entry.objects.filter(
        lot=lot,
        receipt__supplier=supplier.strip(),
        receipt__reference=reference.strip(),
        reverses__isnull=True,
        reversed_by__isnull=True,
    )
    if same.exists():
        raise InputError(
            ErrorCode.CONTRADICTION,
            _("This lot of invoice {reference} is in the register already.").format(
                reference=reference.strip()
            ),
            where="reference",
        )
    receipt = Receipt.objects.create(
        supplier=supplier.strip(),
        supplier_dea=supplier_dea.strip(),
        reference=reference.strip(),
        received_on=received_on,
    )
    posting = ledger.receive(vials, content)
    entry = enter(lot, posting, by=by, now=now, receipt=receipt)
    audit.record(
        tag=audit.Tag.CABINET_RECEIVED,
        by=by,
        object_id=entry.pk,
        details={"lot": lot.number, "vials": vials, "reference": receipt.reference},
    )
    return entry


@transaction.atomic
def discard(
    *,
    lot: Lot,
    mg: Decimal,
    vials: int,
    method: str,
    reason: str,
    by: User,
    witness: User,
    now: datetime,
) -> Entry:
    """Waste what is in the cabinet: the rest of opened vials, or ``vials`` whole ones that broke."""
    allow(by, Permission.CABINET_HANDLE)
    two_people(by, witness)
    posting = ledger.discard(ledger.micrograms(mg), vials=vials)
    entry = enter(
        locked(lot),
        posting,
        by=by,
        witness=witness,
        now=now,
        method=method.strip(),
        reason=said(reason, "reason", _("Say why it is wasted.")),
    )
    audit.record(
        tag=audit.Tag.CABINET_DISCARDED,
        by=by,
        object_id=entry.pk,
        details={"lot": lot.number, "ug": -posting.lot_ug, "witness": witness.display_name},
        reason=entry.reason,
    )
    return entry


@transaction.atomic
def dispatch(*, lot: Lot, vials: int, reason: str, by: User, witness: User, now: datetime) -> Entry:
    """Hand sealed vials to a reverse distributor; ``reason`` names it and the form."""
    allow(by, Permission.CABINET_RECEIVE)
    two_people(by, witness)
    entry = enter(
        locked(lot),
        ledger.dispatch(vials, lot.vial_ug),
        by=by,
        witness=witness,
        now=now,
        reason=said(reason, "reason", _("Say to whom, and with which form.")),
    )
    audit.record(
        tag=audit.Tag.CABINET_DISPATCHED,
        by=by,
        object_id=entry.pk,
        details={"lot": lot.number, "vials": vials, "witness": witness.display_name},
        reason=entry.reason,
    )
    return entry
