"""What is out for one infusion: drawn = administered + wasted + returned, or something is open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.ledger.amounts import milligrams
from ketacare.core.ledger.postings import Kind, Posting


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whole micrograms drawn for an infusion and what became of them.

    ``administered_ug`` is ``None`` until it was taken over from the pump.
    """

    drawn_ug: int
    administered_ug: int | None
    wasted_ug: int
    returned_ug: int

    @property
    def open_ug(self) -> int:
        """What nobody has accounted for yet."""
        return self.drawn_ug - (self.administered_ug or 0) - self.wasted_ug - self.returned_ug

    @property
    def is_drawn(self) -> bool:
        """Whether something stands as drawn."""
        return self.drawn_ug > 0

    def adds_up(self, tolerance_ug: int) -> bool:
        """Return whether what the pump gave is taken over and at most the tolerance is open."""
        return self.administered_ug is not None and abs(self.open_ug) <= tolerance_ug


def account_of(postings: Iterable[Posting]) -> Account:
    """Return the account of one infusion; refuse more given, wasted or returned than drawn."""
    sums: dict[Kind, int] = {}
    administrations = 0
    for posting in postings:
        sums[posting.kind] = sums.get(posting.kind, 0) + posting.out_ug
        if posting.kind is Kind.ADMINISTER:
            # A reversal has the opposite sign; an administration of nothing cannot be reversed.
            administrations += -1 if posting.out_ug > 0 else 1
    account = Account(
        drawn_ug=sums.get(Kind.DRAW, 0),
        administered_ug=-sums.get(Kind.ADMINISTER, 0) if administrations > 0 else None,
        wasted_ug=-sums.get(Kind.WASTE, 0),
        returned_ug=-sums.get(Kind.RETURN, 0),
    )
    if account.open_ug < 0:
        raise InputError(
            ErrorCode.CONTRADICTION,
            f"{milligrams(-account.open_ug)} mg more are given, wasted and returned than were "
            f"drawn ({milligrams(account.drawn_ug)} mg); check the amounts, or open a case",
        )
    return account
