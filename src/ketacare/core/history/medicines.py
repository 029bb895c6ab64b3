"""What the medicines a person takes amount to: which classes, and how much lorazepam.

Safety rules ask by class ("any MAOI today?"), benzodiazepines are compared in lorazepam
equivalents. A medicine without a dose makes the sum unknown; what is known is still its floor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ketacare.core.history.treatments import TreatmentClass, Treatments, treatment_of
from ketacare.core.record import Medicine, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class EquivalentPart:
    """One medicine's share: its dose, and what that is in mg of lorazepam per day."""

    medicine: Medicine
    mg_per_day: float | None
    lorazepam_mg_per_day: float | None
    factor_mg: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LorazepamEquivalent:
    """The benzodiazepines and hypnotics taken, in mg of lorazepam per day.

    ``mg_per_day`` is ``None`` when the dose of any of them is not known; ``at_least_mg_per_day``
    adds up the known ones and is 0 when none is taken.
    """

    mg_per_day: float | None
    at_least_mg_per_day: float
    parts: tuple[EquivalentPart, ...]
    missing: tuple[str, ...]


def diazepam_equivalent(lorazepam_mg: float, treatments: Treatments) -> float | None:
    """Return the same dose in mg of diazepam, ``None`` when the clinic has no factor for it.

    mg diazepam = mg lorazepam * (mg of diazepam equal to 1 mg of lorazepam)
    """
    diazepam = treatments.get("diazepam")
    if diazepam is None or diazepam.lorazepam_mg is None:
        return None
    return lorazepam_mg * diazepam.lorazepam_mg.to("mg")


def _medicines(source: Person | Sequence[Medicine]) -> Sequence[Medicine]:
    return source.medicines if isinstance(source, Person) else source


def medicines_of_class(
    source: Person | Sequence[Medicine],
    treatments: Treatments,
    classes: Iterable[TreatmentClass | str],
    at: datetime,
) -> tuple[Medicine, ...]:
    """Return the medicines taken at ``at`` that belong to any of ``classes``."""
    wanted = tuple(classes)
    return tuple(
        m
        for m in _medicines(source)
        if m.is_taken_at(at) and treatment_of(m.ingredient, treatments).is_any(wanted)
    )


def lorazepam_equivalent(
    source: Person | Sequence[Medicine], treatments: Treatments, at: datetime
) -> LorazepamEquivalent:
    """Return the daily lorazepam equivalent of everything taken at ``at`` that has one.

    mg lorazepam = mg taken / (mg equal to 1 mg lorazepam), summed. The factors are those of the
    treatment files; other tables differ up to two-fold, so the number is a guide.
    """
    parts = []
    for medicine in _medicines(source):
        treatment = treatment_of(medicine.ingredient, treatments)
        if treatment.lorazepam_mg is None or not medicine.is_taken_at(at):
            continue
        factor_mg = treatment.lorazepam_mg.to("mg")
        dose = medicine.mg_per_day
        parts.append(
            EquivalentPart(
                medicine=medicine,
                mg_per_day=dose,
                lorazepam_mg_per_day=None if dose is None else dose / factor_mg,
                factor_mg=factor_mg,
                source=treatment.lorazepam_mg.source,
            )
        )
    known = [p.lorazepam_mg_per_day for p in parts if p.lorazepam_mg_per_day is not None]
    missing = tuple(
        f"daily dose of {p.medicine.name or p.medicine.ingredient}"
        for p in parts
        if p.mg_per_day is None
    )
    floor = float(sum(known))
    return LorazepamEquivalent(
        mg_per_day=None if missing else floor,
        at_least_mg_per_day=floor,
        parts=tuple(parts),
        missing=missing,
    )
