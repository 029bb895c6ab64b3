"""Sums up an estimation: parameters with their percentiles, samples held against it, warnings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ketacare.core.pharmacology.bands import PARTS
from ketacare.core.pharmacology.estimation.answer import Estimate, Fit, Held
from ketacare.core.pharmacology.estimation.importance import Weighted
from ketacare.core.pharmacology.estimation.mode import Mode
from ketacare.core.pharmacology.estimation.occasions import Deviation
from ketacare.core.pharmacology.estimation.person import Question, log_density
from ketacare.core.pharmacology.modes import Floats

_FAR = 3.0  # standard deviations beyond which a person or a sample is pointed out


def estimates_of(question: Question, mode: Mode, drawn: Weighted) -> tuple[Estimate, ...]:
    """Return every parameter the samples can speak about, of the person and of each occasion."""
    eta = question.deviations(drawn.z)
    at_mode = question.deviations(mode.z[None])[0]
    found = []
    for label in question.of.labels:
        parameter = question.model.parameters[label.parameter]
        typical = question.typical[label.parameter]
        # On one of several occasions a parameter deviates by the person's and by the occasion's.
        mine = np.array(
            [
                float(other == label or other == Deviation(label.parameter))
                for other in question.of.labels
            ]
        )
        total = eta @ mine
        centre = float(drawn.weights @ total)
        spread = float(drawn.weights @ (total - centre) ** 2)
        prior = float(mine @ question.of.covariance @ mine)
        middle = float(at_mode @ mine)
        values = parameter.deviated(np.repeat(typical, len(total)), total)
        p5, p25, p50, p75, p95 = _percentiles(values, drawn.weights)
        found.append(
            Estimate(
                name=label.parameter,
                unit=parameter.unit,
                occasion=None if label.occasion is None else label.occasion + 1,
                typical=float(typical[0]),
                most_probable=float(parameter.deviated(typical, np.array([middle]))[0]),
                mean=float(drawn.weights @ values),
                p5=p5,
                p25=p25,
                p50=p50,
                p75=p75,
                p95=p95,
                shrinkage=spread / prior,
                deviation=middle / float(np.sqrt(prior)),
            )
        )
    return tuple(found)


def _percentiles(values: Floats, weights: Floats) -> tuple[float, ...]:
    """Return weighted percentiles, linear between the middles of the weights."""
    order = np.argsort(values)
    heights = np.cumsum(weights[order]) - 0.5 * weights[order]
    return tuple(float(np.interp(part, heights, values[order])) for part in PARTS)


def held_of(question: Question, mode: Mode) -> tuple[Held, ...]:
    """Return each sample with its distance from the most probable curve."""
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


def warnings_of(found: Fit, modes: Sequence[Mode]) -> list[str]:
    """Return what a reader must know before using the estimate."""
    sentences = [
        f"{estimate.label} is {abs(estimate.deviation):.1f} standard deviations from the typical "
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


def about_occasions(question: Question) -> tuple[str, ...]:
    """Return how the days of the samples are told apart, or why they are not; never silently."""
    model, several = question.model, len(question.occasions) > 1
    seen = list(dict.fromkeys(label.parameter for label in question.of.labels))
    published = [name for name, p in model.parameters.items() if p.occasion]
    vary = [name for name in published if name in seen]
    if not several and not vary:
        return ()
    days = len(set(question.occasions.of([s.at_h for s in question.samples])))
    given = f"There were {len(question.occasions)} occasions with a dose, {days} of them sampled: "
    if not several:
        said = (
            f"One occasion was sampled: what differs between occasions ({_named(vary)}) cannot be "
            "told from what differs between people, and a next occasion is drawn anew."
        )
    elif not published:
        said = (
            f"{given}{model.id} reports no variance between occasions, so the parameters count as the "
            "same on each; differences from day to day go into the residual error, and the intervals "
            "are too narrow by them."
        )
    elif not vary:
        said = (
            f"{given}{model.id} reports a variance between occasions for none of the parameters that "
            "these samples speak about; they count as the same on each, and the intervals are too "
            "narrow if they are not."
        )
    else:
        same = [name for name in seen if name not in vary]
        rest = f"; for {_named(same)} none is published, and they stay the same" if same else ""
        said = f"{given}{_named(vary)} differ between them by the published variance{rest}."
    return (said,)


def about_sites(question: Question) -> tuple[str, ...]:
    """Return what it means that samples are of other blood than the model was made with."""
    model = question.model
    others = {s.site for s in question.samples if s.site is not model.site}
    if model.venous is None or not others:
        return ()
    (site,) = others
    return (
        (
            f"{model.id} was made with {model.site.value} blood; samples of {site.value} blood are held "
            f"against it through a link whose own error is in no interval, so they are too narrow. "
            f"{model.venous.note}"
        ),
    )


def _named(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
