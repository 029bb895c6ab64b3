"""Every kind of entry as what it does to the lot and to the infusion, in signed whole micrograms.

| kind | lot | infusion |
| receive | + | |
| draw | − | + |
| administer | | − |
| waste | | − |
| return | + | − |
| discard (a rest in the cabinet), dispatch (to a reverse distributor) | − | |
| adjust (a difference explained or reported in a case) | ± | |
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.ledger.balances import Balance


class Kind(StrEnum):
    """What an entry is."""

    RECEIVE = "receive"
    DRAW = "draw"
    ADMINISTER = "administer"
    WASTE = "waste"
    RETURN = "return"
    DISCARD = "discard"
    DISPATCH = "dispatch"
    ADJUST = "adjust"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """The effect of one entry: sealed vials and micrograms of the lot, micrograms out."""

    kind: Kind
    vials: int = 0
    lot_ug: int = 0
    out_ug: int = 0


def receive(vials: int, vial_ug: int) -> Posting:
    """Return the receipt of whole vials."""
    _some(vials, "vials")
    return Posting(kind=Kind.RECEIVE, vials=vials, lot_ug=vials * vial_ug)


def vials_to_open(balance: Balance, ug: int, vial_ug: int) -> int:
    """Return how many sealed vials have to be opened to draw this much."""
    missing = ug - balance.open_ug(vial_ug)
    return max(0, -(-missing // vial_ug))


def draw(ug: int, *, opened: int) -> Posting:
    """Return a draw for an infusion that opens so many sealed vials (none: from a rest)."""
    _some(ug, "micrograms")
    _none_or_some(opened, "vials opened")
    return Posting(kind=Kind.DRAW, vials=-opened, lot_ug=-ug, out_ug=ug)


def administer(ug: int) -> Posting:
    """Return what the pump delivered, which may be nothing."""
    _none_or_some(ug, "micrograms")
    return Posting(kind=Kind.ADMINISTER, out_ug=-ug)


def waste(ug: int) -> Posting:
    """Return waste of what was drawn."""
    _some(ug, "micrograms")
    return Posting(kind=Kind.WASTE, out_ug=-ug)


def give_back(ug: int, *, sealed: int, vial_ug: int) -> Posting:
    """Return what goes back into the cabinet, ``sealed`` vials of it unopened."""
    _some(ug, "micrograms")
    _none_or_some(sealed, "sealed vials")
    if ug < sealed * vial_ug:
        raise InputError(
            ErrorCode.CONTRADICTION,
            f"{sealed} sealed vials hold more than the amount given back; check both",
        )
    return Posting(kind=Kind.RETURN, vials=sealed, lot_ug=ug, out_ug=-ug)


def discard(ug: int, *, vials: int) -> Posting:
    """Return the waste of what is in the cabinet: a rest, or a broken vial."""
    _some(ug, "micrograms")
    _none_or_some(vials, "vials")
    return Posting(kind=Kind.DISCARD, vials=-vials, lot_ug=-ug)


def dispatch(vials: int, vial_ug: int) -> Posting:
    """Return sealed vials handed to a reverse distributor."""
    _some(vials, "vials")
    return Posting(kind=Kind.DISPATCH, vials=-vials, lot_ug=-vials * vial_ug)


def adjust(*, vials: int, ug: int) -> Posting:
    """Return the correction of the register to what was counted; signed, not both nothing."""
    if vials == 0 and ug == 0:
        raise InputError(ErrorCode.OUT_OF_RANGE, "an adjustment changes something; give the change")
    return Posting(kind=Kind.ADJUST, vials=vials, lot_ug=ug)


def reverse(posting: Posting) -> Posting:
    """Return the entry that undoes another one: the same kind with opposite signs."""
    return Posting(
        kind=posting.kind, vials=-posting.vials, lot_ug=-posting.lot_ug, out_ug=-posting.out_ug
    )


def _some(number: int, what: str) -> None:
    if number <= 0:
        raise InputError(ErrorCode.OUT_OF_RANGE, f"{number} {what} is not possible; give more")


def _none_or_some(number: int, what: str) -> None:
    if number < 0:
        raise InputError(
            ErrorCode.OUT_OF_RANGE, f"{number} {what} is not possible; give zero or more"
        )
