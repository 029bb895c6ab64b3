"""Reading the cabinet: balances, an infusion's account, cases with their clocks, what is due.

``standing_of`` is what other rooms ask before a session is closed. Functions that take no user are
for rooms that have authorised already.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.cabinet.models import Case, CaseStep, Count, Entry, EntryKind, Lot
from ketacare.clinic.cabinet.standing import Standing, State, judge
from ketacare.clinic.infusions import access as infusions
from ketacare.clinic.infusions.models import Phase, PumpEvent, Session
from ketacare.core.ledger import (
    EMPTY,
    Balance,
    CabinetRules,
    Clocks,
    account_of,
    clocks_of,
    micrograms,
    milligrams,
    nearest_micrograms,
)
from ketacare.knowledge.load import load_cabinet_rules, load_policy

__all__ = ["Standing", "State"]  # offered to other rooms with the functions below

_BALANCED, _INVENTORY = "stock.balanced", "stock.inventory"
_OVER = (Phase.RECOVERY, Phase.DISCHARGED, Phase.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """One lot with what it holds."""

    lot: Lot
    balance: Balance
    expired: bool
    expires_soon: bool

    @property
    def mg(self) -> Decimal:
        """All of it in mg."""
        return milligrams(self.balance.ug)

    @property
    def open_mg(self) -> Decimal:
        """What is in opened vials, in mg."""
        return milligrams(self.balance.open_ug(self.lot.vial_ug))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A case with its steps and its clocks."""

    case: Case
    steps: tuple[CaseStep, ...]
    clocks: Clocks

    @property
    def closed(self) -> CaseStep | None:
        """The step that closed it."""
        return next((step for step in self.steps if step.act == CaseStep.Act.CLOSE), None)

    @property
    def difference_mg(self) -> Decimal:
        """The difference in mg, with its sign."""
        return milligrams(self.case.difference_ug)

    @property
    def is_overdue(self) -> bool:
        """Whether a clock has run out."""
        return self.clocks.notice.is_overdue or self.clocks.form.is_overdue


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryDue:
    """When the next inventory is due; ``due`` is ``None`` while none was ever taken."""

    last: Count | None
    due: date | None
    is_due: bool
    is_soon: bool


def rules() -> CabinetRules:
    """Return the clocks of the cabinet."""
    return load_cabinet_rules()


def tolerance_ug(now: datetime) -> int:
    """Return the largest difference that counts as none, from the rule ``stock.balanced``."""
    return _tolerance(timezone.localdate(now))


@cache
def _tolerance(day: date) -> int:
    found = load_policy().limit(_BALANCED, "tolerance", on=day)
    return micrograms(str(found.value))


def is_on(at: datetime) -> bool:
    """Return whether the clinic kept its drug here at a moment: something was received before."""
    return Entry.objects.filter(kind=EntryKind.RECEIVE, at__lte=at).exists()


def delivered_ug(session: Session) -> int | None:
    """Return what the pump delivered in all; ``None`` while it has not stopped.

    Nothing when the visit was called off before the pump was started.
    """
    events = infusions.events_of(session)
    if not events:
        return 0 if session.phase == Phase.CANCELLED else None
    last = events[-1]
    return nearest_micrograms(last.dose_mg) if last.kind == PumpEvent.Kind.STOP else None


def standing_of(session: Session, *, now: datetime) -> Standing:
    """Return how an infusion's milligrams stand, in one sentence."""
    return judge(
        session,
        account_of(row.posting for row in Entry.objects.filter(session=session)),
        delivered_ug(session),
        on=is_on(_began(session)),
        tolerance=tolerance_ug(now),
    )


def _began(session: Session) -> datetime:
    return session.started_at or session.checked_in_at or session.scheduled_at


def stocked_lot_ids() -> QuerySet[Entry, uuid.UUID]:
    """Return the ids of the lots whose last entry left something."""
    later = Entry.objects.filter(lot=OuterRef("lot"), number__gt=OuterRef("number"))
    return (
        Entry.objects.filter(~Exists(later)).filter(ug_after__gt=0).values_list("lot_id", flat=True)
    )


def stock(*, now: datetime, everything: bool = False) -> list[Stock]:
    """Return the lots that hold something (or all), first to expire first."""
    later = Entry.objects.filter(lot=OuterRef("lot"), number__gt=OuterRef("number"))
    last = Entry.objects.filter(~Exists(later)).select_related("lot")
    found = [
        _stock(entry.lot, entry.after, now) for entry in last if everything or entry.ug_after > 0
    ]
    return sorted(found, key=lambda each: (each.lot.expires_on, each.lot.number))


def stock_of(lot: Lot, *, now: datetime) -> Stock:
    """Return one lot with what it holds."""
    return _stock(lot, balance_of(lot), now)


def _stock(lot: Lot, balance: Balance, now: datetime) -> Stock:
    today = timezone.localdate(now)
    soon = today + timedelta(days=int(rules().expiry_warning_days.value))
    return Stock(
        lot=lot,
        balance=balance,
        expired=lot.is_expired(today),
        expires_soon=not lot.is_expired(today) and lot.expires_on <= soon,
    )


def balance_of(lot: Lot) -> Balance:
    """Return what a lot holds."""
    last = lot.entries.order_by("-number").first()
    return EMPTY if last is None else last.after


def lot_for(user: User, lot_id: uuid.UUID) -> Lot:
    """Return one lot this person may see."""
    found = Lot.objects.filter(pk=lot_id).first()
    if found is None:
        raise Http404(_("There is no such lot."))
    _sees(user)
    return found


def lot_numbers(lot_ids: Iterable[str]) -> dict[uuid.UUID, str]:
    """Return the numbers of some lots by their ids."""
    return dict(Lot.objects.filter(pk__in=list(lot_ids)).values_list("pk", "number"))


