"""What is drawn for an infusion and what becomes of it: given by the pump, wasted, put back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.cabinet import access
from ketacare.clinic.cabinet.actions.entering import (
    account,
    allow,
    balance_of,
    enter,
    fresh,
    locked,
    locked_lots_of,
    patient_of,
    said,
    two_people,
)
from ketacare.clinic.cabinet.models import Entry, Lot
from ketacare.clinic.infusions.models import OPEN_PHASES, Phase, Session
from ketacare.core import ledger
from ketacare.core.errors import ErrorCode, InputError


@transaction.atomic
def draw(
    *,
    session: Session,
    lot: Lot,
    mg: Decimal,
    by: User,
    now: datetime,
    opened: int | None = None,
    seen: int | None = None,
) -> Entry:
    """Draw for an infusion; ``opened`` sealed vials are opened for it, as few as needed if ``None``.

    ``seen`` is how many entries the infusion had on the page that asks. Refused: an expired lot, another strength than the pump sheet's, more than there is.
    """
    allow(by, Permission.CABINET_HANDLE)
    fresh(session, seen)
    if session.phase in {Phase.SCHEDULED, Phase.CANCELLED}:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            _("The session is {phase}: check the person in before anything is drawn.").format(
                phase=str(session.get_phase_display()).lower()
            ),
        )
    lot = locked(lot)
    if session.phase in OPEN_PHASES and lot.is_expired(timezone.localdate(now)):
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("Lot {lot} expired on {day}: take another one and put this one aside.").format(
                lot=lot.number, day=lot.expires_on
            ),
            where="lot",
        )
    wanted = session.vial_mg_per_ml
    if wanted is not None and abs(float(lot.mg_per_ml) - wanted) > 1e-6:
        raise InputError(
            ErrorCode.CONTRADICTION,
            _(
                "The pump sheet is for vials of {sheet:g} mg/mL and this lot has {lot} mg/mL: take "
                "another lot, or prepare the sheet again."
            ).format(sheet=wanted, lot=lot.strength_mg_per_ml),
            where="lot",
        )
    ug = ledger.micrograms(mg)
    vials = ledger.vials_to_open(balance_of(lot), ug, lot.vial_ug) if opened is None else opened
    entry = enter(
        lot,
        ledger.draw(ug, opened=vials),
        by=by,
        now=now,
        session=session,
        volume_ml=(mg / lot.mg_per_ml).quantize(Decimal("0.001")),
    )
    _record(audit.Tag.CABINET_DRAWN, entry, by, opened=vials)
    return entry


@transaction.atomic
def take_over(*, session: Session, by: User, now: datetime) -> tuple[Entry, ...]:
    """Enter what the pump delivered, once it has stopped; nothing when it is entered already.

    Lots mixed in one bag share it in proportion. More than was drawn is refused, beyond the
    tolerance of a count: that is a draw nobody recorded, or a case.
    """
    lots = locked_lots_of(session)
    current = account(session)
    delivered = access.delivered_ug(session)
    if not current.is_drawn or current.administered_ug is not None or delivered is None:
        return ()
    return _enter_delivered(session, lots, delivered, by=by, now=now)


def _enter_delivered(
    session: Session, lots: list[Lot], delivered: int, *, by: User, now: datetime
) -> tuple[Entry, ...]:
    out = _out_of(session, lots)
    whole = sum(out)
    if delivered - whole > access.tolerance_ug(now):
        raise InputError(
            ErrorCode.CONTRADICTION,
            _(
                "The pump gave {given} mg and {out} mg are drawn and not accounted for: record the "
                "draw that is missing, or reverse what is wrong."
            ).format(given=ledger.milligrams(delivered), out=ledger.milligrams(whole)),
        )
    entries = []
    shares = ledger.share(min(delivered, whole), out)
    for lot, own in zip(lots, shares, strict=True):
        entry = enter(lot, ledger.administer(own), by=by, now=now, session=session)
        _record(audit.Tag.CABINET_ADMINISTERED, entry, by)
        entries.append(entry)
    return tuple(entries)


@transaction.atomic
def waste(
    *,
    session: Session,
    by: User,
    witness: User,
    now: datetime,
    mg: Decimal | None = None,
    volume_ml: Decimal | None = None,
    method: str,
    reason: str,
    seen: int | None = None,
) -> tuple[Entry, ...]:
    """Waste what was drawn and not given, before the eyes of a second person.

    ``mg`` left out is everything that is open, which is known once the pump has stopped.
    """
    allow(by, Permission.CABINET_HANDLE)
    two_people(by, witness)
    text = said(reason, "reason", _("Say what is wasted and why."))
    fresh(session, seen)
    take_over(session=session, by=by, now=now)
    lots = locked_lots_of(session)
    current = account(session)
    if mg is None and current.administered_ug is None:
        raise InputError(
            ErrorCode.MISSING_KEY,
            _("The pump has not stopped: say how many milligrams are wasted now."),
            where="mg",
        )
    ug = current.open_ug if mg is None else ledger.micrograms(mg)
    if not 0 < ug <= current.open_ug:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("{open} mg are drawn and not accounted for; {mg} mg cannot be wasted.").format(
                open=ledger.milligrams(current.open_ug), mg=ledger.milligrams(ug)
            ),
            where="mg",
        )
    entries = []
    for lot, own in zip(lots, ledger.share(ug, _out_of(session, lots)), strict=True):
        if own == 0:
            continue
        entry = enter(
            lot,
            ledger.waste(own),
            by=by,
            witness=witness,
            now=now,
            session=session,
            volume_ml=volume_ml,
            method=method.strip(),
            reason=text,
        )
        _record(audit.Tag.CABINET_WASTED, entry, by, witness=witness.display_name)
        entries.append(entry)
    return tuple(entries)


@transaction.atomic
def put_back(
    *,
    session: Session,
    lot: Lot,
    mg: Decimal,
    sealed: int,
    by: User,
    witness: User,
    now: datetime,
    reason: str,
    seen: int | None = None,
) -> Entry:
    """Put back what was drawn from a lot and never left its vial, ``sealed`` vials of it unopened."""
    allow(by, Permission.CABINET_HANDLE)
    two_people(by, witness)
    fresh(session, seen)
    lots = locked_lots_of(session)
    held = next((each for each in lots if each.pk == lot.pk), None)
    out = dict(zip((each.pk for each in lots), _out_of(session, lots), strict=True))
    ug = ledger.micrograms(mg)
    if held is None or ug > out[held.pk]:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("{out} mg of this lot are out for the infusion; {mg} mg cannot come back.").format(
                out=ledger.milligrams(out.get(lot.pk, 0)), mg=ledger.milligrams(ug)
            ),
            where="mg",
        )
    entry = enter(
        held,
        ledger.give_back(ug, sealed=sealed, vial_ug=held.vial_ug),
        by=by,
        witness=witness,
        now=now,
        session=session,
        reason=said(reason, "reason", _("Say why it goes back.")),
    )
    _record(audit.Tag.CABINET_RETURNED, entry, by, witness=witness.display_name)
    return entry


def _out_of(session: Session, lots: list[Lot]) -> tuple[int, ...]:
    """Return for each lot how much of it is out and not accounted for."""
    rows = list(Entry.objects.filter(session=session))
    return tuple(sum(row.out_ug for row in rows if row.lot_id == lot.pk) for lot in lots)


def _record(tag: audit.Tag, entry: Entry, by: User, **more: object) -> None:
    audit.record(
        tag=tag,
        by=by,
        patient_id=patient_of(entry.session),
        object_id=entry.pk,
        details={"lot": entry.lot.number, "ug": abs(entry.out_ug), **more},
        reason=entry.reason,
    )
