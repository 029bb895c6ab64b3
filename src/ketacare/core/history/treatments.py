"""Treatments as the clinic knows them: names, classes, and what an adequate trial of each needs.

The values come from ``knowledge/treatments``; here are their types and the look-up by name. A
treatment without a definition of an adequate trial for an anxiety disorder (ECT, lamotrigine) is
known and recorded, and never counted.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import TreatmentKind
from ketacare.core.sources import Provenance, Sourced


class TreatmentClass(StrEnum):
    """The classes that safety rules and definitions of resistance refer to."""

    SSRI = "ssri"
    SNRI = "snri"
    TCA = "tca"
    MAOI = "maoi"
    OTHER_ANTIDEPRESSANT = "other_antidepressant"
    BENZODIAZEPINE = "benzodiazepine"
    Z_DRUG = "z_drug"
    GABAPENTINOID = "gabapentinoid"
    AZAPIRONE = "azapirone"
    ANTIHISTAMINE = "antihistamine"
    ANTIPSYCHOTIC = "antipsychotic"
    MOOD_STABILISER = "mood_stabiliser"
    ANTICONVULSANT = "anticonvulsant"
    LAMOTRIGINE = "lamotrigine"
    STIMULANT = "stimulant"
    SYMPATHOMIMETIC = "sympathomimetic"
    XANTHINE = "xanthine"
    OPIOID = "opioid"
    OPIOID_ANTAGONIST = "opioid_antagonist"
    NMDA_ANTAGONIST = "nmda_antagonist"
    CNS_DEPRESSANT = "cns_depressant"
    STRONG_CYP_INHIBITOR = "strong_cyp_inhibitor"
    CYP_INDUCER = "cyp_inducer"
    THYROID_HORMONE = "thyroid_hormone"
    ALPHA2_AGONIST = "alpha2_agonist"
    BETA_BLOCKER = "beta_blocker"
    ANTIHYPERTENSIVE = "antihypertensive"
    CBT = "cbt"
    LOW_INTENSITY = "low_intensity"
    OTHER_PSYCHOTHERAPY = "other_psychotherapy"
    NEUROMODULATION = "neuromodulation"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineAdequacy:
    """What makes a trial of a medicine adequate for an anxiety disorder.

    ``minimum`` in mg/day; ``weeks`` the fewest weeks at or above it (a trial of that length is
    "possible"); ``preferred_weeks`` the weeks from which it is adequate, ``None`` when the source
    gives one number only, which then decides. ``highest`` is the top of the range seen, for the
    reader; a higher dose is still adequate.
    """

    minimum: Sourced
    weeks: Sourced
    preferred_weeks: Sourced | None = None
    highest: Sourced | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseAdequacy:
    """What makes a course of psychotherapy adequate.

    Sessions below ``possible_sessions`` are too few; from ``sessions`` on there are enough.
    ``homework`` is the least share of agreed homework that was done, ``weeks`` the least time from
    the first session to the last.
    """

    sessions: Sourced
    possible_sessions: Sourced
    weeks: Sourced
    homework: Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """One medicine, psychotherapy or procedure.

    ``substance`` is the active ingredient: two formulations of it are one treatment when trials
    are counted. ``counts`` is false where a trial is recorded but never counts as a failed
    treatment, with the reason in ``counts_note``. ``lorazepam_mg`` is the dose in mg that equals
    1 mg of lorazepam.
    """

    id: str
    name: str
    kind: TreatmentKind
    classes: tuple[TreatmentClass, ...]
    provenance: Provenance
    substance: str
    aliases: tuple[str, ...] = ()
    medicine: MedicineAdequacy | None = None
    course: CourseAdequacy | None = None
    counts: bool = True
    counts_note: str = ""
    lorazepam_mg: Sourced | None = None
    note: str = ""

    def is_any(self, classes: Iterable[TreatmentClass | str]) -> bool:
        """Return whether the treatment belongs to one of ``classes``."""
        return any(name in self.classes for name in classes)

    @property
    def is_defined(self) -> bool:
        """Return whether an adequate trial of it is defined for an anxiety disorder."""
        return self.medicine is not None or self.course is not None

    @property
    def names(self) -> tuple[str, ...]:
        """Return everything it may be called: id, name and aliases."""
        return (self.id, self.name, *self.aliases)


Treatments = Mapping[str, Treatment]

_SPACES = re.compile(r"[\s_\-/.,()]+")


def plain(text: str) -> str:
    """Return ``text`` as names are compared: lower case, one space between words."""
    return _SPACES.sub(" ", text).strip().casefold()


def find_treatment(text: str, treatments: Treatments) -> Treatment:
    """Return the treatment called ``text`` (id, name or brand, in any case).

    Raises :class:`InputError` with the nearest known names when there is none; a treatment is
    never guessed from a misspelt name.
    """
    wanted = plain(text)
    names = {plain(name): t for t in treatments.values() for name in t.names}
    if wanted in names:
        return names[wanted]
    near = dict.fromkeys(
        names[name].id for name in difflib.get_close_matches(wanted, names, n=4, cutoff=0.7)
    )
    advice = (
        f"did you mean {' or '.join(near)}? "
        if near
        else "use the generic name, or add it to knowledge/treatments. "
    )
    raise InputError(ErrorCode.UNKNOWN_NAME, f'treatment "{text}" is not known; {advice}'.strip())


def treatment_of(treatment_id: str, treatments: Treatments) -> Treatment:
    """Return the treatment with this id; names and brands are accepted as well."""
    found = treatments.get(treatment_id)
    return find_treatment(treatment_id, treatments) if found is None else found
