"""The population prior: how people differ before anything is known about one of them.

Every trait of a person (set point, responsiveness, time constants …) is a transformed standard
normal number, so that the whole prior is one table of medians and spreads, and one person is one
row ``z`` of independent standard normals. Numbers come from ``knowledge/evidence/prior_*.toml``;
the model they belong to is in ``dynamics``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ketacare.core.errors import ErrorCode, InputError, KnowledgeError
from ketacare.core.sources import Provenance, Sourced
from ketacare.core.units import Quantity

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
    DURATION_EXPONENT = "duration_exponent"
    THERAPY_BUILD = "therapy_build"
    CLINICIAN = "clinician"
    FUNCTION_LAG = "function_lag"
    FUNCTION_LEVEL = "function_level"


class ConstantName(StrEnum):
    """Numbers of the model that are the same for everyone."""

    TAU_NONSPECIFIC_FAST = "tau_nonspecific_fast"
    TAU_NONSPECIFIC_SLOW = "tau_nonspecific_slow"
    OPEN_FACTOR = "open_factor"
    THERAPY_FROM = "therapy_from"
    THERAPY_UNTIL = "therapy_until"
    THERAPY_HOLD = "therapy_hold"
    OUTLIER = "outlier"
    FUNCTION_MEDIATED = "function_mediated"
    DROPOUT_BASE = "dropout_base"
    DROPOUT_UNIMPROVED = "dropout_unimproved"
    DROPOUT_ADVERSE = "dropout_adverse"


class Rater(StrEnum):
    """Who gives the score; clinicians and patients register non-specific gains differently."""

    SELF = "self"
    CLINICIAN = "clinician"


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

    ``shared`` is the SD by which a whole clinic or trial may differ from the median, together with
    what calibration left uncertain about the median: for one person it adds to the spread, for a
    group it does not average out. ``identified`` says whether the calibration studies narrowed
    the median; ``upper`` bounds a logit trait.
    """

    name: TraitName
    shape: Shape
    median: Sourced
    spread: Sourced
    identified: bool
    upper: float = 1.0
    shared: Sourced | None = None

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
        if self.shared is not None and not 0 <= self.shared.value < 10:
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f"the shared spread of {self.name} is {self.shared.value:g}; give 0 or more, "
                "below 10",
            )

    @property
    def shared_sd(self) -> float:
        """Return by how much a whole group may differ, as SD on the scale of ``shape``."""
        return 0.0 if self.shared is None else self.shared.value

    @property
    def sd(self) -> float:
        """Return the SD for one person of whom nothing is known, on the scale of ``shape``."""
        return math.hypot(self.spread.value, self.shared_sd)

    def at(self, z: FloatArray) -> FloatArray:
        """Return the trait for standard normal numbers ``z`` (any shape), in the median's unit."""
        step = self.sd * z
        median = self.median.value
        if self.shape is Shape.LOG:
            return np.asarray(median * np.exp(step))
        if self.shape is Shape.EXCESS:
            return np.asarray(1.0 + (median - 1.0) * np.exp(step))
        centre = math.log(median / (self.upper - median))
        return np.asarray(self.upper / (1.0 + np.exp(-(centre + step))))

    def moved(self, by: float) -> Trait:
        """Return the trait with its median moved by ``by`` on the scale of ``shape``."""
        value = float(replace(self, spread=_ONE, shared=None).at(np.array([by]))[0])
        return replace(self, median=replace(self.median, quantity=Quantity(value, self.unit)))

    def widened(self, factor: float) -> Trait:
        """Return the trait with every spread multiplied by ``factor``."""
        shared = self.shared
        if shared is not None:
            shared = replace(shared, quantity=Quantity(shared.value * factor, "1"))
        spread = replace(self.spread, quantity=Quantity(self.spread.value * factor, "1"))
        return replace(self, spread=spread, shared=shared)

    @property
    def unit(self) -> str:
        """Return the unit of the median."""
        return self.median.unit


_ONE: Final = Sourced(quantity=Quantity(1.0, "1"), source="project", locus="the scale itself")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How one instrument sees severity: integer scores between ``minimum`` and ``maximum``.

    ``slope`` is its points per GAD-7-equivalent point, ``error`` its standard error of measurement
    in its own points, ``nonspecific`` how strongly it registers non-specific improvement
    relative to the GAD-7, ``rater`` who gives it. ``level`` and ``gain`` name the traits by which
    one person's reading differs from the slope (a multiplier of the set point) and their drug
    effect on it. ``follows`` says that it measures function or quality of life, which follow
    symptoms with a lag; ``inverted`` that more points are better.
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
    rater: Rater = Rater.SELF
    follows: bool = False
    inverted: bool = False

    def burden(self, scores: FloatArray) -> FloatArray:
        """Return how far scores lie from well, in points: themselves unless more is better."""
        return np.asarray(self.maximum - scores if self.inverted else scores)

    @property
    def remitted_burden(self) -> float:
        """Return the burden up to which a score counts as remission."""
        return self.maximum - self.remission.value if self.inverted else self.remission.value

    def __post_init__(self) -> None:
        if self.minimum >= self.maximum or self.error.value <= 0:
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f"{self.instrument} runs from {self.minimum} to {self.maximum} with an error of "
                f"{self.error.value:g}; give a range and an error above zero",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Indication:
    """How far the prior may be borrowed for one diagnosis, found by the start of its ICD-10 code.

    ``widening`` multiplies every spread of the drug response; ``shift`` moves responsiveness on
    its logit scale, and ``between`` is the SD, on that scale, by which whole groups with this
    diagnosis differ besides: trials that contradict each other. ``nonspecific`` moves what people
    gain without the drug, on its logit scale. ``sentence`` says what the evidence is.
    """

    id: str
    codes: tuple[str, ...]
    widening: Sourced
    shift: Sourced
    sentence: str
    between: Sourced | None = None
    nonspecific: Sourced | None = None

    def __post_init__(self) -> None:
        if not 1.0 <= self.widening.value <= 5.0:
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f"the widening of {self.id} is {self.widening.value:g}; few data make a prior "
                "wider, never narrower: give 1 to 5",
            )
        if self.between is not None and not 0.0 <= self.between.value <= 5.0:
            raise KnowledgeError(
                ErrorCode.OUT_OF_RANGE,
                f"groups of {self.id} differ by {self.between.value:g}; give an SD of 0 to 5",
            )


