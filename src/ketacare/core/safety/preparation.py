"""What the rules about the drug itself look at: the vial and the bag, what was wasted, the stock.

These are facts of the room and the cupboard, not of the person, so they come with the visit. What
nobody recorded is ``None`` and makes the rules that need it say ``cannot_tell``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ketacare.core.record._checks import require_aware, require_positive


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What was drawn up and how the pump is set.

    ``vial_mg_per_mL`` is the strength on the vial, ``concentration_mg_per_mL`` that of the bag,
    ``volume_mL`` what the bag holds. ``expires_on`` is the last day the vial may be used, and
    ``read_on`` the day it is where the vial is held; without it the day in UTC counts.
    """

    vial_mg_per_mL: float | None = None  # noqa: N815 - the unit is written mg/mL
    dilution_recorded: bool | None = None
    concentration_mg_per_mL: float | None = None  # noqa: N815
    rate_mL_per_h: float | None = None  # noqa: N815
    volume_mL: float | None = None  # noqa: N815
    lot: str = ""
    expires_on: date | None = None
    read_on: date | None = None
    recalled: bool | None = None

    def __post_init__(self) -> None:
        require_positive("vial_mg_per_mL", self.vial_mg_per_mL, "mg/mL")
        require_positive("concentration_mg_per_mL", self.concentration_mg_per_mL, "mg/mL")
        require_positive("rate_mL_per_h", self.rate_mL_per_h, "mL/h")
        require_positive("volume_mL", self.volume_mL, "mL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waste:
    """Drug that was thrown away: how much, why, by whom, and who watched.

    ``witness_signed`` says that the witness signed in again for it.
    """

    mg: float | None = None
    mL: float | None = None  # noqa: N815
    reason: str = ""
    by: str = ""
    witness: str = ""
    witness_signed: bool | None = None

    def __post_init__(self) -> None:
        require_positive("mg", self.mg, "mg", zero=True)
        require_positive("mL", self.mL, "mL", zero=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The register against the cupboard: counted minus expected in mg, and the last inventory."""

    difference_mg: float | None = None
    difference_found: datetime | None = None
    last_inventory: date | None = None

    def __post_init__(self) -> None:
        require_aware("difference_found", self.difference_found)
