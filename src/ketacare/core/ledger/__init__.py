"""The arithmetic of a controlled drug: where every microgram is, and when a missing one is reported.

Two accounts in the manner of double entry: what a lot holds in the cabinet, and what is out for one
infusion. Amounts are whole micrograms, so that nothing drifts; the rules of law are in the knowledge.
"""

from ketacare.core.ledger.accounts import Account, account_of
from ketacare.core.ledger.amounts import micrograms, milligrams, nearest_micrograms, vial_content
from ketacare.core.ledger.balances import EMPTY, Balance, post
from ketacare.core.ledger.clocks import CabinetRules, Clock, Clocks, clocks_of
from ketacare.core.ledger.postings import (
    Kind,
    Posting,
    adjust,
    administer,
    discard,
    dispatch,
    draw,
    give_back,
    receive,
    reverse,
    vials_to_open,
    waste,
)
from ketacare.core.ledger.sharing import share

__all__ = [
    "EMPTY",
    "Account",
    "Balance",
    "CabinetRules",
    "Clock",
    "Clocks",
    "Kind",
    "Posting",
    "account_of",
    "adjust",
    "administer",
    "clocks_of",
    "discard",
    "dispatch",
    "draw",
    "give_back",
    "micrograms",
    "milligrams",
    "nearest_micrograms",
    "post",
    "receive",
    "reverse",
    "share",
    "vial_content",
    "vials_to_open",
    "waste",
]