# What little evidence in a diagnosis leaves open; the rest is about people and questionnaires.
_DRUG_RESPONSE: Final = frozenset(
    {
        TraitName.RESPONSIVENESS,
        TraitName.TAU_FAST,
        TraitName.KAPPA,
        TraitName.TAU_SLOW,
        TraitName.ED50,
    }
)
_NONSPECIFIC: Final = (TraitName.NONSPECIFIC_FAST, TraitName.NONSPECIFIC_SLOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What is expected of a person nobody has treated yet: a versioned table of traits.

    ``routes`` gives the intravenous equivalent of a milligram by route; a route that is not there
    cannot be used. ``route_spreads`` says how uncertain that is for a whole group, as SD of its log.
    ``calibration`` names the study files the traits were fitted to.
    """

    provenance: Provenance
    traits: tuple[Trait, ...]
    constants: dict[ConstantName, Sourced]
    views: dict[str, View]
    routes: dict[str, Sourced]
    calibration: tuple[str, ...] = ()
    domain: str = ""
    indications: tuple[Indication, ...] = ()
    card: str = ""
    route_spreads: dict[str, Sourced] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = tuple(t.name for t in self.traits)
        if names != tuple(TraitName):
            raise KnowledgeError(
                ErrorCode.MISSING_KEY,
                f"traits are {', '.join(names)}; all of {', '.join(TraitName)} are needed, "
                "once each, in this order",
            )
        strange = [name for name in self.route_spreads if name not in self.routes]
        if strange:
            raise KnowledgeError(
                ErrorCode.UNKNOWN_NAME,
                f"route_spreads has {', '.join(strange)}, which routes does not; add it there first",
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
                f'the response model does not know "{instrument}": it has no error model for it; '
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

    def trait(self, name: TraitName) -> Trait:
        """Return how one trait is spread."""
        return self.traits[list(TraitName).index(name)]

    def indication(self, code: str) -> Indication | None:
        """Return what is known for an ICD-10 code (the longest start that matches), if anything."""
        plain = code.strip().upper()
        fitting = [(len(c), i) for i in self.indications for c in i.codes if plain.startswith(c)]
        return max(fitting, key=lambda pair: pair[0])[1] if fitting else None

    def for_diagnosis(self, code: str) -> Prior:
        """Return the prior for people with this ICD-10 code: wider where evidence is thin.

        A code the file does not name, and no code at all, leave the prior as it is.
        """
        found = self.indication(code)
        if found is None:
            return self
        changed = {
            t.name: t.widened(found.widening.value) for t in self.traits if t.name in _DRUG_RESPONSE
        }
        name = TraitName.RESPONSIVENESS
        moved = changed[name].moved(found.shift.value)
        if found.between is not None and moved.shared is not None:
            apart = math.hypot(moved.shared_sd, found.between.value)
            moved = replace(moved, shared=replace(moved.shared, quantity=Quantity(apart, "1")))
        changed[name] = moved
        if found.nonspecific is not None:
            step = found.nonspecific.value
            changed |= {n: self.trait(n).moved(step) for n in _NONSPECIFIC}
        return self.with_traits(changed)

    def one_group(self, *, rng: np.random.Generator | None = None) -> Prior:
        """Return the prior of one clinic or trial: what its people share drawn once, or left out.

        With ``rng`` each median is moved by its shared spread, and what a route is worth by its
        own; without it all stay. The people of the result differ by their own spread only.
        """
        changed = {}
        for trait in self.traits:
            if trait.shared is None:
                continue
            step = 0.0 if rng is None else trait.shared_sd * float(rng.standard_normal())
            changed[trait.name] = replace(trait.moved(step), shared=None)
        group = self.with_traits(changed)
        if rng is None or not self.route_spreads:
            return group
        worth = dict(self.routes)
        for name in sorted(self.route_spreads):
            factor = math.exp(self.route_spreads[name].value * float(rng.standard_normal()))
            value = worth[name].value * factor
            worth[name] = replace(worth[name], quantity=Quantity(value, "1"))
        return replace(group, routes=worth)


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
