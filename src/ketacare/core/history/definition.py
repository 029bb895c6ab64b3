"""A definition of treatment resistance as data: what it asks for, each number with its source.

The values come from ``knowledge/staging``; sites and studies differ, so the definition is an
argument of :func:`stage` and its id and version travel with every answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ketacare.core.history.treatments import TreatmentClass
from ketacare.core.record import Diagnosis
from ketacare.core.sources import Provenance, Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosisRule:
    """Which diagnoses qualify: ICD-10-CM codes that begin so, or words of an uncoded name."""

    codes: tuple[str, ...]
    words: tuple[str, ...]

    def fits(self, found: Diagnosis) -> bool:
        """Return whether a recorded diagnosis is one of these; the code goes before the name."""
        if found.code:
            return found.code.upper().startswith(self.codes)
        return any(word in found.name.casefold() for word in self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineRule:
    """How many different medicines must have failed, and how many of them from ``classes``."""

    minimum: Sourced
    classes: tuple[TreatmentClass, ...]
    minimum_of_classes: Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapyRule:
    """How many psychotherapies must have failed; the fact that documents why none was possible."""

    minimum: Sourced
    exception_fact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """The least total, in points of ``instrument``, that counts as currently severe.

    ``also`` are other forms of the same scale, read in its place when they are newer; ``names`` are
    those of all its forms, in this order. With
    ``only_for`` the scale is asked of people with such a diagnosis alone: a scale of social anxiety
    that nobody filled in leaves nothing open in panic disorder.
    """

    instrument: str
    names: tuple[str, ...]
    at_least: Sourced
    also: tuple[str, ...] = ()
    only_for: DiagnosisRule | None = None

    @property
    def forms(self) -> dict[str, str]:
        """Return the names of all forms of the scale by instrument."""
        return dict(zip((self.instrument, *self.also), self.names, strict=True))

    @property
    def name(self) -> str:
        """Return the name of the scale whatever its form."""
        return " or ".join(self.names)

    def is_asked(self, diagnoses: tuple[Diagnosis, ...]) -> bool:
        """Return whether the scale is asked of somebody with these diagnoses: the main ones, or all."""
        if self.only_for is None:
            return True
        main = tuple(d for d in diagnoses if d.primary) or diagnoses
        return any(self.only_for.fits(d) for d in main)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityRule:
    """Current severity: any one of the thresholds, on a score not older than ``max_age``."""

    thresholds: tuple[Threshold, ...]
    max_age: Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem:
    """One other cause of lasting symptoms that must have been looked at: fact code and words."""

    fact: str
    label: str


class Combine(StrEnum):
    """Whether medicines and therapies must both have failed, or either is enough."""

    BOTH = "both"
    EITHER = "either"


@dataclass(frozen=True, slots=True, kw_only=True)
class StagingDefinition:
    """One definition of resistance.

    ``possible_counts`` says whether a possibly adequate failed trial counts as failed; otherwise
    it leaves the answer open. ``history_complete_fact`` is the fact that says the list of earlier
    treatments is complete: without it, too few trials are not the same as not resistant.
    ``severity`` is ``None`` when the definition names no present severity. An augmentation counts
    as a medicine of its own only with ``augmentation_counts``.
    """

    provenance: Provenance
    name: str
    diagnosis: DiagnosisRule
    medicines: MedicineRule
    therapies: TherapyRule
    severity: SeverityRule | None = None
    combine: Combine = Combine.BOTH
    augmentation_counts: bool = False
    checklist: tuple[ChecklistItem, ...] = ()
    history_complete_fact: str = ""
    possible_counts: bool = False

    @property
    def id(self) -> str:
        """Return the id of the definition."""
        return self.provenance.id