def entries_of(lot: Lot) -> QuerySet[Entry]:
    """Return a lot's ledger, newest first, with whom and what for."""
    return (
        lot.entries.select_related(
            "by", "witness", "session__patient", "session__chair", "receipt", "reverses", "lot"
        )
        .annotate(reversed_number=F("reversed_by__number"))
        .order_by("-number")
    )


def entry_for(user: User, entry_id: uuid.UUID) -> Entry:
    """Return one entry this person may see."""
    found = (
        Entry.objects.select_related("lot", "session", "by", "witness", "case", "receipt")
        .filter(pk=entry_id)
        .first()
    )
    if found is None:
        raise Http404(_("There is no such entry."))
    _sees(user)
    return found


def entries_of_session(session: Session) -> list[Entry]:
    """Return an infusion's entries in order of time."""
    return list(
        Entry.objects.filter(session=session)
        .select_related("lot", "by", "witness")
        .annotate(reversed_number=F("reversed_by__number"))
        .order_by("at", "number")
    )


def cases(*, now: datetime, is_open: bool | None = None) -> list[Told]:
    """Return the cases with their clocks, the first to run out first."""
    closed = CaseStep.objects.filter(case=OuterRef("pk"), act=CaseStep.Act.CLOSE)
    rows = Case.objects.select_related("lot", "by", "count").prefetch_related("steps__by")
    if is_open is not None:
        rows = rows.filter(~Exists(closed) if is_open else Exists(closed))
    return sorted((_told(row, now) for row in rows), key=lambda told: told.clocks.notice.due)


def case_for(user: User, case_id: uuid.UUID, *, now: datetime) -> Told:
    """Return one case this person may see."""
    found = (
        Case.objects.select_related("lot", "by", "count__by", "count__witness", "session")
        .prefetch_related("steps__by", "steps__witness")
        .filter(pk=case_id)
        .first()
    )
    if found is None:
        raise Http404(_("There is no such case."))
    _sees(user)
    return _told(found, now)


def _told(case: Case, now: datetime) -> Told:
    steps = tuple(case.steps.all())
    return Told(
        case=case,
        steps=steps,
        clocks=clocks_of(
            timezone.localdate(case.found_at),
            rules(),
            today=timezone.localdate(now),
            notified=_first(steps, CaseStep.Act.NOTICE),
            filed=_first(steps, CaseStep.Act.FORM),
        ),
    )


def _first(steps: Iterable[CaseStep], act: CaseStep.Act) -> date | None:
    return min((step.on for step in steps if step.act == act), default=None)


def counts(*, most: int = 10) -> list[Count]:
    """Return the last counts, newest first."""
    return list(Count.objects.select_related("by", "witness").prefetch_related("lines__lot")[:most])


def count_for(user: User, count_id: uuid.UUID) -> Count:
    """Return one count with its lines."""
    found = (
        Count.objects.select_related("by", "witness")
        .prefetch_related("lines__lot", "cases")
        .filter(pk=count_id)
        .first()
    )
    if found is None:
        raise Http404(_("There is no such count."))
    _sees(user)
    return found


def inventory_due(*, now: datetime) -> InventoryDue:
    """Return when the next inventory is due, by the rule ``stock.inventory``."""
    today = timezone.localdate(now)
    policy = load_policy()
    last = Count.objects.filter(kind=Count.Kind.INVENTORY).first()
    if last is None:
        return InventoryDue(last=None, due=None, is_due=is_on(now), is_soon=False)
    every = policy.limit(_INVENTORY, "every", on=today).value
    warn = policy.limit(_INVENTORY, "warn", on=today).value
    due = timezone.localdate(last.at) + timedelta(days=int(every))
    return InventoryDue(
        last=last,
        due=due,
        is_due=today > due,
        is_soon=due - timedelta(days=int(warn)) <= today <= due,
    )


def unsettled(*, now: datetime) -> list[Standing]:
    """Return the infusions that are over and whose milligrams do not add up, newest first."""
    first = Entry.objects.filter(kind=EntryKind.RECEIVE).order_by("at").first()
    if first is None:
        return []
    limit = tolerance_ug(now)
    own = Entry.objects.filter(session=OuterRef("pk"))
    rows = (
        Session.objects.filter(phase__in=_OVER)
        .annotate(
            out=Sum("cabinet_entries__out_ug"),
            given_at=Max("cabinet_entries__at", filter=Q(cabinet_entries__kind="administer")),
        )
        .filter(
            Q(out__gt=limit)
            | Q(out__isnull=False, given_at__isnull=True)
            | (Q(started_at__gte=first.at) & ~Exists(own))
        )
        .select_related("patient", "chair")
        .order_by("-scheduled_at")[:100]
    )
    found = (standing_of(row, now=now) for row in rows)
    return [each for each in found if each.holds_back]


def standings(sessions: Iterable[Session], *, now: datetime) -> list[Standing]:
    """Return how each of some sessions stands."""
    return [standing_of(session, now=now) for session in sessions]


def in_use() -> list[Session]:
    """Return the sessions something can be drawn for now."""
    return list(infusions.open_sessions())


def session_for(user: User, session_id: uuid.UUID) -> Session:
    """Return the infusion whose account this person may keep."""
    found = infusions.get_session(user, session_id, Permission.INFUSION_VIEW)
    _sees(user)
    return found


def sees_names(user: User) -> bool:
    """Return whether the ledger shows this person for whom something was drawn."""
    return may(user, Permission.PATIENT_VIEW)


def _sees(user: User) -> None:
    if not may(user, Permission.CABINET_VIEW):
        raise PermissionDenied(_("Your role does not see the cabinet."))
