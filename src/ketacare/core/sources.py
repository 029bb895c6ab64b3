"""Where a clinical number comes from, and how far anyone has checked it.

A number never travels without its source: a :class:`Sourced` value carries unit, source and locus
from the knowledge file to the screen. The citations themselves are in ``knowledge/sources.toml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.core.units import Quantity


class Status(StrEnum):
    """How far a piece of content has been checked.

    ``verified`` needs a second person and the date they compared it with the source; everything
    else is a ``candidate`` and says so on screen.
    """

    CANDIDATE = "candidate"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A publication, label or guideline; ``id`` is what knowledge files refer to."""

    id: str
    citation: str
    year: int | None = None
    doi: str = ""
    url: str = ""
    note: str = ""

    @property
    def link(self) -> str:
        """Return an address for the reader, empty when none is recorded."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """A number with its unit, its source, the place in the source, and what kind of number it is.

    ``basis`` is ``reported`` (printed in the source), ``derived`` (arithmetic on reported numbers),
    ``assumed`` (a choice of this project, with the reason in ``note``).
    """

    quantity: Quantity
    source: str
    locus: str
    basis: str = "reported"
    note: str = ""

    def __post_init__(self) -> None:
        if self.basis not in {"reported", "derived", "assumed"}:
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f'basis "{self.basis}" is not one of reported, derived, assumed',
            )

    @property
    def value(self) -> float:
        """Return the bare number, in the unit it was written in."""
        return self.quantity.value

    @property
    def unit(self) -> str:
        """Return the unit the number was written in."""
        return self.quantity.unit

    def to(self, unit: str) -> float:
        """Return the number in another unit of the same dimension."""
        return self.quantity.to(unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The head every knowledge file opens with."""

    id: str
    title: str
    version: str
    status: Status
    since: date
    sources: tuple[str, ...]
    checked_by: str = ""
    checked_on: date | None = None

    def __post_init__(self) -> None:
        if self.status is Status.VERIFIED and not (self.checked_by and self.checked_on):
            raise KnowledgeError(
                ErrorCode.MISSING_KEY,
                "status is verified: name who compared it with the source in checked_by, "
                "and the day in checked_on",
            )
