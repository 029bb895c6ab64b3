"""A published kinetic model as a value: structure, parameters, sites, domain, and who it is about.

The numbers come from ``knowledge/drugs``; here they are scaled to people and checked against the
population the model was made from. Outside that population the answer carries a flag, far outside
it there is no answer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ketacare.core.errors import ErrorCode, InputError, KnowledgeError
from ketacare.core.pharmacology.blood import (
    EffectSiteRate,
    Forms,
    Measured,
    Residual,
    Site,
    VenousLink,
)
from ketacare.core.pharmacology.domain import Domain
from ketacare.core.pharmacology.dose_range import check_doses
from ketacare.core.pharmacology.dosing import Enantiomer, Regimen
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.parameters import Covariate, Parameter, Scaling, drawn_deviations
from ketacare.core.pharmacology.routes import Route
from ketacare.core.pharmacology.structure import Structure
from ketacare.core.pharmacology.subject import People, Subject
from ketacare.core.sources import Provenance, Sourced, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class PkModel:
    """One kinetic model with everything needed to use and to judge it.

    ``ratios`` holds what is different in an enantiomer: factor on the value of a parameter.
    ``covariances`` are of the deviations, for pairs of parameters. ``caution`` goes with every
    forecast made from the model; ``not_intravenous`` is empty, or says why its parameters must not be
    used for an intravenous dose (apparent ones, over a bioavailability nobody knows).
    """

    provenance: Provenance
    structure: Structure
    parameters: Mapping[str, Parameter]
    reference_weight_kg: float
    exponents: Mapping[Scaling, Sourced]
    s_share: Sourced | None
    ratios: Mapping[tuple[Enantiomer, str], Sourced]
    analytes: Mapping[str, Measured]
    molar_mass: float
    hydrochloride_molar_mass: float | None
    site: Site
    caution: str
    venous: VenousLink | None
    domain: Domain
    covariances: Mapping[tuple[str, str], float]
    drug: str = "ketamine"
    forms: Forms = Forms.SEPARATE
    residuals: Mapping[str, Residual] = field(default_factory=dict)
    effect_sites: Mapping[str, EffectSiteRate] = field(default_factory=dict)
    not_intravenous: str = ""

    def __post_init__(self) -> None:
        self._check_parameters()
        names = {c.name: c for c in self.structure.compartments}
        for analyte, measured in self.analytes.items():
            if measured.compartment not in names:
                raise KnowledgeError(
                    ErrorCode.UNKNOWN_NAME,
                    f'{analyte} is measured in "{measured.compartment}", no compartment',
                )
            if not names[measured.compartment].volume:
                raise KnowledgeError(
                    ErrorCode.MISSING_KEY,
                    f'{analyte} is measured in "{measured.compartment}", which has no volume',
                )
            lacking = measured.enantiomers - set(self.forms.computed)
            if lacking:
                raise KnowledgeError(
                    ErrorCode.CONTRADICTION,
                    f"{analyte} needs {' and '.join(sorted(lacking))}, which a model that is "
                    f'"{self.forms.value}" does not compute; name the enantiomer that is measured',
                )
        linked = self.venous.analytes if self.venous is not None else ()
        driving = tuple(site.analyte for site in self.effect_sites.values())
        for name in (*linked, *self.residuals, *driving):
            if name not in self.analytes:
                raise KnowledgeError(
                    ErrorCode.UNKNOWN_NAME, f'"{name}" is not an analyte of this model'
                )

    def _check_parameters(self) -> None:
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
        for name in (name for pair in self.covariances for name in pair):
            if self.parameters[name].omega2 is None:
                raise KnowledgeError(
                    ErrorCode.CONTRADICTION,
                    f'parameter "{name}" has a covariance but no variance; give both',
                )
        for parameter in self.parameters.values():
            scaled = parameter.scaling in {Scaling.VOLUME, Scaling.CLEARANCE}
            if scaled and parameter.scaling not in self.exponents:
                raise KnowledgeError(
                    ErrorCode.MISSING_KEY,
                    f'parameter "{parameter.name}" scales as a {parameter.scaling.value}; give '
                    f"{parameter.scaling.value}_exponent in the reference table",
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

    @property
    def covariates(self) -> tuple[Covariate, ...]:
        """Return every covariate of the file, gated ones too."""
        return tuple(c for p in self.parameters.values() for c in p.covariates)

    @property
    def routes(self) -> tuple[Route, ...]:
        """Return the routes the model answers for."""
        vein = () if self.not_intravenous else (Route.INTRAVENOUS,)
        return (*vein, *(a.route for a in self.structure.absorptions))

    def base_mg(self, hydrochloride_mg: float) -> float:
        """Return the mg of base in so many mg of hydrochloride; every dose here is base."""
        if not (math.isfinite(hydrochloride_mg) and hydrochloride_mg >= 0):
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"hydrochloride_mg is {hydrochloride_mg:g} mg; give a finite number, zero or more",
                where="hydrochloride_mg",
            )
        if self.hydrochloride_molar_mass is None:
            raise InputError(
                ErrorCode.NOT_AVAILABLE,
                f"{self.id} knows no hydrochloride of {self.drug}; give the dose as base",
                where="hydrochloride_mg",
            )
        return hydrochloride_mg * self.molar_mass / self.hydrochloride_molar_mass

    def check_domain(self, subject: Subject, regimen: Regimen) -> tuple[str, ...]:
        """Return the flags that travel with an answer; refuse who and what it cannot answer for.

        A dose is held against what the source gave, in the form that is most of it.
        """
        flags = self.domain.check(subject)
        flags += self._unrecorded(subject)
        share, what = self.counted(regimen.enantiomer)
        flags += check_doses(
            self.domain.doses,
            regimen,
            subject.weight_kg,
            share=share,
            what=what,
            population=self.domain.population,
        )
        if self.venous is not None and any(b.route is Route.INTRAVENOUS for b in regimen.boluses):
            flags += (
                "The venous concentration is not valid within about 3 minutes of an injection.",
            )
        return flags

    def _unrecorded(self, subject: Subject) -> tuple[str, ...]:
        """Return one sentence per used covariate that is not recorded and has a reference."""
        people = People.of([subject])
        names = [
            c.name
            for c in self.covariates
            if c.is_used and c.unknown(people).any() and c.name not in {"weight", "age"}
        ]
        return tuple(
            f"The {name} is not recorded; the model's reference is used."
            for name in dict.fromkeys(names)
        )

    def typical(self, subject: Subject) -> dict[str, Floats]:
        """Return each parameter (1,) for the typical person like this one.

        value = value_ref (weight / reference weight)^exponent and covariates; see
        :mod:`ketacare.core.pharmacology.parameters`.
        """
        return self.typical_of(People.of([subject]))

    def typical_of(self, people: People) -> dict[str, Floats]:
        """Return each parameter (n,) for typical people like these."""
        return {
            name: parameter.typical(
                people, self.reference_weight_kg, self._exponent(parameter.scaling)
            )
            for name, parameter in self.parameters.items()
        }

    def _exponent(self, scaling: Scaling) -> float:
        return self.exponents[scaling].value if scaling in self.exponents else 0.0

    def draw(
        self, subject: Subject, *, n: int, rng: np.random.Generator, occasion: bool = False
    ) -> dict[str, Floats]:
        """Return each parameter (n,) for ``n`` people drawn around the typical one.

        value_i = typical * exp(eta_i), eta normal with the file's variances and covariances (on
        the logit where the file says so). The spread is between people; with ``occasion`` that
        between occasions is added, as for one dose in each; the error of an assay is not in it.
        """
        if n < 1:
            raise InputError(
                ErrorCode.OUT_OF_RANGE, f"n is {n}; draw at least one person", where="n"
            )
        typical = {name: np.repeat(value, n) for name, value in self.typical(subject).items()}
        return self._deviated(typical, n=n, rng=rng, occasion=occasion)

    def draw_people(
        self, people: People, *, rng: np.random.Generator, occasion: bool = False
    ) -> dict[str, Floats]:
        """Return each parameter (n,) for people who each have a weight, an age and so on."""
        return self._deviated(self.typical_of(people), n=len(people), rng=rng, occasion=occasion)

    def _deviated(
        self, typical: dict[str, Floats], *, n: int, rng: np.random.Generator, occasion: bool
    ) -> dict[str, Floats]:
        eta = drawn_deviations(self.parameters, self.covariances, n=n, rng=rng, occasion=occasion)
        return {
            name: self.parameters[name].deviated(value, eta[name]) if name in eta else value
            for name, value in typical.items()
        }

    def for_enantiomer(
        self, values: Mapping[str, Floats], enantiomer: Enantiomer
    ) -> dict[str, Floats]:
        """Return the parameters of one enantiomer in the same people."""
        factors = {name: r.value for (which, name), r in self.ratios.items() if which is enantiomer}
        return {name: value * factors.get(name, 1.0) for name, value in values.items()}

    def shares(self, enantiomer: Enantiomer) -> dict[Enantiomer, float]:
        """Return which part of a dose goes to what is computed, without those that are not in it.

        A model of S only follows the S half of a racemate. Refuses a form the model is not about.
        """
        computed = self.forms.computed
        if self.forms is Forms.POOLED and enantiomer is not Enantiomer.R:
            return {Enantiomer.RACEMATE: 1.0}
        if self.forms is Forms.NONE and enantiomer is Enantiomer.RACEMATE:
            return {Enantiomer.RACEMATE: 1.0}
        if enantiomer in computed:
            return {enantiomer: 1.0}
        if enantiomer is Enantiomer.RACEMATE and self.s_share is not None:
            both = {Enantiomer.S: self.s_share.value, Enantiomer.R: 1.0 - self.s_share.value}
            return {which: both[which] for which in computed}
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            f'{self.id} is "{self.forms.value}" about mirror images and has no answer for a dose of '
            f"{enantiomer.value}; choose a model that has",
            where="enantiomer",
        )

    def counted(self, enantiomer: Enantiomer) -> tuple[float, str]:
        """Return the largest part of a dose that is one computed form, and its name."""
        shares = self.shares(enantiomer)
        which = max(shares, key=lambda form: shares[form])
        name = self.drug if which is Enantiomer.RACEMATE else f"{which.value}-{self.drug}"
        return shares[which], name

    def require_routes(self, routes: Sequence[Route]) -> None:
        """Refuse a route the model does not describe."""
        for route in routes:
            if route in self.routes:
                continue
            if route is Route.INTRAVENOUS:
                sentence = (
                    f"{self.id} cannot be used for an intravenous dose: {self.not_intravenous}"
                )
            else:
                known = ", ".join(r.value for r in self.routes)
                sentence = f"{self.id} does not describe the {route.value} route; it knows {known}"
            raise InputError(ErrorCode.NOT_AVAILABLE, sentence, where="route")
