"""Who receives a dose: one person, or many at once, with the body measures models scale by.

The derived measures are published formulas of weight, height, sex and age; each says whose it is.
What is not recorded is ``None`` (one person) or not-a-number (many), never an average.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.naming import require_name
from ketacare.core.record import Sex


@dataclass(frozen=True, slots=True)  # positional too: Subject(70) reads as what it is
class Subject:
    """Who receives the dose. ``None`` means not recorded.

    ``traits`` are the yes/no properties a model may ask for, by its own words (``"asian"``,
    ``"cyp2b6 *6/*6"``); a trait that is not listed is one the person does not have.
    """

    weight_kg: float
    age_years: float | None = None
    sex: Sex | None = None
    height_cm: float | None = None
    traits: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.sex is not None:
            require_name(self.sex, Sex, "sex")
        for name, value, unit in (
            ("weight_kg", self.weight_kg, "kg"),
            ("age_years", self.age_years, "years"),
            ("height_cm", self.height_cm, "cm"),
        ):
            if value is not None and not (math.isfinite(value) and value > 0):
                raise InputError(
                    ErrorCode.OUT_OF_RANGE,
                    f"{name} is {value:g} {unit}; give a finite number, more than zero",
                    where=name,
                )


class Measure(StrEnum):
    """What a covariate or a domain may be about, with its unit in :attr:`unit`."""

    WEIGHT = "weight"
    AGE = "age"
    HEIGHT = "height"
    BODY_MASS_INDEX = "body mass index"
    LEAN_BODY_MASS = "lean body mass"
    FAT_FREE_MASS = "fat-free mass"
    FAT_FREE_MASS_BY_AGE = "fat-free mass by age"
    IDEAL_WEIGHT = "ideal weight"
    ADJUSTED_WEIGHT = "adjusted weight"

    @property
    def unit(self) -> str:
        """Return the unit the measure is in."""
        return _UNIT_OF.get(self, "kg")

    @property
    def unit_in_words(self) -> str:
        """Return the unit as a sentence has it."""
        return "years" if self is Measure.AGE else self.unit


_UNIT_OF = {Measure.AGE: "year", Measure.HEIGHT: "cm", Measure.BODY_MASS_INDEX: "kg/m2"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class People:
    """``n`` people as arrays: kg, years, cm; not-a-number where something is not recorded.

    ``female`` is 1 for a woman, 0 for a man; ``traits`` maps a trait to (n,) yes or no.
    """

    weight_kg: Floats
    age_years: Floats
    height_cm: Floats
    female: Floats
    traits: dict[str, NDArray[np.bool_]]

    @classmethod
    def of(cls, subjects: Sequence[Subject]) -> People:
        """Return the people as arrays, in the order given."""
        if not subjects:
            raise InputError(
                ErrorCode.MISSING_KEY,
                "subjects is empty; give at least one person",
                where="subjects",
            )

        def column(values: Sequence[float | None]) -> Floats:
            return np.array([np.nan if v is None else v for v in values], dtype=np.float64)

        names = sorted({name for s in subjects for name in s.traits})
        return cls(
            weight_kg=column([s.weight_kg for s in subjects]),
            age_years=column([s.age_years for s in subjects]),
            height_cm=column([s.height_cm for s in subjects]),
            female=column([_FEMALE.get(s.sex) if s.sex else None for s in subjects]),
            traits={name: np.array([name in s.traits for s in subjects]) for name in names},
        )

    def __len__(self) -> int:
        return len(self.weight_kg)

    def measure(self, measure: Measure) -> Floats:
        """Return a measure (n,); not-a-number where what it is made from is not recorded."""
        return np.asarray(_FORMULAS[measure](self))

    def has(self, trait: str) -> NDArray[np.bool_]:
        """Return who has a trait (n,)."""
        return self.traits.get(trait, np.zeros(len(self), dtype=bool))


_FEMALE = {Sex.FEMALE: 1.0, Sex.MALE: 0.0}


def _body_mass_index(p: People) -> Floats:
    return p.weight_kg / (p.height_cm / 100.0) ** 2


def _by_sex(p: People, man: Floats, woman: Floats) -> Floats:
    """Return the value of a man or a woman; not-a-number where the sex is not recorded."""
    return np.where(np.isnan(p.female), np.nan, np.where(p.female == 1.0, woman, man))


def _lean_body_mass(p: People) -> Floats:
    """James 1976: 1.1 W - 128 (W/H)^2 for men, 1.07 W - 148 (W/H)^2 for women; kg and cm."""
    square = (p.weight_kg / p.height_cm) ** 2
    return _by_sex(p, 1.1 * p.weight_kg - 128.0 * square, 1.07 * p.weight_kg - 148.0 * square)


def _fat_free_mass(p: People) -> Floats:
    """Janmahasatian 2005: 9270 W / (6680 + 216 BMI) for men, 9270 W / (8780 + 244 BMI) for women."""
    index, top = _body_mass_index(p), 9270.0 * p.weight_kg
    return _by_sex(p, top / (6680.0 + 216.0 * index), top / (8780.0 + 244.0 * index))


def _fat_free_mass_by_age(p: People) -> Floats:
    """Al-Sallami 2015: the adult value times the part that is there at an age."""
    man = 0.88 + 0.12 / (1.0 + (p.age_years / 13.4) ** -12.7)
    woman = 1.11 - 0.11 / (1.0 + (p.age_years / 7.1) ** -1.1)
    return _by_sex(p, man, woman) * _fat_free_mass(p)


def _ideal_weight(p: People) -> Floats:
    """Devine 1974: 50 kg for men, 45.5 kg for women, and 2.3 kg per inch above 60 inches."""
    above = 2.3 * (p.height_cm / 2.54 - 60.0)
    return _by_sex(p, 50.0 + above, 45.5 + above)


def _adjusted_weight(p: People) -> Floats:
    """Ideal weight and 0.4 of what is above it (Bauer 1983); never above the actual weight."""
    ideal = _ideal_weight(p)
    return np.minimum(p.weight_kg, ideal + 0.4 * np.maximum(0.0, p.weight_kg - ideal))


_FORMULAS = {
    Measure.WEIGHT: lambda p: p.weight_kg,
    Measure.AGE: lambda p: p.age_years,
    Measure.HEIGHT: lambda p: p.height_cm,
    Measure.BODY_MASS_INDEX: _body_mass_index,
    Measure.LEAN_BODY_MASS: _lean_body_mass,
    Measure.FAT_FREE_MASS: _fat_free_mass,
    Measure.FAT_FREE_MASS_BY_AGE: _fat_free_mass_by_age,
    Measure.IDEAL_WEIGHT: _ideal_weight,
    Measure.ADJUSTED_WEIGHT: _adjusted_weight,
}
