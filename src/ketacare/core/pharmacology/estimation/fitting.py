"""One person's clearance and volumes from measured plasma concentrations: the mode and the posterior.

The prior is the published spread between people, the samples weigh by the published residual error,
their site and time are taken as told. Two answers are given: the most probable parameters (maximum
a posteriori) and draws from the whole posterior. Neither says anything about benefit, which
exposure does not predict; they are for understanding and for the safety of the next dose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology.bands import PARTS, Band, band_over
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.estimation.importance import Weighted, draw_posterior
from ketacare.core.pharmacology.estimation.mode import Mode, find_modes
from ketacare.core.pharmacology.estimation.person import (
    Deviations,
    Question,
    log_density,
    people_with,
    question_of,
)
from ketacare.core.pharmacology.estimation.samples import Sample
from ketacare.core.pharmacology.kinetics import Probe, read
from ketacare.core.pharmacology.model import PkModel, Residual, Site
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.subject import Subject
from ketacare.core.sources import Status

NO_BENEFIT = (
    "Exposure does not predict benefit: an individual estimate describes concentrations, and none of "
    "them is a target."
)
_FEWEST_PARTICLES = 200
_STARTS = 1  # besides the typical person
_LOOKED_AT = 200  # draws of the prior the starts are chosen from
_FAR = 3.0  # standard deviations beyond which a person or a sample is pointed out
_AFTER_H = 2.0
_POINTS = 121


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One parameter of the person, in ``unit``: typical, most probable, and the posterior.

    ``shrinkage`` is the posterior variance of the deviation over its prior variance: near 0 the
    samples decide, near 1 they say nothing and the value is the population's. ``deviation`` is the
    most probable deviation in standard deviations of the population.
    """

    name: str
    unit: str
    typical: float
    most_probable: float
    mean: float
    p5: float
    p25: float
    p50: float
    p75: float
    p95: float
    shrinkage: float
    deviation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A sample held against the most probable curve; ``standardised`` in residual errors.

    ``standardised`` is ``None`` for a sample below its limit of quantification; ``probability`` is
    then how probable such a result was.
    """

    sample: Sample
    predicted_ng_mL: float  # noqa: N815 - the unit is written as the field writes it
    standardised: float | None
    probability: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predicted:
    """The concentration of the person at a site over time in ng/mL: most probable, and the band.

    The band is of the concentration itself; the error of an assay is not in it.
    """

    analyte: str
    site: Site
    most_probable: Floats
    band: Band


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Posterior:
    """Draws of equal weight: each parameter (n,) in the engine's units, occasion included."""

    parameters: Mapping[str, Floats]

    @property
    def size(self) -> int:
        """Return how many draws there are."""
        return len(next(iter(self.parameters.values())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostics:
    """How the answer was found, for whoever has to trust it.

    ``effective_size`` of ``particles`` weighted draws and ``pareto_k`` (below 0.7, or there would
    be no answer); ``modes`` different maxima, ``decrement`` the log density that may be missing
    at the highest, ``hessian_uncertain`` how much its curvature depends on the step of the
    derivatives (relative), ``iterations`` of Newton's method.
    """

    particles: int
    effective_size: float
    pareto_k: float
    modes: int
    decrement: float
    hessian_uncertain: float
    iterations: int
    estimated: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """What samples say about one person.

    ``map`` holds each parameter at the mode; ``outside`` one sentence per thing to keep in mind
    about person, samples and estimate; ``inputs`` the model with its version, and the draws.
    """

    model: PkModel
    map: Mapping[str, float]
    posterior: Posterior
    estimates: tuple[Estimate, ...]
    predicted: tuple[Predicted, ...]
    samples: tuple[Held, ...]
    diagnostics: Diagnostics
    outside: tuple[str, ...]
    note: str
    status: Status
    inputs: tuple[str, ...]

    @property
    def shrinkage(self) -> dict[str, float]:
        """Return the shrinkage of each estimated parameter; 1 means the samples said nothing."""
        return {estimate.name: estimate.shrinkage for estimate in self.estimates}

    def estimate(self, name: str) -> Estimate:
        """Return one parameter; refuse one that does not differ between people in this model."""
        for estimate in self.estimates:
            if estimate.name == name:
                return estimate
        known = ", ".join(estimate.name for estimate in self.estimates)
        raise InputError(
            ErrorCode.UNKNOWN_NAME, f'"{name}" was not estimated; there is {known}', where="name"
        )

    def predict(
        self, regimen: Regimen, times_h: ArrayLike, *, site: Site, analyte: str
    ) -> Predicted:
        """Return this person's concentrations after any regimen, for example the next dose.

        The deviations of the sampled occasion are taken to stay; refuses what ``concentration``
        refuses.
        """
        times = np.asarray(times_h, dtype=np.float64)
        probe = [Probe(analyte=analyte, site=site)]
        drawn = read(self.model, self.posterior.parameters, regimen, times, probe)[:, 0]
        middle = {name: np.array([value]) for name, value in self.map.items()}
        return Predicted(
            analyte=analyte,
            site=site,
            most_probable=read(self.model, middle, regimen, times, probe)[0, 0],
            band=band_over(times, np.ascontiguousarray(drawn.T)),
        )


def fit(
    model: PkModel,
    subject: Subject,
    regimen: Regimen,
    samples: Sequence[Sample],
    *,
    rng: np.random.Generator,
    particles: int = 2000,
    times_h: ArrayLike | None = None,
    residuals: Mapping[str, Residual] | None = None,
) -> Fit:
    """Return one person's parameters from measured concentrations (``samples``, ng/mL).

    ``regimen`` is what was given before the last sample, in mg of base, hours from the same zero as
    the samples. ``residuals`` are the model's own unless given, by analyte; ``times_h`` are the
    hours of the predicted bands (to 2 h after the last sample unless given). The mode is found by
    Newton's method (:mod:`.mode`), the posterior by adaptive importance sampling (:mod:`.importance`)
    with ``particles`` draws (more where the weights
    need it); parameters that the samples cannot speak about keep their prior,
    given the others. Samples are of one occasion: variance between occasions counts as the
    person's.

    Refuses (InputError) samples the model cannot be held against: unknown analyte, a site it does
    not answer for, no residual error, a value before the drug was given; (DomainError) a person it
    cannot answer for; (KetacareError, NUMERICAL) an estimate that did not converge or cannot be
    trusted. Reference for the approach: Sheiner and Beal, J Pharm Sci 1982;71:1344.
    """
    if particles < _FEWEST_PARTICLES:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"particles is {particles}; give at least {_FEWEST_PARTICLES}",
            where="particles",
        )
    flags = model.check_domain(subject, regimen)
    question = question_of(
        model, subject, regimen, samples, model.residuals if residuals is None else residuals
    )
    modes = find_modes(question.log_posterior, _starts(question, rng))
    drawn = draw_posterior(question.log_posterior, modes, particles=particles, rng=rng)
    whole = Deviations.of(model)
    eta = whole.rest_given(
        question.of.names, question.deviations(drawn.resampled(particles, rng)), rng
    )
    at_mode = question.deviations(modes[0].z[None])
    middle = people_with(model, question.typical, question.of.names, at_mode)
    found = Fit(
        model=model,
        map={name: float(value[0]) for name, value in middle.items()},
        posterior=Posterior(parameters=people_with(model, question.typical, whole.names, eta)),
        estimates=_estimates(question, modes[0], drawn),
        predicted=(),
        samples=_held(question, modes[0]),
        diagnostics=Diagnostics(
            particles=len(drawn.z),
            effective_size=drawn.effective_size,
            pareto_k=drawn.pareto_k,
            modes=len(modes),
            decrement=modes[0].decrement,
            hessian_uncertain=modes[0].uncertain,
            iterations=modes[0].iterations,
            estimated=question.of.names,
        ),
        outside=(),
        note=f"{NO_BENEFIT} {model.caution}",
        status=model.status,
        inputs=(f"{model.id} {model.version}", f"{len(samples)} samples", f"{len(drawn.z)} draws"),
    )
    return _completed(found, question, flags, modes, times_h)


def _completed(
    found: Fit,
    question: Question,
    flags: tuple[str, ...],
    modes: Sequence[Mode],
    times_h: ArrayLike | None,
) -> Fit:
    """Return the fit with its bands and with what is to be kept in mind."""
    if times_h is None:
        last = max(float(question.times_h[-1]), question.regimen.end_h) + _AFTER_H
        times_h = np.linspace(0.0, last, _POINTS)
    predicted = tuple(
        found.predict(question.regimen, times_h, site=probe.site, analyte=probe.analyte)
        for probe in question.probes
    )
    return replace(found, predicted=predicted, outside=(*flags, *_warnings(found, modes)))


def _starts(question: Question, rng: np.random.Generator) -> Floats:
    """Return the typical person and the best of some drawn ones, as places to start from (s, k)."""
    drawn = rng.standard_normal((_LOOKED_AT, question.size))
    best = np.argsort(-question.log_posterior(drawn))[:_STARTS]
    return np.concatenate([np.zeros((1, question.size)), drawn[best]])


def _estimates(question: Question, mode: Mode, drawn: Weighted) -> tuple[Estimate, ...]:
    eta = question.deviations(drawn.z)
    at_mode = question.deviations(mode.z[None])[0]
    centre = drawn.weights @ eta
    spread = drawn.weights @ (eta - centre) ** 2
    prior = np.diag(question.of.covariance)
    found = []
    for i, name in enumerate(question.of.names):
        parameter = question.model.parameters[name]
        typical = question.typical[name]
        values = parameter.deviated(np.repeat(typical, len(eta)), eta[:, i])
        p5, p25, p50, p75, p95 = _percentiles(values, drawn.weights)
        found.append(
            Estimate(
                name=name,
                unit=parameter.unit,
                typical=float(typical[0]),
                most_probable=float(parameter.deviated(typical, at_mode[i : i + 1])[0]),
                mean=float(drawn.weights @ values),
                p5=p5,
                p25=p25,
                p50=p50,
                p75=p75,
                p95=p95,
                shrinkage=float(spread[i] / prior[i]),
                deviation=float(at_mode[i] / np.sqrt(prior[i])),
            )
        )
    return tuple(found)


def _percentiles(values: Floats, weights: Floats) -> tuple[float, ...]:
    """Return weighted percentiles, linear between the middles of the weights."""
    order = np.argsort(values)
    heights = np.cumsum(weights[order]) - 0.5 * weights[order]
    return tuple(float(np.interp(part, heights, values[order])) for part in PARTS)


def _held(question: Question, mode: Mode) -> tuple[Held, ...]:
    predicted = question.predicted(mode.z[None])[0]
    found = []
    for sample, error, level in zip(question.samples, question.errors, predicted, strict=True):
        away = probability = None
        if sample.value_ng_per_mL is None:
            probability = float(np.exp(log_density(sample, error, np.array(level))))
        elif error.log_sd is not None:
            away = float(np.log(sample.value_ng_per_mL / level) / error.log_sd)
        else:
            away = float((sample.value_ng_per_mL - level) / error.deviation(np.array(level)))
        found.append(
            Held(
                sample=sample,
                predicted_ng_mL=float(level),
                standardised=away,
                probability=probability,
            )
        )
    return tuple(found)


def _warnings(found: Fit, modes: Sequence[Mode]) -> list[str]:
    """Return what a reader must know before using the estimate."""
    sentences = [
        f"{estimate.name} is {abs(estimate.deviation):.1f} standard deviations from the typical "
        "person: check dose, times and site of the samples before believing it."
        for estimate in found.estimates
        if abs(estimate.deviation) > _FAR
    ]
    for held in found.samples:
        at, value = held.sample.at_h, held.sample.value_ng_per_mL
        if held.standardised is not None and abs(held.standardised) > _FAR:
            sentences.append(
                f"The sample of {value:.3g} ng/mL at {at:.3g} h is {abs(held.standardised):.1f} "
                f"residual errors from the curve ({held.predicted_ng_mL:.3g} ng/mL): check its time."
            )
        if held.probability is not None and held.probability < 0.003:  # as rare as 3 errors off
            sentences.append(
                f"The sample below {held.sample.lloq:.3g} ng/mL at {at:.3g} h was very improbable "
                f"(curve {held.predicted_ng_mL:.3g} ng/mL): check its time."
            )
    if len(modes) > 1 and modes[0].log_density - modes[1].log_density < 3.0:
        sentences.append(
            "Two different sets of parameters explain the samples nearly equally well; more samples "
            "at other times would decide."
        )
    if all(estimate.shrinkage > 0.9 for estimate in found.estimates):
        sentences.append("The samples hardly say more than the population already did.")
    return sentences
