"""What is estimated and what it is held against: a person's deviations, and the samples.

The deviations eta of the parameters that differ between people, and between occasions, are normal
with the model's variances and covariances; eta = L z with L the Cholesky factor makes z standard
normal, which is the space everything here works in. Given eta the samples are independent:

    y ~ normal(f, (proportional f)^2 + additive^2), or log y ~ normal(log f, log_sd^2), and a
    sample below its limit of quantification has the probability P(y < limit): method M3 of
    Beal (J Pharmacokinet Pharmacodyn 2001;28:481).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology.blood import Residual
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.estimation.occasions import (
    Deviation,
    Deviations,
    Occasions,
    people_on,
)
from ketacare.core.pharmacology.estimation.samples import Sample
from ketacare.core.pharmacology.kinetics import Probe, read
from ketacare.core.pharmacology.model import PkModel
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.subject import Subject

_HALF_LOG_2PI = 0.5 * float(np.log(2.0 * np.pi))
# Densities are compared, never exponentiated alone: this only keeps log(0) out of the sums.
_NOTHING_NG_ML = 1e-12
_FELT = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """One person's deviations ``of`` the model, and the samples that speak about them.

    ``whole`` are all deviations, with one occasion more than were seen: the next. ``seen`` makes
    of them what is estimated. ``places`` says for each sample which probe and which time it is;
    ``errors`` its residual error.
    """

    model: PkModel
    regimen: Regimen
    occasions: Occasions
    samples: tuple[Sample, ...]
    errors: tuple[Residual, ...]
    typical: Mapping[str, Floats]
    whole: Deviations
    seen: Floats
    of: Deviations
    lower: Floats
    probes: tuple[Probe, ...]
    times_h: Floats
    places: tuple[NDArray[np.intp], NDArray[np.intp]]

    @property
    def size(self) -> int:
        """Return how many deviations the samples can speak about."""
        return len(self.of.labels)

    def deviations(self, z: Floats) -> Floats:
        """Return eta (n, k) for z (n, k)."""
        return np.asarray(z @ self.lower.T)

    def predicted(self, z: Floats) -> Floats:
        """Return the concentrations (n, samples) in ng/mL, without error."""
        eta = self.deviations(z)

        def people(occasion: int) -> dict[str, Floats]:
            return people_on(self.model, self.typical, self.of.labels, eta, occasion=occasion)

        vary = any(label.occasion is not None for label in self.of.labels)
        parts = self.occasions.regimens if vary else (self.regimen,)
        found = course(self.model, parts, people, self.times_h, self.probes)
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


def course(
    model: PkModel,
    parts: Sequence[Regimen],
    people: Callable[[int], Mapping[str, Floats]],
    times_h: Floats,
    probes: Sequence[Probe],
) -> Floats:
    """Return concentrations (n, probes, t): each occasion's doses by its own parameters, summed."""
    found = read(model, people(0), parts[0], times_h, probes)
    for occasion, part in enumerate(parts[1:], start=1):
        found = found + read(model, people(occasion), part, times_h, probes)
    return found


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
    *,
    residuals: Mapping[str, Residual],
    occasions: Occasions,
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
    whole = Deviations.of(model, occasions=len(occasions) + 1)
    concerned = _concerned(model, regimen, [analyte for analyte, _ in pairs])
    one = len(occasions) == 1
    labels = [
        label
        for label in whole.labels
        if label.parameter in concerned and (label.occasion or 0) < len(occasions)
    ]
    if one:
        labels = [Deviation(name) for name in dict.fromkeys(label.parameter for label in labels)]
    if not labels:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            f"{model.id} gives no differences between people for what was sampled; "
            "there is nothing to estimate with it",
            where="samples",
        )
    found = _asked(
        Question(
            model=model,
            regimen=regimen,
            occasions=occasions,
            samples=tuple(samples),
            errors=tuple(residuals[s.analyte] for s in samples),
            typical=model.typical(subject),
            whole=whole,
            seen=np.empty((0, 0)),
            of=whole,
            lower=np.empty((0, 0)),
            probes=probes,
            times_h=times,
            places=places,
        ),
        labels,
    )
    if not one:
        found = _asked(found, _felt(found))
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


def _asked(question: Question, labels: Sequence[Deviation]) -> Question:
    """Return the question about these deviations."""
    seen = question.whole.seen_as(labels, together=len(question.occasions) == 1)
    covariance = seen @ question.whole.covariance @ seen.T
    return replace(
        question,
        seen=seen,
        of=Deviations(labels=tuple(labels), covariance=covariance),
        lower=np.asarray(np.linalg.cholesky(covariance), dtype=np.float64),
    )


def _felt(question: Question) -> list[Deviation]:
    """Return the deviations without those of occasions that hardly reach any sample.

    A thousandth of a sample for two standard deviations is far below any residual error; these
    keep their prior.
    """
    moved = 2.0 * np.eye(question.size)  # occasions are independent: z is in their deviations
    found = question.predicted(np.concatenate([np.zeros((1, question.size)), moved]))
    change = np.abs(found[1:] - found[0]) > _FELT * np.abs(found[0])
    return [
        label
        for label, felt in zip(question.of.labels, change.any(axis=1), strict=True)
        if felt or label.occasion is None
    ]


def _concerned(model: PkModel, regimen: Regimen, analytes: Sequence[str]) -> frozenset[str]:
    """Return the parameters that can influence the analytes."""
    places = {model.analytes[analyte].compartment for analyte in analytes}
    structure = model.structure.by_routes(regimen.routes)
    return structure.leading_to(places | {structure.central}).parameters
