"""Fits the population prior to published arms: a deterministic program, arm by arm.

Few hyperparameters (medians and spreads of some traits) and, for each study, how its people differ
from others as a group, are moved from their starting values by penalised least squares on simulated
arms with common random numbers. The penalty is the judged uncertainty, so that what the studies do
not identify stays where it was and says so, and studies that contradict each other are believed to
differ instead of bending what all share. A pseudo-likelihood: outcomes count as independent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ketacare.core.errors import ErrorCode, InputError, KetacareError
from ketacare.core.response import Prior, Shape, Trait, TraitName
from ketacare.core.response.prior import FloatArray
from ketacare.core.sources import Sourced
from ketacare.core.trials.arms import expected_outcomes
from ketacare.core.trials.studies import Measured, Role, Study
from ketacare.core.trials.targets import targets_of
from ketacare.core.units import Quantity

# What is fitted, and how uncertain its starting value is: the SD of the median on the scale of the
# trait's shape, and the SD of the log of the spread (None: the spread is not fitted).
_FITTED: Final[dict[TraitName, tuple[float, float | None]]] = {
    TraitName.RESPONSIVENESS: (0.8, 0.15),
    TraitName.TAU_FAST: (0.3, None),
    TraitName.KAPPA: (0.5, None),
    TraitName.TAU_SLOW: (0.4, None),
    TraitName.NONSPECIFIC_FAST: (0.6, 0.25),
    TraitName.NONSPECIFIC_SLOW: (0.8, 0.25),
    TraitName.ED50: (0.55, None),
    TraitName.PERI_DOSE: (0.55, None),
    TraitName.PHQ9_GAIN: (0.2, None),
    TraitName.THERAPY_BUILD: (0.7, None),
    TraitName.CLINICIAN: (0.3, None),
}
# By what a study may differ as a group, each by the shared spread of the starting value.
_BY_STUDY: Final = (
    TraitName.RESPONSIVENESS,
    TraitName.TAU_FAST,
    TraitName.NONSPECIFIC_FAST,
    TraitName.NONSPECIFIC_SLOW,
)
_IDENTIFIED_BELOW: Final = 0.5  # remaining share of the starting uncertainty
_ENTANGLED: Final = 0.5
_STEP: Final = 0.15  # for derivatives, in units of the starting uncertainty


@dataclass(frozen=True, slots=True, kw_only=True)
class Hyper:
    """One fitted hyperparameter: the median or the spread of a trait, on the fitting scale.

    ``remaining`` is its SD after the fit over its SD before; small means identified.
    """

    trait: TraitName
    part: str
    start: float
    fitted: float
    sd_before: float
    sd_after: float

    @property
    def remaining(self) -> float:
        """Return the share of the starting uncertainty that the studies left."""
        return self.sd_after / self.sd_before

    @property
    def identified(self) -> bool:
        """Return whether the studies at least halved the uncertainty."""
        return self.remaining < _IDENTIFIED_BELOW


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyEffect:
    """By how many SDs of the shared spread one study's people differ as a group in one trait."""

    study: str
    trait: TraitName
    sds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmFit:
    """One outcome beside what the model expects of it; ``sd`` is sampling and discrepancy.

    ``expected`` is for a group like any other, ``expected_own`` with what sets the study apart,
    ``expected_before`` for the starting values.
    """

    study: str
    arm: str
    measured: Measured
    day: float
    observed: float
    expected: float
    expected_own: float
    expected_before: float
    sd: float

    @property
    def residual(self) -> float:
        """Return how many SDs the expectation for any group lies above the observation."""
        return (self.expected - self.observed) / self.sd

    @property
    def residual_own(self) -> float:
        """Return the same once the study's own difference is allowed for."""
        return (self.expected_own - self.observed) / self.sd


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The result: the fitted prior, hyperparameters, study effects, and the fit of each outcome.

    ``entangled`` names pairs of hyperparameters the studies cannot tell apart, with their
    correlation. ``converged`` is the optimiser's own word; ``message`` what it said.
    """

    prior: Prior
    start: Prior
    hypers: tuple[Hyper, ...]
    effects: tuple[StudyEffect, ...]
    entangled: tuple[tuple[str, str, float], ...]
    fits: tuple[ArmFit, ...]
    converged: bool
    message: str
    seed: int
    n: int
    steps: tuple[float, ...]

    @property
    def misfit(self) -> float:
        """Return the root mean square residual over the outcomes, study differences allowed for."""
        return math.sqrt(sum(f.residual_own**2 for f in self.fits) / len(self.fits))

    @property
    def between_studies(self) -> float:
        """Return the root mean square study effect; near one when the shared spreads are right."""
        return math.sqrt(sum(e.sds**2 for e in self.effects) / len(self.effects))


def calibrate(
    studies: Sequence[Study],
    *,
    start: Prior,
    seed: int,
    n: int = 2000,
    max_rounds: int = 12,
    steps: Sequence[float] = (),
) -> Calibration:
    """Return ``start`` fitted to the outcomes of calibration studies, deterministic for a seed.

    ``n`` simulated people per arm; ``steps`` of an earlier calibration save rounds. Studies with
    another role are refused: what tests the model must not have shaped it.
    """
    wrong = [s.id for s in studies if s.role is not Role.CALIBRATION]
    if wrong or not studies:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            f"{', '.join(wrong) or 'nothing'} cannot be fitted to; give studies whose role is "
            "calibration",
        )
    from scipy.optimize import least_squares  # slow to import, and only a calibration needs it

    targets = targets_of(start, studies, seed=seed, n=n)
    names = sorted({t.study for t in targets})
    axes = _axes(start)
    count, kinds = len(axes), len(_BY_STUDY)
    size = count + kinds * len(names)
    observed = np.concatenate([t.observed for t in targets])
    sd = np.concatenate([t.sd for t in targets])
    owner = np.concatenate([np.full(len(t.observed), names.index(t.study)) for t in targets])

    def expected(u: FloatArray) -> FloatArray:
        prior = _moved(start, axes, u[:count])
        own = u[count:].reshape(len(names), kinds)
        return np.concatenate(
            [
                expected_outcomes(
                    _set_apart(
                        prior.for_diagnosis(t.arm.diagnosis),
                        own[names.index(t.study)],
                        start.for_diagnosis(t.arm.diagnosis),
                    ),
                    t.arm,
                    t.draws,
                )
                for t in targets
            ]
        )

    def residuals(u: FloatArray) -> FloatArray:
        return np.concatenate([(expected(u) - observed) / sd, u])

    def slope(u: FloatArray) -> FloatArray:
        base = expected(u)
        top = np.zeros((len(base), size))
        for i in range(count):
            shifted = u.copy()
            shifted[i] += _STEP
            top[:, i] = (expected(shifted) - base) / _STEP / sd
        for kind in range(kinds):
            # Every study moved at once: each outcome answers to its own study only.
            shifted = u.copy()
            shifted[count + kind :: kinds] += _STEP
            column = count + kind + kinds * owner
            top[np.arange(len(base)), column] = (expected(shifted) - base) / _STEP / sd
        return np.vstack([top, np.eye(size)])

    zero = np.zeros(size)
    before = expected(zero)
    begin = np.asarray(steps[:count] if len(steps) else zero[:count], dtype=float)
    found = least_squares(
        residuals,
        np.concatenate([begin, zero[count:]]),
        jac=slope,
        method="trf",
        max_nfev=max_rounds,
        xtol=1e-3,
        ftol=1e-3,
    )
    u = np.asarray(found.x)
    covariance = np.linalg.inv(found.jac.T @ found.jac)
    after = np.sqrt(np.diag(covariance))
    hypers = tuple(
        Hyper(
            trait=axis.trait,
            part=axis.part,
            start=axis.start,
            fitted=axis.start + axis.sd * float(u[i]),
            sd_before=axis.sd,
            sd_after=axis.sd * float(after[i]),
        )
        for i, axis in enumerate(axes)
    )
    effects = tuple(
        StudyEffect(study=name, trait=trait, sds=float(u[count + kinds * k + kind]))
        for k, name in enumerate(names)
        for kind, trait in enumerate(_BY_STUDY)
    )
    own = expected(u)
    general = expected(np.concatenate([u[:count], zero[count:]]))
    rows = [(t, o) for t in targets for o in t.arm.outcomes]
    fits = tuple(
        ArmFit(
            study=t.study,
            arm=t.arm.id,
            measured=o.measured,
            day=o.day,
            observed=float(observed[i]),
            expected=float(general[i]),
            expected_own=float(own[i]),
            expected_before=float(before[i]),
            sd=float(sd[i]),
        )
        for i, (t, o) in enumerate(rows)
    )
    return Calibration(
        prior=_written(start, hypers, studies, seed=seed, n=n),
        start=start,
        hypers=hypers,
        effects=effects,
        entangled=_entangled(axes, covariance[:count, :count]),
        fits=fits,
        converged=bool(found.success and found.status > 0),
        message=str(found.message),
        seed=seed,
        n=n,
        steps=tuple(float(v) for v in u[:count]),
    )


def reproduce(
    prior: Prior, studies: Sequence[Study], *, seed: int, n: int
) -> dict[tuple[str, str, Measured, float], tuple[float, float, float]]:
    """Return (observed, expected, sd) of each outcome for a group like any other.

    Keys are (study, arm, measured, day). Any role, nothing is fitted; ``predict`` gives intervals.
    """
    found = {}
    for target in targets_of(prior, studies, seed=seed, n=n):
        group = prior.for_diagnosis(target.arm.diagnosis).one_group()
        expected = expected_outcomes(group, target.arm, target.draws)
        for i, outcome in enumerate(target.arm.outcomes):
            key = (target.study, target.arm.id, outcome.measured, outcome.day)
            found[key] = (float(target.observed[i]), float(expected[i]), float(target.sd[i]))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    trait: TraitName
    part: str
    start: float
    sd: float


def _axes(prior: Prior) -> list[_Axis]:
    axes = []
    for trait in prior.traits:
        if trait.name not in _FITTED:
            continue
        sd, spread_sd = _FITTED[trait.name]
        axes.append(_Axis(trait=trait.name, part="median", start=_link(trait), sd=sd))
        if spread_sd is not None:
            start = math.log(trait.spread.value)
            axes.append(_Axis(trait=trait.name, part="spread", start=start, sd=spread_sd))
    return axes


def _link(trait: Trait) -> float:
    """Return the median on the scale on which it is fitted: log or logit."""
    value = trait.median.value
    if trait.shape is Shape.LOGIT:
        return math.log(value / (trait.upper - value))
    return math.log(value - 1.0) if trait.shape is Shape.EXCESS else math.log(value)


def _unlink(trait: Trait, at: float) -> float:
    if trait.shape is Shape.LOGIT:
        return trait.upper / (1.0 + math.exp(-at))
    return 1.0 + math.exp(at) if trait.shape is Shape.EXCESS else math.exp(at)


def _moved(start: Prior, axes: Sequence[_Axis], u: FloatArray) -> Prior:
    changed = {t.name: replace(t, shared=None) for t in start.traits if t.shared is not None}
    changed |= {t.name: replace(t, shared=None) for t in start.traits if t.name in _FITTED}
    for axis, step in zip(axes, u, strict=True):
        trait = changed[axis.trait]
        at = axis.start + axis.sd * float(step)
        if axis.part == "median":
            number = replace(trait.median, quantity=Quantity(_unlink(trait, at), trait.median.unit))
            changed[axis.trait] = replace(trait, median=number)
        else:
            number = replace(trait.spread, quantity=Quantity(math.exp(at), "1"))
            changed[axis.trait] = replace(trait, spread=number)
    return start.with_traits(changed)


def _set_apart(prior: Prior, own: FloatArray, start: Prior) -> Prior:
    """Return the prior of one study, its medians moved by ``own`` SDs of the shared spread."""
    return prior.with_traits(
        {
            name: prior.trait(name).moved(float(step) * start.trait(name).shared_sd)
            for name, step in zip(_BY_STUDY, own, strict=True)
        }
    )


def _entangled(axes: Sequence[_Axis], covariance: FloatArray) -> tuple[tuple[str, str, float], ...]:
    """Return pairs of hyperparameters correlated beyond 0.5 after the fit, strongest first."""
    sd = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(sd, sd)
    names = [f"{a.trait} ({a.part})" for a in axes]
    pairs = [
        (names[i], names[j], float(correlation[i, j]))
        for i in range(len(axes))
        for j in range(i)
        if abs(correlation[i, j]) > _ENTANGLED
    ]
    return tuple(sorted(pairs, key=lambda p: -abs(p[2])))


def _written(
    start: Prior, hypers: Sequence[Hyper], studies: Sequence[Study], *, seed: int, n: int
) -> Prior:
    """Return the fitted prior with provenance in each number.

    What the fit leaves uncertain about a median joins the shared spread of the starting value.
    """
    by_name = {t.name: t for t in start.traits}
    how = f"penalised least squares on {len(studies)} studies, seed {seed}, n {n}"
    changed: dict[TraitName, Trait] = {}
    for name in _FITTED:
        trait = by_name[name]
        parts = {h.part: h for h in hypers if h.trait is name}
        median = parts["median"]
        left = f"{100 * median.remaining:.0f} % of the starting uncertainty is left"
        new = replace(
            trait,
            identified=median.identified,
            median=_derived(
                trait.median,
                _unlink(trait, median.fitted),
                f"From {trait.median.value:g} by {how}; {left}.",
            ),
        )
        shared = math.hypot(trait.shared_sd, median.sd_after)
        new = replace(
            new,
            shared=_derived(
                trait.spread,
                shared,
                f"Between studies {trait.shared_sd:g}, uncertain about the median "
                f"{median.sd_after:.2g}, combined.",
            ),
        )
        if "spread" in parts:
            spread = parts["spread"]
            new = replace(
                new,
                spread=_derived(
                    trait.spread,
                    math.exp(spread.fitted),
                    f"From {trait.spread.value:g} by {how}; {100 * spread.remaining:.0f} % of the "
                    "starting uncertainty is left.",
                ),
            )
        changed[name] = new
    fitted = start.with_traits(changed)
    return replace(fitted, calibration=tuple(sorted(s.id for s in studies)))


def _derived(old: Sourced, value: float, note: str) -> Sourced:
    rounded = float(f"{value:.4g}")
    if not math.isfinite(rounded):
        raise KetacareError(ErrorCode.NUMERICAL, f"the fit gave {value} where a number is needed")
    return Sourced(
        quantity=Quantity(rounded, old.unit),
        source="project",
        locus="calibration",
        basis="derived",
        note=note,
    )
