"""The population prior: how people differ before anything is known about one of them.

Every trait of a person (set point, responsiveness, time constants …) is a transformed standard
normal number, so that the whole prior is one table of medians and spreads, and one person is one
row ``z`` of independent standard normals. Numbers come from ``knowledge/evidence/prior_*.toml``;
the model they belong to is in ``dynamics``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ketacare.core.errors import ErrorCode, InputError, KnowledgeError
from ketacare.core.sources import Provenance, Sourced

FloatArray = NDArray[np.float64]

ANCHOR_MG_PER_KG: Final = 0.5
"""The intravenous dose whose effect E(d) is 1 by definition."""


class Shape(StrEnum):
    """How a trait follows from a standard normal number z, with median m and spread s.

    ``log``: m·exp(s·z). ``logit``: upper / (1 + exp(-(logit(m/upper) + s·z))).
    ``excess``: 1 + (m - 1)·exp(s·z), for multipliers that are never below one.
    """

    LOG = "log"
    LOGIT = "logit"
    EXCESS = "excess"


class TraitName(StrEnum):
    """The traits of a person, in the order of the columns of ``z``."""

    SET_POINT = "set_point"
    RESPONSIVENESS = "responsiveness"
    TAU_FAST = "tau_fast"
    KAPPA = "kappa"
    TAU_SLOW = "tau_slow"
    NONSPECIFIC_FAST = "nonspecific_fast"
    NONSPECIFIC_SLOW = "nonspecific_slow"
    ED50 = "ed50"
    PERI_DOSE = "peri_dose"
    TAU_PERI_DOSE = "tau_peri_dose"
    THERAPY = "therapy"
    BENZODIAZEPINE = "benzodiazepine"
    TOLERANCE = "tolerance"
    DRIFT = "drift"
    NOISE = "noise"
    HAMA_LEVEL = "hama_level"
    PHQ9_LEVEL = "phq9_level"
    PHQ9_GAIN = "phq9_gain"


class ConstantName(StrEnum):
    """Numbers of the model that are the same for everyone."""

    TAU_NONSPECIFIC_FAST = "tau_nonspecific_fast"
    TAU_NONSPECIFIC_SLOW = "tau_nonspecific_slow"
    OPEN_FACTOR = "open_factor"
    THERAPY_FROM = "therapy_from"
    THERAPY_UNTIL = "therapy_until"
    THERAPY_HOLD = "therapy_hold"
    OUTLIER = "outlier"


class Setting(StrEnum):
    """Whether people knew, or could feel, that they received the drug.

    ``open`` (every clinic, open trials and active drug felt by the person) enlarges the fast
    non-specific gain; ``blinded`` is an inert dose or a dose given under anaesthesia.
    """

    OPEN = "open"
    BLINDED = "blinded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """How one trait is spread in the population. ``spread`` is the SD on the scale of ``shape``.

    ``identified`` says whether the calibration studies narrowed it; ``upper`` bounds a logit trait.
    """

    name: TraitName
    shape: Shape
    median: Sourced
    spread: Sourced
    identified: bool
    upper: float = 1.0

    def __post_init__(self) -> None:
        value = self.median.value
        low, high = (1.0, math.inf) if self.shape is Shape.EXCESS else (0.0, math.inf)
        if self.shape is Shape.LOGIT:
            high = self.upper
        if not low < value < high:
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f"the median of {self.name} is {value:g}; a {self.shape} trait lies between "
                f"{low:g} and {high:g}",
            )
        if not 0 < self.spread.value < 10:
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f"the spread of {self.name} is {self.spread.value:g}; give more than 0, below 10",
            )

    def at(self, z: FloatArray) -> FloatArray:
        """Return the trait for standard normal numbers ``z`` (any shape), in the median's unit."""
        step = self.spread.value * z
        median = self.median.value
        if self.shape is Shape.LOG:
            return np.asarray(median * np.exp(step))
        if self.shape is Shape.EXCESS:
            return np.asarray(1.0 + (median - 1.0) * np.exp(step))
        centre = math.log(median / (self.upper - median))
        return np.asarray(self.upper / (1.0 + np.exp(-(centre + step))))


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How one instrument sees severity: integer scores between ``minimum`` and ``maximum``.

    ``slope`` is its points per GAD-7-equivalent point, ``error`` its standard error of measurement
    in its own points, ``nonspecific`` how strongly it registers non-specific improvement
    relative to the GAD-7. ``level`` and ``gain`` name the traits by which one person's reading
    differs from the slope (a multiplier of the set point) and their drug effect on it.
    """

    instrument: str
    minimum: int
    maximum: int
    slope: Sourced
    error: Sourced
    nonspecific: Sourced
    response: Sourced
    remission: Sourced
    level: TraitName | None = None
    gain: TraitName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What is expected of a person nobody has treated yet: a versioned table of traits.

    ``routes`` gives the intravenous equivalent of a milligram by route; a route that is not there
    cannot be used. ``calibration`` names the study files the traits were fitted to.
    """

    provenance: Provenance
    traits: tuple[Trait, ...]
    constants: dict[ConstantName, Sourced]
    views: dict[str, View]
    routes: dict[str, Sourced]
    calibration: tuple[str, ...] = ()
    domain: str = ""

    def __post_init__(self) -> None:
        names = tuple(t.name for t in self.traits)
        if names != tuple(TraitName):
            raise KnowledgeError(
                ErrorCode.MISSING_KEY,
                f"traits are {', '.join(names)}; all of {', '.join(TraitName)} are needed, "
                "once each, in this order",
            )
        missing = [name for name in ConstantName if name not in self.constants]
        if missing:
            raise KnowledgeError(
                ErrorCode.MISSING_KEY, f"constants lack {', '.join(missing)}; add them"
            )

    @property
    def id(self) -> str:
        """Return the id of the file the prior was read from."""
        return self.provenance.id

    @property
    def version(self) -> str:
        """Return the version of the file the prior was read from."""
        return self.provenance.version

    @property
    def dimension(self) -> int:
        """Return how many traits a person has."""
        return len(self.traits)

    def constant(self, name: ConstantName) -> float:
        """Return a constant in the unit of its file (days, or a bare factor)."""
        return self.constants[name].value

    def view(self, instrument: str) -> View:
        """Return how ``instrument`` sees severity; refuse one the prior does not know."""
        try:
            return self.views[instrument]
        except KeyError:
            raise InputError(
                ErrorCode.UNKNOWN_NAME,
                f'the response model does not know "{instrument}"; '
                f"use one of {', '.join(self.views)}",
            ) from None

    def draw(self, n: int, *, rng: np.random.Generator) -> FloatArray:
        """Return ``n`` people as standard normal rows, shape (n, dimension)."""
        return rng.standard_normal((n, self.dimension))

    def people(self, z: FloatArray) -> Traits:
        """Return the traits of the people in ``z``, each an array of shape (n,)."""
        values = {t.name: t.at(z[:, i]) for i, t in enumerate(self.traits)}
        return Traits(values=values)

    def with_traits(self, changed: dict[TraitName, Trait]) -> Prior:
        """Return the prior with some traits replaced."""
        return replace(self, traits=tuple(changed.get(t.name, t) for t in self.traits))


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """Traits of n people, arrays of shape (n,).

    Two bounds keep the model inside its own meaning: consolidated relief is by definition slower
    than rapid relief (tau_slow at least 1.5 tau_fast), and consolidation never outruns the fading
    of rapid relief (kappa·tau_fast at most 0.5), which keeps F + S below one.
    """

    values: dict[TraitName, FloatArray]

    def __post_init__(self) -> None:
        v = self.values
        tau_fast = v[TraitName.TAU_FAST]
        v[TraitName.TAU_SLOW] = np.maximum(v[TraitName.TAU_SLOW], 1.5 * tau_fast)
        v[TraitName.KAPPA] = np.minimum(v[TraitName.KAPPA], 0.5 / tau_fast)

    def __getitem__(self, name: TraitName) -> FloatArray:
        return self.values[name]

    @property
    def size(self) -> int:
        """Return how many people there are."""
        return int(self.values[TraitName.SET_POINT].shape[0])
