"""An instrument as its knowledge file describes it: items, options, bands, and what a change means.

The values come from ``knowledge/instruments``. A figure the literature does not give is ``None``,
and every answer that needs it is ``None`` too. ``better`` says which way relief goes.
"""

from __future__ import annotations

from dataclasses import dataclass

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.core.measures.parts import (
    About,
    AlertRule,
    Band,
    Better,
    Conversion,
    Cut,
    Item,
    Licence,
    Loinc,
    MissingRule,
    Pattern,
    Scale,
    Subscale,
    Wording,
)
from ketacare.core.record import Rater
from ketacare.core.sources import Provenance, Sourced

# Ranges are compared as printed, to the digits a table gives.
_TOLERANCE = 1e-6
NO_CODES = Loinc()


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One questionnaire or rating scale.

    ``items`` are scored in this order; ``unscored`` follow them on the form and never enter the
    total. Without ``items`` only a total is recorded; ``has_total`` is false where the source
    defines none (then bands and change do not apply). ``recall_days`` is the window the questions
    ask about, 0 for "now". ``response`` is the least relief in per cent; ``response_alone`` says
    that the source counts it without asking for a reliable change. ``remission`` is the total that
    still counts as remission (the highest, or the lowest where higher is better). ``step`` is the
    least distance between two totals. ``mcid``, ``reliable_change`` and ``sem`` are points;
    ``reliability`` a coefficient.
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
    loinc: Loinc = NO_CODES
    about: About = About.GENERAL
    better: Better = Better.LOWER
    has_total: bool = True
    step: float = 1.0
    scale: Scale | None = None
    conversion: Conversion | None = None
    subscales: tuple[Subscale, ...] = ()
    cuts: tuple[Cut, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    response_alone: bool = False
    reliability: Sourced | None = None

    def __post_init__(self) -> None:
        _require_numbering(self)
        _require_range(self)
        _require_bands(self)
        _require_text(self)

    @property
    def licence(self) -> Licence:
        """Return what may be done with the wording."""
        return self.wording.licence

    @property
    def has_text(self) -> bool:
        """Return whether every question can be asked in its published words."""
        form = (*self.items, *self.unscored)
        return bool(self.items) and all(item.text for item in form)

    @property
    def may_be_asked(self) -> bool:
        """Return whether a person can be shown the questions: there is text, and a right to it."""
        return self.has_text and self.wording.may_be_shown

    def band_of(self, total: float) -> Band | None:
        """Return the band ``total`` lies in; a total between two bands is in the lower one.

        ``None`` when the literature gives no bands.
        """
        below = [band for band in self.bands if band.low <= total + _TOLERANCE]
        return max(below, key=lambda band: band.low) if below else None

    def total_of(self, points: float) -> float | None:
        """Return the total of a sum of points; ``None`` when the conversion has no such sum."""
        if self.conversion is not None:
            row = self.conversion.row(points)
            return None if row is None else row.score
        return self.scale.total(points) if self.scale is not None else points

    def item(self, number: int) -> Item:
        """Return the item with this printed number, scored or not."""
        for item in (*self.items, *self.unscored):
            if item.number == number:
                return item
        raise KnowledgeError(ErrorCode.UNKNOWN_NAME, f"{self.name} has no item {number}")


def _contradiction(sentence: str) -> KnowledgeError:
    return KnowledgeError(ErrorCode.CONTRADICTION, sentence)


def _require_numbering(instrument: Instrument) -> None:
    numbers = [item.number for item in (*instrument.items, *instrument.unscored)]
    if numbers != list(range(1, len(numbers) + 1)):
        raise _contradiction(
            f"the items of {instrument.name} are numbered {numbers}; number them from 1 on"
        )
    named = [alert.item for alert in instrument.alerts] + list(instrument.missing_rule.only)
    named += [number for part in instrument.subscales for number in part.items]
    named += [n for pattern in instrument.patterns for part in pattern.parts for n in part.items]
    named += [item.gate.item for item in instrument.items if item.gate is not None]
    for number in named:
        instrument.item(number)


def _require_range(instrument: Instrument) -> None:
    if not instrument.items or not instrument.has_total:
        if instrument.has_total and instrument.minimum >= instrument.maximum:
            raise _contradiction(
                f"{instrument.name} goes from {instrument.minimum:g} to {instrument.maximum:g}; "
                "correct one of them"
            )
        return
    sums = (
        sum(min(item.values) for item in instrument.items),
        sum(max(item.values) for item in instrument.items),
    )
    found = [instrument.total_of(points) for points in sums]
    wanted = (instrument.minimum, instrument.maximum)
    if any(f is None or abs(f - w) > _TOLERANCE for f, w in zip(found, wanted, strict=True)):
        lowest, highest = ("nothing" if f is None else f"{f:g}" for f in found)
        raise _contradiction(
            f"the items of {instrument.name} give {lowest} to {highest}, the file says "
            f"{instrument.minimum:g} to {instrument.maximum:g}; correct one of them"
        )


def _require_bands(instrument: Instrument) -> None:
    if not instrument.bands:
        return
    if not instrument.has_total:
        raise _contradiction(f"{instrument.name} has bands but no total; take the bands out")
    edge = instrument.minimum
    for band in instrument.bands:
        if abs(band.low - edge) > _TOLERANCE or band.high < band.low:
            raise _contradiction(
                f'the band "{band.label}" of {instrument.name} runs from {band.low:g} to '
                f"{band.high:g} where {edge:g} should begin; bands have no gaps and no overlaps"
            )
        edge = band.high + instrument.step
    if abs(edge - instrument.maximum - instrument.step) > _TOLERANCE:
        raise _contradiction(
            f"the bands of {instrument.name} end at {edge - instrument.step:g}, "
            f"not at {instrument.maximum:g}"
        )


def _require_text(instrument: Instrument) -> None:
    """Refuse published wording whose licence does not let it stand in an open project."""
    if instrument.wording.may_be_shown:
        return
    for item in (*instrument.items, *instrument.unscored):
        if item.text:
            raise _contradiction(
                f"item {item.number} of {instrument.name} has its text here, and its licence is "
                f'"{instrument.licence.value}"; take the text out and say in "topic" what it is about'
            )
