"""A calibrated bank as a knowledge file gives it: two grids, the rules of its adaptive test."""

from __future__ import annotations

from dataclasses import dataclass

from ketacare.core.measures.irt.adaptive import AdaptiveRules
from ketacare.core.measures.irt.model import ItemBank
from ketacare.core.sources import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A bank for answers and adaptive tests, the same items on the grid of sum-score tables.

    ``domain`` says for whom it was calibrated; ``forms`` are the instruments whose printed table
    follows from it.
    """

    provenance: Provenance
    domain: str
    bank: ItemBank
    tables: ItemBank
    rules: AdaptiveRules
    forms: tuple[str, ...] = ()
