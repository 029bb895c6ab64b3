"""One person's clearance and volumes from measured plasma concentrations: the mode and the posterior.

The prior is the published spread between people and between occasions, the samples weigh by the
published residual error, their site and time are taken as told. Two answers are given: the most
probable parameters (maximum a posteriori) and draws from the whole posterior. Neither says anything
about benefit, which exposure does not predict; they are for understanding and for the safety of the
next dose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology.bands import band_over
from ketacare.core.pharmacology.blood import Residual
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.estimation.answer import Diagnostics, Fit, Posterior, Predicted
from ketacare.core.pharmacology.estimation.importance import draw_posterior
from ketacare.core.pharmacology.estimation.mode import Mode, find_modes
from ketacare.core.pharmacology.estimation.occasions import occasions_of, people_on
from ketacare.core.pharmacology.estimation.person import Question, course, question_of
from ketacare.core.pharmacology.estimation.samples import Sample
from ketacare.core.pharmacology.estimation.summing_up import (
    about_occasions,
    about_sites,
    estimates_of,
    held_of,
    warnings_of,
)
from ketacare.core.pharmacology.model import PkModel
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.subject import Subject

NO_BENEFIT = (
    "Exposure does not predict benefit: an individual estimate describes concentrations, and none of "
    "them is a target."
)
_FEWEST_PARTICLES = 200
_STARTS = 1  # besides the typical person
_LOOKED_AT = 200  # draws of the prior the starts are chosen from
_AFTER_H = 2.0
_POINTS = 121


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
    occasions_h: ArrayLike | None = None,
) -> Fit:
    """Return one person's parameters from measured concentrations (``samples``, ng/mL).

    ``regimen`` is what was given before the last sample, in mg of base, hours from the same zero as
    the samples. ``residuals`` are the model's own unless given, by analyte; ``times_h`` are the
    hours of the predicted bands (to 2 h after the last sample unless given). ``occasions_h`` are
    the hours at which occasions begin (one per day of infusion); unless given, a dose half a day
    after the one before begins another. Where the source has a variance between occasions, each
    occasion has its own deviation; where it has none, the answer says so.

    The mode is found by Newton's method (:mod:`.mode`), the posterior by adaptive importance sampling
    (:mod:`.importance`) with ``particles`` draws (more where the weights need it); parameters that
    the samples cannot speak about keep their prior, given the others.

    Refuses (InputError) samples the model cannot be held against: unknown analyte, a site it does
    not answer for, no residual error, a value before the drug was given; (DomainError) a person it
    cannot answer for; (KetacareError, NUMERICAL) an estimate that did not converge or cannot be
    trusted. References for the approach: Sheiner and Beal, J Pharm Sci 1982;71:1344; Karlsson and
    Sheiner, J Pharmacokinet Biopharm 1993;21:735.
    """
    if particles < _FEWEST_PARTICLES:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"particles is {particles}; give at least {_FEWEST_PARTICLES}",
            where="particles",
        )
    flags = model.check_domain(subject, regimen)
    occasions = occasions_of(regimen, occasions_h)
    known = model.residuals if residuals is None else residuals
    question = question_of(model, subject, regimen, samples, residuals=known, occasions=occasions)
    modes = find_modes(question.log_posterior, _starts(question, rng))
    drawn = draw_posterior(question.log_posterior, modes, particles=particles, rng=rng)
    eta = question.deviations(drawn.resampled(particles, rng))
    at_mode = question.deviations(modes[0].z[None])
    found = Fit(
        model=model,
        map=_single(people_on(model, question.typical, question.of.labels, at_mode, occasion=None)),
        map_ahead=_single(_people(question, at_mode, len(occasions), None)),
        occasions=occasions,
        posterior=_posterior(question, eta, rng),
        estimates=estimates_of(question, modes[0], drawn),
        predicted=(),
        samples=held_of(question, modes[0]),
        diagnostics=Diagnostics(
            particles=len(drawn.z),
            effective_size=drawn.effective_size,
            pareto_k=drawn.pareto_k,
            modes=len(modes),
            decrement=modes[0].decrement,
            hessian_uncertain=modes[0].uncertain,
            iterations=modes[0].iterations,
            estimated=tuple(
                name if k is None else f"{name}, occasion {k + 1}" for name, k in question.of.labels
            ),
        ),
        outside=(),
        note=f"{NO_BENEFIT} {model.caution}",
        status=model.status,
        inputs=(f"{model.id} {model.version}", f"{len(samples)} samples", f"{len(drawn.z)} draws"),
    )
    return _completed(found, question, flags, modes, times_h)


def _posterior(question: Question, eta: Floats, rng: np.random.Generator) -> Posterior:
    """Return the people of the draws on each occasion seen, and on the next one."""
    whole = question.whole.given(question.seen, eta, rng)
    each = [
        people_on(question.model, question.typical, question.whole.labels, whole, occasion=k)
        for k in range(len(question.occasions) + 1)
    ]
    return Posterior(parameters=each[-1], occasions=tuple(each[:-1]))


def _people(
    question: Question, eta: Floats, occasion: int, rng: np.random.Generator | None
) -> dict[str, Floats]:
    """Return people on an occasion: what was not seen is drawn, or at its mean without ``rng``."""
    whole = question.whole.given(question.seen, eta, rng)
    return people_on(
        question.model, question.typical, question.whole.labels, whole, occasion=occasion
    )


def _single(people: Mapping[str, Floats]) -> dict[str, float]:
    return {name: float(value[0]) for name, value in people.items()}


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
    times = np.asarray(times_h, dtype=np.float64)
    at_mode = question.deviations(modes[0].z[None])
    parts = question.occasions.regimens

    def probable(occasion: int) -> Mapping[str, Floats]:
        return _people(question, at_mode, occasion, None)

    def drawn(occasion: int) -> Mapping[str, Floats]:
        return found.posterior.occasions[occasion]

    middle = course(found.model, parts, probable, times, question.probes)[0]
    people = course(found.model, parts, drawn, times, question.probes)
    predicted = tuple(
        Predicted(
            analyte=probe.analyte,
            site=probe.site,
            most_probable=middle[place],
            band=band_over(times, np.ascontiguousarray(people[:, place].T)),
        )
        for place, probe in enumerate(question.probes)
    )
    about = (*about_sites(question), *about_occasions(question))
    said = (*flags, *about, *warnings_of(found, modes))
    return replace(found, predicted=predicted, outside=said)


def _starts(question: Question, rng: np.random.Generator) -> Floats:
    """Return the typical person and the best of some drawn ones, as places to start from (s, k)."""
    drawn = rng.standard_normal((_LOOKED_AT, question.size))
    best = np.argsort(-question.log_posterior(drawn))[:_STARTS]
    return np.concatenate([np.zeros((1, question.size)), drawn[best]])
