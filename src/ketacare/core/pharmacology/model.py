"""A published kinetic model as a value: structure, parameters, sites, domain, and who it is about.

The numbers come from ``knowledge/drugs``; here they are scaled to one person and checked against
the population the model was made from. Outside that population the answer carries a flag, far
outside it there is no answer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ketacare.core.errors import DomainError, ErrorCode, InputError, KnowledgeError
from ketacare.core.pharmacology.dosing import Enantiomer, Regimen
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.structure import Structure
from ketacare.core.record import Sex
from ketacare.core.sources import Provenance, Sourced, Status


class Site(StrEnum):
    """Where blood is drawn: effects follow arterial blood, samples are usually venous."""

    ARTERIAL = "arterial"
    VENOUS = "venous"


class Analyte(StrEnum):
    """What an assay measures; ketamine and the metabolites are S and R together."""

    KETAMINE = "ketamine"
    S_KETAMINE = "S-ketamine"
    R_KETAMINE = "R-ketamine"
    NORKETAMINE = "norketamine"
    HYDROXYNORKETAMINE = "hydroxynorketamine"

    @property
    def enantiomers(self) -> frozenset[Enantiomer]:
        """Return the enantiomers whose concentrations add up to the analyte."""
        if self is Analyte.S_KETAMINE:
            return frozenset({Enantiomer.S})
        if self is Analyte.R_KETAMINE:
            return frozenset({Enantiomer.R})
        return frozenset({Enantiomer.S, Enantiomer.R})

    @property
    def is_metabolite(self) -> bool:
        """Return whether the body has to make it first."""
        return self in {Analyte.NORKETAMINE, Analyte.HYDROXYNORKETAMINE}


class Scaling(StrEnum):
    """How a parameter changes with body weight."""

    NONE = "none"
    VOLUME = "volume"
    CLEARANCE = "clearance"


@dataclass(frozen=True, slots=True)  # positional too: Subject(70) reads as what it is
class Subject:
    """Who receives the dose. ``None`` means not recorded."""

    weight_kg: float
    age_years: float | None = None
    sex: Sex | None = None

    def __post_init__(self) -> None:
        for name, value, unit in (
            ("weight_kg", self.weight_kg, "kg"),
            ("age_years", self.age_years, "years"),
        ):
            if value is not None and not (math.isfinite(value) and value > 0):
                raise InputError(
                    ErrorCode.OUT_OF_RANGE,
                    f"{name} is {value:g} {unit}; give a finite number, more than zero",
                    where=name,
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One typical value at the reference weight and its spread between people.

    ``unit`` is the engine's (L, L/h, 1/h, h or 1); ``variance`` is omega squared of a log-normal
    distribution, ``None`` where the source gives none.
    """

    name: str
    sourced: Sourced
    unit: str
    scaling: Scaling = Scaling.NONE
    variance: Sourced | None = None

    @property
    def value(self) -> float:
        """Return the typical value in the engine's unit."""
        return self.sourced.to(self.unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What was studied and what is answered at all, in the unit of ``name``."""

    name: str
    studied: tuple[float, float]
    answered: tuple[float, float]
    unit: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """The population a model or effect file speaks about."""

    population: str
    weight: Range
    age: Range

    def check(self, subject: Subject) -> tuple[str, ...]:
        """Return one sentence per way the person is unlike the population; refuse if too far."""
        flags = []
        for kind, limits, value in (
            ("weight", self.weight, subject.weight_kg),
            ("age", self.age, subject.age_years),
        ):
            if value is None:
                flags.append(f"The {kind} is not recorded, so nobody can say if the model applies.")
                continue
            low, high = limits.answered
            if not low <= value <= high:
                raise DomainError(
                    ErrorCode.OUTSIDE_DOMAIN,
                    f"{kind} is {value:g} {limits.unit}; this model answers from {low:g} to "
                    f"{high:g} {limits.unit}. Correct the {kind} if it is a slip; "
                    "otherwise there is no forecast",
                    where=limits.name,
                )
            low, high = limits.studied
            if not low <= value <= high:
                flags.append(
                    f"The {kind} of {value:g} {limits.unit} is outside {low:g} to {high:g} "
                    f"{limits.unit}, the range of {self.population}."
                )
        return tuple(flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class VenousLink:
    """How blood from an arm vein follows arterial blood.

    C_venous = share * C_arterial + (1 - share) * C_delayed, dC_delayed/dt = rate (C_arterial -
    C_delayed); ``share`` is a proportion, ``rate`` in 1/h.
    """

    share: Sourced
    rate: Sourced
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Where an analyte is: its compartment, and its molar mass over that of ketamine."""

    compartment: str
    mass_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PkModel:
    """One kinetic model with everything needed to use and to judge it.

    ``ratios`` holds what is different in an enantiomer: factor on the value of a parameter.
    ``covariances`` are of the logarithms, for pairs of parameters. ``caution`` goes with every
    forecast made from the model.
    """

    provenance: Provenance
    structure: Structure
    parameters: Mapping[str, Parameter]
    reference_weight_kg: float
    exponents: Mapping[Scaling, Sourced]
    s_share: Sourced
    ratios: Mapping[tuple[Enantiomer, str], Sourced]
    analytes: Mapping[Analyte, Measured]
    molar_mass: float
    hydrochloride_molar_mass: float
    site: Site
    caution: str
    venous: VenousLink | None
    domain: Domain
    covariances: Mapping[tuple[str, str], Sourced]

    def __post_init__(self) -> None:
        wanted = self.structure.parameters | {name for _, name in self.ratios}
        wanted |= {name for pair in self.covariances for name in pair}
        missing = sorted(wanted - set(self.parameters))
        if missing:
            raise KnowledgeError(
                ErrorCode.MISSING_KEY, f'parameter "{missing[0]}" is used but not given; add it'
            )
        unused = sorted(set(self.parameters) - self.structure.parameters)
        if unused:
            raise KnowledgeError(
                ErrorCode.UNKNOWN_NAME, f'parameter "{unused[0]}" is used by no compartment'
            )
        names = {c.name for c in self.structure.compartments}
        for analyte, measured in self.analytes.items():
            if measured.compartment not in names:
                raise KnowledgeError(
                    ErrorCode.UNKNOWN_NAME,
                    f'{analyte.value} is measured in "{measured.compartment}", no compartment',
                )

    @property
    def id(self) -> str:
        """Return the id other files and results name the model by."""
        return self.provenance.id

    @property
    def version(self) -> str:
        """Return the version of the knowledge file."""
        return self.provenance.version

    @property
    def status(self) -> Status:
        """Return how far the file has been checked."""
        return self.provenance.status

    def base_mg(self, hydrochloride_mg: float) -> float:
        """Return the mg of base in so many mg of hydrochloride; every dose here is base."""
        if not (math.isfinite(hydrochloride_mg) and hydrochloride_mg >= 0):
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"hydrochloride_mg is {hydrochloride_mg:g} mg; give a finite number, zero or more",
                where="hydrochloride_mg",
            )
        return hydrochloride_mg * self.molar_mass / self.hydrochloride_molar_mass

    def check_domain(self, subject: Subject, regimen: Regimen) -> tuple[str, ...]:
        """Return the flags that travel with an answer; refuse a person the model cannot answer."""
        flags = self.domain.check(subject)
        if regimen.boluses and self.venous is not None:
            flags += (
                "The venous concentration is not valid within about 3 minutes of an injection.",
            )
        return flags

    def typical(self, subject: Subject) -> dict[str, Floats]:
        """Return each parameter (1,) for the typical person of this weight.

        value = value_ref (weight / reference weight)^exponent, the exponent by kind of parameter.
        """
        relative = subject.weight_kg / self.reference_weight_kg
        return {
            name: np.array([parameter.value * relative ** self._exponent(parameter.scaling)])
            for name, parameter in self.parameters.items()
        }

    def _exponent(self, scaling: Scaling) -> float:
        return 0.0 if scaling is Scaling.NONE else self.exponents[scaling].value

    def draw(self, subject: Subject, *, n: int, rng: np.random.Generator) -> dict[str, Floats]:
        """Return each parameter (n,) for ``n`` people drawn around the typical one.

        value_i = typical * exp(eta_i), eta normal with the file's variances and covariances. The
        spread is between people; measurement error of an assay is not in it.
        """
        if n < 1:
            raise InputError(
                ErrorCode.OUT_OF_RANGE, f"n is {n}; draw at least one person", where="n"
            )
        names = [name for name, p in self.parameters.items() if p.variance is not None]
        spread = np.zeros((len(names), len(names)))
        for i, name in enumerate(names):
            variance = self.parameters[name].variance
            spread[i, i] = variance.value if variance is not None else 0.0
        for (first, second), covariance in self.covariances.items():
            i, j = names.index(first), names.index(second)
            spread[i, j] = spread[j, i] = covariance.value
        eta = rng.standard_normal((n, len(names))) @ np.linalg.cholesky(spread).T
        drawn = {name: np.repeat(value, n) for name, value in self.typical(subject).items()}
        for i, name in enumerate(names):
            drawn[name] *= np.exp(eta[:, i])
        return drawn

    def for_enantiomer(
        self, values: Mapping[str, Floats], enantiomer: Enantiomer
    ) -> dict[str, Floats]:
        """Return the parameters of one enantiomer in the same people."""
        factors = {name: r.value for (which, name), r in self.ratios.items() if which is enantiomer}
        return {name: value * factors.get(name, 1.0) for name, value in values.items()}

    def shares(self, enantiomer: Enantiomer) -> dict[Enantiomer, float]:
        """Return which part of a dose is S and which R, without those that are not in it."""
        if enantiomer is Enantiomer.RACEMATE:
            return {Enantiomer.S: self.s_share.value, Enantiomer.R: 1.0 - self.s_share.value}
        return {enantiomer: 1.0}
