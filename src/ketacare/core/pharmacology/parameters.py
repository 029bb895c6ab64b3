"""The numbers of a model and how they differ between people: weight, covariates, chance.

The value of a person is (reference value + what additive covariates add) * (weight / reference
weight)^exponent * the factors of the other covariates, and then the person's own deviation. A
covariate that a source has but that is not used is kept as ``gated``, so that a reader sees it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ketacare.core.errors import DomainError, ErrorCode
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.subject import Measure, People
from ketacare.core.record import Sex
from ketacare.core.sources import Sourced


class Scaling(StrEnum):
    """How a parameter changes with body weight; ``per kg`` values are printed for each kilogram."""

    NONE = "none"
    VOLUME = "volume"
    CLEARANCE = "clearance"
    PER_KG = "per kg"


class Spread(StrEnum):
    """The shape of the differences between people."""

    LOG_NORMAL = "log-normal"
    LOGIT_NORMAL = "logit-normal"


class Form(StrEnum):
    """How a covariate x acts on a parameter P, with reference r and coefficient c.

    ``additive`` P + c (x - r); ``linear`` P (1 + c (x - r)); ``exponential`` P e^(c (x - r));
    ``power`` P (x / r)^c; ``sigmoid`` P s(x) / s(r), s(x) = x^c / (x^c + h^c) with half-way point
    h; ``factor`` P c for those who belong to a category.
    """

    ADDITIVE = "additive"
    LINEAR = "linear"
    EXPONENTIAL = "exponential"
    POWER = "power"
    SIGMOID = "sigmoid"
    FACTOR = "factor"


class Use(StrEnum):
    """Whether a covariate is the source's, this project's, or known and not used."""

    REPORTED = "reported"
    ASSUMED = "assumed"
    GATED = "gated"


class Missing(StrEnum):
    """What to do where the covariate is not recorded: refuse, or say so and use the reference."""

    REFUSE = "refuse"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariate:
    """One way a parameter depends on who the person is.

    ``of`` is the measure, or ``None`` for a factor of a category (``sex`` or ``trait``).
    ``coefficient`` is in the parameter's unit per unit of the measure (additive), 1 per unit
    (linear, exponential), or a plain number (power, sigmoid, factor). ``only_above`` lets the
    measure count from the reference upwards only. ``sex`` and ``trait`` limit whom it concerns.
    """

    parameter: str
    form: Form
    use: Use
    coefficient: float
    sourced: Sourced
    of: Measure | None = None
    reference: Sourced | None = None
    halfway: Sourced | None = None
    only_above: bool = False
    sex: Sex | None = None
    trait: str = ""
    missing: Missing = Missing.REFUSE
    note: str = ""

    @property
    def name(self) -> str:
        """Return what it is about, in words."""
        if self.of is not None:
            return self.of.value
        return self.trait or "sex"

    @property
    def is_used(self) -> bool:
        """Return whether the covariate acts."""
        return self.use is not Use.GATED

    def unknown(self, people: People) -> NDArray[np.bool_]:
        """Return for whom (n,) what it needs is not recorded."""
        lacking = np.zeros(len(people), dtype=bool)
        if self.of is not None:
            lacking |= np.isnan(people.measure(self.of))
        if self.sex is not None:
            lacking |= np.isnan(people.female)
        return lacking

    def _concerned(self, people: People) -> NDArray[np.bool_]:
        who = ~self.unknown(people)
        if self.sex is not None:
            who &= people.female == (1.0 if self.sex is Sex.FEMALE else 0.0)
        if self.trait:
            who &= people.has(self.trait)
        return who

    def added(self, people: People) -> Floats:
        """Return what an additive covariate adds (n,), in the parameter's unit."""
        if self.form is not Form.ADDITIVE:
            return np.zeros(len(people))
        return np.where(self._concerned(people), self.coefficient * self._distance(people), 0.0)

    def factor(self, people: People) -> Floats:
        """Return the factor (n,) of any other covariate; 1 where it does not concern someone."""
        c = self.coefficient
        if self.form is Form.FACTOR:
            found = np.full(len(people), c)
        elif self.form is Form.LINEAR:
            found = 1.0 + c * self._distance(people)
        elif self.form is Form.EXPONENTIAL:
            found = np.exp(c * self._distance(people))
        elif self.form is Form.POWER:
            found = ((self._reference + self._distance(people)) / self._reference) ** c
        elif self.form is Form.SIGMOID:
            found = self._risen(self._reference + self._distance(people)) / self._risen(
                np.array(self._reference)
            )
        else:
            return np.ones(len(people))
        return np.where(self._concerned(people), found, 1.0)

    @property
    def _reference(self) -> float:
        if self.reference is None or self.of is None:
            return 0.0
        return self.reference.to(self.of.unit)

    def _distance(self, people: People) -> Floats:
        if self.of is None:
            return np.zeros(len(people))
        away = people.measure(self.of) - self._reference
        if self.only_above:
            away = np.maximum(away, 0.0)
        return np.where(np.isnan(away), 0.0, away)

    def _risen(self, x: Floats) -> Floats:
        if self.halfway is None or self.of is None:
            return np.ones_like(x)
        relative = (x / self.halfway.to(self.of.unit)) ** self.coefficient
        return np.asarray(relative / (1.0 + relative))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One typical value at the reference weight and its spread between people.

    ``unit`` is the engine's (L, L/h, 1/h, h or 1); ``variance`` is omega squared between people
    and ``occasion`` that between occasions of one person, ``None`` where the source gives none.
    Both are of the logarithm, or of the logit for a ``logit-normal`` spread.
    """

    name: str
    sourced: Sourced
    unit: str
    scaling: Scaling = Scaling.NONE
    variance: Sourced | None = None
    omega2: float | None = None
    spread: Spread = Spread.LOG_NORMAL
    occasion: float | None = None
    covariates: tuple[Covariate, ...] = ()

    @property
    def value(self) -> float:
        """Return the typical value in the engine's unit (per kg where it scales per kg)."""
        return self.sourced.to(f"{self.unit}/kg" if self.scaling is Scaling.PER_KG else self.unit)

    def typical(self, people: People, reference_kg: float, exponent: float) -> Floats:
        """Return the value (n,) of the typical person of each one's weight and covariates."""
        used = [c for c in self.covariates if c.is_used]
        for covariate in used:
            if covariate.missing is Missing.REFUSE and covariate.unknown(people).any():
                lacking = covariate.name
                if covariate.of is not None and covariate.of not in {Measure.WEIGHT, Measure.AGE}:
                    lacking += " (height, sex, and for some formulas age)"
                raise DomainError(
                    ErrorCode.OUTSIDE_DOMAIN,
                    f"{self.name} of this model depends on {lacking}, which is not recorded; "
                    "record it, or choose a model that does without",
                    where=covariate.name,
                )
        added = sum((c.added(people) for c in used), np.zeros(len(people)))
        relative = people.weight_kg / reference_kg
        if self.scaling is Scaling.NONE:
            exponent = 0.0
        elif self.scaling is Scaling.PER_KG:
            relative, exponent = people.weight_kg, 1.0
        found = (self.value + added) * relative**exponent
        for covariate in used:
            found = found * covariate.factor(people)
        if not (found > 0).all():
            raise DomainError(
                ErrorCode.OUTSIDE_DOMAIN,
                f"{self.name} of this model comes out as {found.min():.3g} {self.unit} for this "
                "person; its formulas do not reach this far, choose another model",
                where=self.name,
            )
        return np.asarray(found)

    def deviated(self, typical: Floats, eta: Floats) -> Floats:
        """Return the values of people whose deviations are ``eta``."""
        if self.spread is Spread.LOGIT_NORMAL:
            odds = typical / (1.0 - typical) * np.exp(eta)
            return np.asarray(odds / (1.0 + odds))
        return np.asarray(typical * np.exp(eta))


def drawn_deviations(
    parameters: Mapping[str, Parameter],
    covariances: Mapping[tuple[str, str], float],
    *,
    n: int,
    rng: np.random.Generator,
    occasion: bool,
) -> dict[str, Floats]:
    """Return the deviations (n,) of the parameters that differ between people.

    With ``occasion`` the spread between occasions is added, as for one dose in each person. The
    draws between people are the same with and without it.
    """
    names = [name for name, p in parameters.items() if p.omega2 is not None]
    spread = np.diag([parameters[name].omega2 or 0.0 for name in names])
    for (first, second), covariance in covariances.items():
        i, j = names.index(first), names.index(second)
        spread[i, j] = spread[j, i] = covariance
    found = {}
    if names:
        eta = rng.standard_normal((n, len(names))) @ np.linalg.cholesky(spread).T
        found = {name: eta[:, i] for i, name in enumerate(names)}
    if occasion:
        for name, parameter in parameters.items():
            if parameter.occasion is not None:
                kappa = rng.standard_normal(n) * np.sqrt(parameter.occasion)
                found[name] = found.get(name, 0.0) + kappa
    return found
