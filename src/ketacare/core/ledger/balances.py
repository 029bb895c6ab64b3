"""What one lot holds in the cabinet: sealed vials, and the rest in opened ones.

A posting that would leave less than nothing is refused with what there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.ledger.amounts import milligrams

if TYPE_CHECKING:
    from ketacare.core.ledger.postings import Posting


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Sealed vials, and micrograms in all (sealed and opened)."""

    vials: int
    ug: int

    def open_ug(self, vial_ug: int) -> int:
        """Return what is left in opened vials."""
        return self.ug - self.vials * vial_ug


EMPTY = Balance(vials=0, ug=0)


def post(balance: Balance, posting: Posting, vial_ug: int) -> Balance:
    """Return the balance after a posting; refuse one that takes more than there is."""
    after = Balance(vials=balance.vials + posting.vials, ug=balance.ug + posting.lot_ug)
    if after.vials < 0:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"the lot has {balance.vials} sealed vials and {-posting.vials} are asked for; "
            "count again, or open a case",
        )
    if after.ug < 0 or after.open_ug(vial_ug) < 0:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"the lot has {milligrams(balance.ug)} mg, of which "
            f"{milligrams(balance.open_ug(vial_ug))} mg are in opened vials, and "
            f"{milligrams(-posting.lot_ug)} mg are asked for with {-posting.vials} vials; "
            "check amount and vials",
        )
    return after
