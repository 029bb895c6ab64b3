"""An instrument as its knowledge file describes it: items, options, bands, and what a change means.

The values come from ``knowledge/instruments``. A figure the literature does not give is ``None``,
and every answer that needs it is ``None`` too. Higher scores mean more symptoms throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.core.record import Rater
from ketacare.core.sources import Provenance, Sourced


class Licence(StrEnum):
    """Whether the text of the items may be shown: only the first two may be embedded."""

    PUBLIC_DOMAIN = "public_domain"
    FREE_WITH_ATTRIBUTION = "free_with_attribution"
    PERMISSION = "permission"
    SCORE_ONLY = "score_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer with the points it gives."""

    value: int
    label: str
    loinc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question: its number as printed, its wording and its answers."""

    number: int
    text: str
    options: tuple[Option, ...]
    loinc: str = ""
    detail: str = ""

    @property
    def values(self) -> tuple[int, ...]:
        """Return the points that can be given, in the order of the options."""
        return tuple(option.value for option in self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A range of totals with its name; ``low`` and ``high`` both belong to it, in points."""

    low: float
    high: float
    label: str
    source: str
    locus: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRule:
    """What happens when items are left out: up to this share the sum is scaled up, else no total.

    Scaled total = sum of the answered items × k / (k − m), with k items of which m are missing.
    """

    most_missing: Sourced
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """An item whose answer asks for action by itself, whatever the total."""

    item: int
    at_least: Sourced
    code: str
    leads_to: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Which wording the items are, and what may be done with it."""

    version: str
    language: str
    licence: Licence
    notice: str = ""

    @property
    def may_be_shown(self) -> bool:
        """Return whether the items may be displayed by any clinic."""
        return self.licence in {Licence.PUBLIC_DOMAIN, Licence.FREE_WITH_ATTRIBUTION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loinc:
    """LOINC codes of the panel and of the total; empty where none was verified."""

    panel: str = ""
    total: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One questionnaire or rating scale.

    ``items`` are scored in this order; ``unscored`` follow them on the form and never enter the
    total. ``recall_days`` is the window the questions ask about. ``response`` is the least fall in
    per cent, ``remission`` the highest total that counts as remission; ``mcid``,
    ``reliable_change`` and ``sem`` are points.
    """

    id: str
    name: str
    title: str
    provenance: Provenance
    items: tuple[Item, ...]
    rater: Rater
    recall: str
    recall_days: int
    prompt: str
    minimum: float
    maximum: float
    missing_rule: MissingRule
    bands: tuple[Band, ...]
    wording: Wording
    unscored: tuple[Item, ...] = ()
    alerts: tuple[AlertRule, ...] = ()
    response: Sourced | None = None
    remission: Sourced | None = None
    mcid: Sourced | None = None
    reliable_change: Sourced | None = None
    sem: Sourced | None = None
    loinc: Loinc = Loinc()

    def __post_init__(self) -> None:
        _require_numbering(self)
        _require_range(self)
        _require_bands(self)

    @property
    def licence(self) -> Licence:
        """Return what may be done with the wording."""
        return self.wording.licence

    def band_of(self, total: float) -> Band:
        """Return the band ``total`` lies in; a scaled total between two bands is in the lower."""
        return max((b for b in self.bands if b.low <= total), key=lambda b: b.low)

    def item(self, number: int) -> Item:
        """Return the item with this printed number, scored or not."""
        for item in (*self.items, *self.unscored):
            if item.number == number:
                return item
        raise KnowledgeError(ErrorCode.UNKNOWN_NAME, f"{self.name} has no item {number}")


def _require_numbering(instrument: Instrument) -> None:
    numbers = [item.number for item in (*instrument.items, *instrument.unscored)]
    if numbers != list(range(1, len(numbers) + 1)):
        raise KnowledgeError(
            ErrorCode.CONTRADICTION,
            f"the items of {instrument.name} are numbered {numbers}; number them from 1 on",
        )
    for alert in instrument.alerts:
        instrument.item(alert.item)


def _require_range(instrument: Instrument) -> None:
    lowest = sum(min(item.values) for item in instrument.items)
    highest = sum(max(item.values) for item in instrument.items)
    if (lowest, highest) != (instrument.minimum, instrument.maximum):
        raise KnowledgeError(
            ErrorCode.CONTRADICTION,
            f"the items of {instrument.name} give {lowest} to {highest}, the file says "
            f"{instrument.minimum:g} to {instrument.maximum:g}; correct one of them",
        )


def _require_bands(instrument: Instrument) -> None:
    edge = instrument.minimum
    for band in instrument.bands:
        if band.low != edge or band.high < band.low:
            raise KnowledgeError(
                ErrorCode.CONTRADICTION,
                f'the band "{band.label}" of {instrument.name} runs from {band.low:g} to '
                f"{band.high:g} where {edge:g} should begin; bands have no gaps and no overlaps",
            )
        edge = band.high + 1
    if edge != instrument.maximum + 1:
        raise KnowledgeError(
            ErrorCode.CONTRADICTION,
            f"the bands of {instrument.name} end at {edge - 1:g}, not at {instrument.maximum:g}",
        )
