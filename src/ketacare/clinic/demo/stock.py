"""Fills the sample clinic's cabinet: deliveries, the draws and waste of the last weeks, one open case.

Written after the people, through the cabinet's own actions; older infusions were before the cabinet
was kept here.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.cabinet import access, actions
from ketacare.clinic.cabinet.actions import Counted
from ketacare.clinic.cabinet.models import Lot, Made
from ketacare.clinic.demo.writing import Staff
from ketacare.clinic.infusions.access import chairs, sessions_between
from ketacare.clinic.infusions.models import Chair, Session
from ketacare.core.ledger import micrograms, milligrams, nearest_micrograms

KEPT = timedelta(days=14)
_VIALS = 12
_STRENGTH = Decimal(50)
_MISSING_MG = Decimal(20)
_LEFT_OPEN = Decimal(15)  # drawn beyond the dose in one infusion, and wasted


@transaction.atomic
def stock_up(staff: Staff, *, now: datetime) -> None:
    """Write the cabinet of the last two weeks: a lot for each chair, and what was drawn from it."""
    start = now - KEPT
    lots = {
        chair.pk: _receive(chair, number, staff[Role.MANAGER], start)
        for number, chair in enumerate(chairs(), start=1)
    }
    # Handed over and counted by two people on the first day.
    actions.count(
        found={lot.pk: Counted(vials=_VIALS, open_mg=Decimal(0)) for lot in lots.values()},
        by=staff[Role.MANAGER],
        witness=staff[Role.NURSE],
        now=start + timedelta(minutes=30),
        kind="inventory",
        moment="opening",
    )
    given = [s for s in sessions_between(start, now + timedelta(days=1)) if s.started_at]
    for session in sorted(given, key=lambda s: s.started_at or now):
        if session.started_at and session.started_at > start + timedelta(hours=1):
            lot = lots[session.chair_id] if session.chair_id in lots else next(iter(lots.values()))
            _use(session, lot, staff, now)
    _miss(next(iter(lots.values())), lots, staff, now)


def take(session: Session, staff: Staff, *, now: datetime) -> None:
    """Draw the dose of an infusion that has just begun, from the lot that expires first."""
    wanted = micrograms(_LEFT_OPEN) + nearest_micrograms(session.dose_mg or 0.0)
    found = [each for each in access.stock(now=now) if each.balance.ug >= wanted]
    if found and session.dose_mg:
        actions.draw(
            session=session, lot=found[0].lot, mg=_dose(session), by=staff[Role.NURSE], now=now
        )


def _receive(chair: Chair, number: int, by: User, at: datetime) -> Lot:
    day: date = timezone.localdate(at)
    return actions.receive(
        by=by,
        now=at,
        product="Ketamine hydrochloride injection (sample)",
        made=Made.APPROVED,
        ndc=f"00000-0000-{number:02d}",
        lot_number=f"SAMPLE-{number}",
        expires_on=day + timedelta(days=50 + 200 * (number - 1)),
        mg_per_ml=_STRENGTH,
        vial_ml=Decimal(10),
        vials=_VIALS,
        supplier="Sample Wholesale",
        reference=f"INV-{chair.name}",
        received_on=day,
    ).lot


def _use(session: Session, lot: Lot, staff: Staff, now: datetime) -> None:
    """Draw the dose and a little more, and waste the rest once the pump has stopped."""
    started = session.started_at or now
    if access.balance_of(lot).ug < micrograms(_dose(session) + _LEFT_OPEN):
        return
    nurse = staff[Role.NURSE]
    last = lot.entries.order_by("-number").values_list("at", flat=True).first() or started
    at = max(started - timedelta(minutes=6), last)
    actions.draw(session=session, by=nurse, lot=lot, mg=_dose(session) + _LEFT_OPEN, now=at)
    if access.delivered_ug(session) is not None:
        actions.waste(
            session=session,
            by=nurse,
            witness=staff[Role.ANAESTHESIA],
            now=max(at, session.ended_at or at) + timedelta(minutes=5),
            method="Drug disposal container",
            reason="Rest of the syringe.",
        )


def _miss(short: Lot, lots: Mapping[uuid.UUID, Lot], staff: Staff, now: datetime) -> None:
    """Count this morning: in one opened vial there is less than the register says."""
    found = {}
    for lot in lots.values():
        balance = access.balance_of(lot)
        rest = milligrams(balance.open_ug(lot.vial_ug))
        missing = min(_MISSING_MG, rest) if lot.pk == short.pk else Decimal(0)
        found[lot.pk] = Counted(vials=balance.vials, open_mg=rest - missing)
    actions.count(
        found=found,
        by=staff[Role.NURSE],
        witness=staff[Role.ANAESTHESIA],
        now=now,
    )


def _dose(session: Session) -> Decimal:
    return milligrams(nearest_micrograms(session.dose_mg or 0.0))
