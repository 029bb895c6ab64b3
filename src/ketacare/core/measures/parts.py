"""What an instrument is made of: items with their answers, bands, cut-offs, subscales, rules.

Each part is a value as its knowledge file states it, with its source; how the parts fit together
is checked by :class:`~ketacare.core.measures.instruments.Instrument`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.core.record import Sex
from ketacare.core.sources import Sourced

# Totals may be scaled sums: equality is meant up to rounding of the quotient.
_TOLERANCE = 1e-9


class Licence(StrEnum):
    """Whether the text of the items may be shown.

    The first two may be embedded here. ``permission`` and ``score_only`` ship without text;
    ``site`` is text a clinic brought under its own licence (never part of this project).
    """

    PUBLIC_DOMAIN = "public_domain"
    FREE_WITH_ATTRIBUTION = "free_with_attribution"
    PERMISSION = "permission"
    SCORE_ONLY = "score_only"
    SITE = "site"


class Better(StrEnum):
    """Which way a total goes when a person gets better."""

    LOWER = "lower"
    HIGHER = "higher"


class About(StrEnum):
    """What an instrument is about, for grouping."""

    ANXIETY = "anxiety"
    DEPRESSION = "depression"
    TRAUMA = "trauma"
    OBSESSIONS = "obsessions"
    FUNCTION = "function"
    QUALITY_OF_LIFE = "quality_of_life"
    SLEEP = "sleep"
    SUBSTANCES = "substances"
    SUICIDE_RISK = "suicide_risk"
    INFUSION = "infusion"
    BLADDER = "bladder"
    THERAPY = "therapy"
    GENERAL = "general"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer with its value; on an item scored in reverse the points run the other way."""

    value: int
    label: str
    loinc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """An item that is only asked when an earlier one was answered with at least ``at_least``."""

    item: int
    at_least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question: its number as printed, its wording and its answers.

    ``text`` is the published wording, empty where its licence does not let it stand here;
    ``topic`` says in this project's own words what the item is about. ``reverse`` items give
    lowest + highest − value points.
    """

    number: int
    text: str
    options: tuple[Option, ...]
    loinc: str = ""
    detail: str = ""
    topic: str = ""
    reverse: bool = False
    gate: Gate | None = None

    @property
    def values(self) -> tuple[int, ...]:
        """Return the values that can be given, in the order of the options."""
        return tuple(option.value for option in self.options)

    @property
    def shown(self) -> str:
        """Return the wording, or what the item is about where the wording may not stand here."""
        return self.text or self.topic or f"Item {self.number}"

    def points(self, value: int) -> int:
        """Return the points an answer gives."""
        return min(self.values) + max(self.values) - value if self.reverse else value

    def label(self, value: int | None) -> str:
        """Return an answer in words; empty for an item left out."""
        return next((o.label for o in self.options if o.value == value), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A range of totals with its name; ``low`` and ``high`` both belong to it, in points."""

    low: float
    high: float
    label: str
    source: str
    locus: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A published cut-off, reached from ``at_least`` on, or down to ``at_most``.

    It is for one sex only where ``sex`` is given.
    """

    label: str
    at_least: Sourced | None = None
    at_most: Sourced | None = None
    sex: Sex | None = None

    def __post_init__(self) -> None:
        if (self.at_least is None) is (self.at_most is None):
            raise KnowledgeError(
                ErrorCode.CONTRADICTION, f'the cut-off "{self.label}" needs at_least or at_most'
            )

    def is_reached(self, total: float) -> bool:
        """Return whether ``total`` lies on the side the cut-off marks."""
        if self.at_least is not None:
            return total + _TOLERANCE >= self.at_least.value
        return self.at_most is not None and total - _TOLERANCE <= self.at_most.value


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRule:
    """What happens when items are left out: up to this share the sum is scaled up, else no total.

    Scaled sum = sum of the answered items × k / (k − m), with k items of which m are missing.
    ``only`` names the items that may be missing at all; empty means any of them.
    """

    most_missing: Sourced
    only: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How the sum of the items becomes the total: (sum − subtract) × multiply / divide."""

    subtract: Sourced
    multiply: Sourced
    divide: Sourced

    def total(self, points: float) -> float:
        """Return the total of a sum of points."""
        return (points - self.subtract.value) * self.multiply.value / self.divide.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """One line of a published conversion: a sum of points, its score and its standard error."""

    points: int
    score: float
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """A table from the sum of all items to a score on another metric, with standard errors.

    ``bank`` and ``items`` say which calibration it follows from, so that it can be recomputed.
    """

    metric: str
    rows: tuple[Converted, ...]
    source: str
    locus: str
    bank: str = ""
    items: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        points = [row.points for row in self.rows]
        if not points or points != list(range(points[0], points[0] + len(points))):
            raise KnowledgeError(
                ErrorCode.CONTRADICTION,
                f"the conversion to {self.metric} has sums {points}; give every sum once, in order",
            )

    def row(self, points: float) -> Converted | None:
        """Return the line of a whole sum; ``None`` when the table has none."""
        index = round(points) - self.rows[0].points
        if abs(points - round(points)) > 1e-9 or not 0 <= index < len(self.rows):
            return None
        return self.rows[index]

    def error_of(self, score: float) -> float:
        """Return the standard error of a score: that of the nearest line."""
        return min(self.rows, key=lambda row: abs(row.score - score)).error


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscale:
    """A part of the items with a sum (or mean) of its own; ``at_least`` is its cut-off."""

    id: str
    name: str
    items: tuple[int, ...]
    mean: bool = False
    at_least: Sourced | None = None
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternPart:
    """At least ``count`` of ``items`` answered with at least ``at_least``."""

    label: str
    items: tuple[int, ...]
    at_least: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A published rule over item answers, such as the symptom clusters of the PCL-5."""

    label: str
    parts: tuple[PatternPart, ...]
    source: str
    locus: str


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
        """Return whether the items may be displayed here."""
        return self.licence in {
            Licence.PUBLIC_DOMAIN,
            Licence.FREE_WITH_ATTRIBUTION,
            Licence.SITE,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Loinc:
    """LOINC codes of the panel and of the total.

    Without a code and with ``looked_up`` none was found on that day; without either nobody looked.
    """

    panel: str = ""
    total: str = ""
    looked_up: date | None = None
