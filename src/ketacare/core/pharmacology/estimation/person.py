"""What is estimated and what it is held against: a person's deviations, and the samples.

The deviations eta of the parameters that differ between people are normal with the model's
variances and covariances; eta = L z with L the Cholesky factor makes z standard normal, which is
the space everything here works in. Given eta the samples are independent:

    y ~ normal(f, (proportional f)^2 + additive^2), or log y ~ normal(log f, log_sd^2), and a
    sample below its limit of quantification has the probability P(y < limit): method M3 of
    Beal (J Pharmacokinet Pharmacodyn 2001;28:481).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.estimation.samples import Sample
from ketacare.core.pharmacology.kinetics import Probe, read
from ketacare.core.pharmacology.model import PkModel, Residual
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.subject import Subject

_HALF_LOG_2PI = 0.5 * float(np.log(2.0 * np.pi))
# Densities are compared, never exponentiated alone: this only keeps log(0) out of the sums.
_NOTHING_NG_ML = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviations:
    """The parameters that differ between people: ``names`` and their covariance (k, k).

    The samples are of one occasion, so the variance between occasions, where the source has one,
    is part of the diagonal.
    """

    names: tuple[str, ...]
    covariance: Floats

    @classmethod
    def of(cls, model: PkModel) -> Self:
        """Return all deviations of a model."""
        total = {
            name: (p.omega2 or 0.0) + (p.occasion or 0.0) for name, p in model.parameters.items()
        }
        names = tuple(name for name, variance in total.items() if variance > 0)
        covariance = np.diag([total[name] for name in names])
        for (first, second), value in model.covariances.items():
            i, j = names.index(first), names.index(second)
            covariance[i, j] = covariance[j, i] = value
        return cls(names=names, covariance=covariance)

    def only(self, names: Sequence[str]) -> Deviations:
        """Return the marginal distribution of some of them."""
        places = [self.names.index(name) for name in names]
        return Deviations(names=tuple(names), covariance=self.covariance[np.ix_(places, places)])

    def rest_given(self, names: Sequence[str], eta: Floats, rng: np.random.Generator) -> Floats:
        """Return all deviations (n, all): ``eta`` (n, k) of ``names``, the others drawn given them.

        The conditional distribution of a normal: mean S_ra S_aa^-1 eta, covariance
        S_rr - S_ra S_aa^-1 S_ar.
        """
        known = [self.names.index(name) for name in names]
        others = [i for i in range(len(self.names)) if i not in known]
        found = np.empty((len(eta), len(self.names)))
        found[:, known] = eta
        if others:
            s = self.covariance
            carried = np.linalg.solve(s[np.ix_(known, known)], s[np.ix_(known, others)])
            left = s[np.ix_(others, others)] - s[np.ix_(others, known)] @ carried
            noise = rng.standard_normal((len(eta), len(others)))
            found[:, others] = eta @ carried + noise @ np.linalg.cholesky(left).T
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """One person's deviations ``of`` the model, and the samples that speak about them.

    ``places`` says for each sample which probe and which time it is; ``errors`` its residual error.
    """

    model: PkModel
    regimen: Regimen
    samples: tuple[Sample, ...]
    errors: tuple[Residual, ...]
    typical: Mapping[str, Floats]
    of: Deviations
    lower: Floats
    probes: tuple[Probe, ...]
    times_h: Floats
    places: tuple[NDArray[np.intp], NDArray[np.intp]]

    @property
    def size(self) -> int:
        """Return how many deviations the samples can speak about."""
        return len(self.of.names)

    def deviations(self, z: Floats) -> Floats:
        """Return eta (n, k) for z (n, k)."""
        return np.asarray(z @ self.lower.T)

    def people(self, eta: Floats) -> dict[str, Floats]:
        """Return each parameter (n,) for deviations (n, k); those without one are typical."""
        return people_with(self.model, self.typical, self.of.names, eta)

    def predicted(self, z: Floats) -> Floats:
        """Return the concentrations (n, samples) in ng/mL, without error."""
        people = self.people(self.deviations(z))
        found = read(self.model, people, self.regimen, self.times_h, self.probes)
        return found[:, self.places[0], self.places[1]]

    def log_likelihood(self, z: Floats) -> Floats:
        """Return log p(samples | z) (n,)."""
        predicted = self.predicted(z)
        total = np.zeros(len(z))
        for i, (sample, error) in enumerate(zip(self.samples, self.errors, strict=True)):
            total += log_density(sample, error, np.maximum(predicted[:, i], _NOTHING_NG_ML))
        return total

    def log_posterior(self, z: Floats) -> Floats:
        """Return log p(z) + log p(samples | z) (n,), up to the constant of p(samples)."""
        return self.log_likelihood(z) + log_prior(z)


def log_prior(z: Floats) -> Floats:
    """Return the log density (n,) of standard normal z (n, k)."""
    return np.asarray(-0.5 * (z**2).sum(axis=1) - z.shape[1] * _HALF_LOG_2PI)


def people_with(
    model: PkModel, typical: Mapping[str, Floats], names: Sequence[str], eta: Floats
) -> dict[str, Floats]:
    """Return each parameter (n,) of people with deviations (n, k) of ``names``."""
    count = len(eta)
    people = {name: np.repeat(value, count) for name, value in typical.items()}
    for i, name in enumerate(names):
        people[name] = model.parameters[name].deviated(people[name], eta[:, i])
    return people


def log_density(sample: Sample, error: Residual, predicted: Floats) -> Floats:
    """Return log p(sample | prediction) (n,)."""
    if error.log_sd is not None:
        spread: Floats | float = error.log_sd
        centre = np.log(predicted)
    else:
        spread = error.deviation(predicted)
        centre = predicted
    if sample.value_ng_per_mL is None:
        # Imported here: it takes a fifth of a second, and most estimations have no such sample.
        from scipy.special import log_ndtr

        limit = sample.lloq or 0.0
        edge = np.log(limit) if error.log_sd is not None else limit
        return np.asarray(log_ndtr((edge - centre) / spread))
    value = sample.value_ng_per_mL
    at = np.log(value) if error.log_sd is not None else value
    jacobian = np.log(value) if error.log_sd is not None else 0.0
    away = (at - centre) / spread
    return np.asarray(-0.5 * away**2 - np.log(spread) - _HALF_LOG_2PI - jacobian)


def question_of(
    model: PkModel,
    subject: Subject,
    regimen: Regimen,
    samples: Sequence[Sample],
    residuals: Mapping[str, Residual],
) -> Question:
    """Return what is to be estimated; refuse samples that the model cannot be held against."""
    if not samples:
        raise InputError(
            ErrorCode.MISSING_KEY, "samples is empty; give at least one sample", where="samples"
        )
    for sample in samples:
        if sample.analyte not in model.analytes:
            raise InputError(
                ErrorCode.UNKNOWN_NAME,
                f"{model.id} has no {sample.analyte}; it answers for {', '.join(model.analytes)}",
                where="analyte",
            )
        if sample.analyte not in residuals:
            raise InputError(
                ErrorCode.NOT_AVAILABLE,
                f"{model.id} has no residual error for {sample.analyte}, so nobody can say how much "
                "a sample weighs; give residuals, or choose a model that has it",
                where="analyte",
            )
    pairs = list(dict.fromkeys((s.analyte, s.site) for s in samples))
    probes = tuple(Probe(analyte=analyte, site=site) for analyte, site in pairs)
    times = np.unique([s.at_h for s in samples])
    which = np.array([pairs.index((s.analyte, s.site)) for s in samples])
    places = (which, np.searchsorted(times, [s.at_h for s in samples]))
    typical = model.typical(subject)
    everything = Deviations.of(model)
    concerned = _concerned(model, regimen, [analyte for analyte, _ in pairs])
    of = everything.only([name for name in everything.names if name in concerned])
    if not of.names:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            f"{model.id} gives no differences between people for what was sampled; "
            "there is nothing to estimate with it",
            where="samples",
        )
    found = Question(
        model=model,
        regimen=regimen,
        samples=tuple(samples),
        errors=tuple(residuals[s.analyte] for s in samples),
        typical=typical,
        of=of,
        lower=np.asarray(np.linalg.cholesky(of.covariance), dtype=np.float64),
        probes=probes,
        times_h=times,
        places=places,
    )
    expected = found.predicted(np.zeros((1, found.size)))[0]
    for sample, level in zip(samples, expected, strict=True):
        if sample.is_quantified and level <= 0:
            raise InputError(
                ErrorCode.CONTRADICTION,
                f"the sample at {sample.at_h:g} h found {sample.value_ng_per_mL:g} ng/mL of "
                f"{sample.analyte} before any of it was given; correct the time of the sample or "
                "the regimen",
                where="at_h",
            )
    return found


def _concerned(model: PkModel, regimen: Regimen, analytes: Sequence[str]) -> frozenset[str]:
    """Return the parameters that can influence the analytes."""
    places = {model.analytes[analyte].compartment for analyte in analytes}
    structure = model.structure.by_routes(regimen.routes)
    return structure.leading_to(places | {structure.central}).parameters
