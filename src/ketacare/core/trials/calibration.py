"""Fits the population prior to published arms: a deterministic program, arm by arm.

Few hyperparameters (medians and spreads of some traits) are moved from their starting values by
penalised least squares on simulated arms with common random numbers. The penalty is the judged
uncertainty of the starting values, so that what the studies do not identify stays where it was and
says so. This is a pseudo-likelihood: outcomes of one arm count as independent.
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
from ketacare.core.trials.arms import Draws, expected_outcomes
from ketacare.core.trials.studies import Arm, Measured, Observed, Role, Study
from ketacare.core.units import Quantity

# What is fitted, and how uncertain its starting value is: the SD of the median on the scale of the
# trait's shape, and the SD of the log of the spread (None: the spread is not fitted).
_FITTED: Final[dict[TraitName, tuple[float, float | None]]] = {
    TraitName.RESPONSIVENESS: (0.8, 0.4),
    TraitName.TAU_FAST: (0.3, None),
    TraitName.KAPPA: (0.5, None),
    TraitName.TAU_SLOW: (0.4, None),
    TraitName.NONSPECIFIC_FAST: (0.6, 0.4),
    TraitName.NONSPECIFIC_SLOW: (0.8, 0.4),
    TraitName.ED50: (0.55, None),
    TraitName.PERI_DOSE: (0.55, None),
    TraitName.PHQ9_GAIN: (0.2, None),
}
# How far an outcome may lie from the model beyond sampling error when the file does not say:
# shares and improvement 8 points of a hundred, retained effect 10, log odds ratio 0.5, effects 0.3 SD (they are
# counted in SDs at entry, most of which are assumed).
_DISCREPANCY: Final[dict[Measured, float]] = {
    Measured.RESPONSE: 0.08,
    Measured.REMISSION: 0.08,
    Measured.IMPROVEMENT: 0.08,
    Measured.RELAPSED: 0.08,
    Measured.EFFECT: 0.3,
    Measured.LOG_ODDS_RATIO: 0.5,
    Measured.RETAINED: 0.1,
}
_CHANGE_DISCREPANCY: Final = 0.06  # of the entry mean
_IDENTIFIED_BELOW: Final = 0.5  # remaining share of the starting uncertainty
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
class ArmFit:
    """One outcome beside what the model expects of it; ``sd`` is sampling and discrepancy."""

    study: str
    arm: str
    measured: Measured
    day: float
    observed: float
    expected: float
    expected_before: float
    sd: float

    @property
    def residual(self) -> float:
        """Return how many SDs the expectation lies above the observation."""
        return (self.expected - self.observed) / self.sd


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The result: the fitted prior, hyperparameters, and the fit of each outcome.

    ``converged`` is the optimiser's own word; ``message`` what it said.
    """

    prior: Prior
    start: Prior
    hypers: tuple[Hyper, ...]
    fits: tuple[ArmFit, ...]
    converged: bool
    message: str
    seed: int
    n: int

    @property
    def misfit(self) -> float:
        """Return the root mean square residual over the outcomes."""
        return math.sqrt(sum(f.residual**2 for f in self.fits) / len(self.fits))


def calibrate(
    studies: Sequence[Study], *, start: Prior, seed: int, n: int = 2000, max_rounds: int = 12
) -> Calibration:
    """Return ``start`` fitted to the outcomes of calibration studies, deterministic for a seed.

    ``n`` simulated people per arm. Studies with another role are refused: what tests the model
    must not have shaped it.
    """
    wrong = [s.id for s in studies if s.role is not Role.CALIBRATION]
    if wrong or not studies:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            f"{', '.join(wrong) or 'nothing'} cannot be fitted to; give studies whose role is "
            "calibration",
        )
    from scipy.optimize import least_squares  # slow to import, and only a calibration needs it

    targets = _targets(start, studies, seed=seed, n=n)
    axes = _axes(start)

    def expected(u: FloatArray) -> FloatArray:
        prior = _moved(start, axes, u)
        return np.concatenate([expected_outcomes(prior, t.arm, t.draws) for t in targets])

    observed = np.concatenate([t.observed for t in targets])
    sd = np.concatenate([t.sd for t in targets])

    def residuals(u: FloatArray) -> FloatArray:
        return np.concatenate([(expected(u) - observed) / sd, u])

    def slope(u: FloatArray) -> FloatArray:
        base = residuals(u)
        columns = []
        for i in range(len(axes)):
            shifted = u.copy()
            shifted[i] += _STEP
            columns.append((residuals(shifted) - base) / _STEP)
        return np.column_stack(columns)

    zero = np.zeros(len(axes))
    before = expected(zero)
    found = least_squares(
        residuals, zero, jac=slope, method="trf", max_nfev=max_rounds, xtol=1e-3, ftol=1e-3
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
    fitted = expected(u)
    rows = [(t, o) for t in targets for o in t.arm.outcomes]
    fits = tuple(
        ArmFit(
            study=t.study,
            arm=t.arm.id,
            measured=o.measured,
            day=o.day,
            observed=float(observed[i]),
            expected=float(fitted[i]),
            expected_before=float(before[i]),
            sd=float(sd[i]),
        )
        for i, (t, o) in enumerate(rows)
    )
    return Calibration(
        prior=_written(start, hypers, studies, seed=seed, n=n),
        start=start,
        hypers=hypers,
        fits=fits,
        converged=bool(found.success and found.status > 0),
        message=str(found.message),
        seed=seed,
        n=n,
    )


def reproduce(
    prior: Prior, studies: Sequence[Study], *, seed: int, n: int
) -> dict[tuple[str, str, Measured, float], tuple[float, float, float]]:
    """Return (observed, expected, sd) of each outcome under a prior, without fitting anything.

    Keys are (study, arm, measured, day). Any role: this is also how validation studies are asked.
    """
    found = {}
    for target in _targets(prior, studies, seed=seed, n=n):
        expected = expected_outcomes(prior, target.arm, target.draws)
        for i, outcome in enumerate(target.arm.outcomes):
            key = (target.study, target.arm.id, outcome.measured, outcome.day)
            found[key] = (float(target.observed[i]), float(expected[i]), float(target.sd[i]))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    study: str
    arm: Arm
    draws: Draws
    observed: FloatArray
    sd: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    trait: TraitName
    part: str
    start: float
    sd: float


def _targets(prior: Prior, studies: Sequence[Study], *, seed: int, n: int) -> list[_Target]:
    targets = []
    for study in sorted(studies, key=lambda s: s.id):
        for arm in study.arms:
            # The same people in every arm: differences between arms are not differences of luck.
            draws = Draws.of(prior, arm, n=n, rng=np.random.default_rng(seed))
            targets.append(
                _Target(
                    study=study.id,
                    arm=arm,
                    draws=draws,
                    observed=np.array([o.value.value for o in arm.outcomes]),
                    sd=np.array([_outcome_sd(arm, o) for o in arm.outcomes]),
                )
            )
    return targets


def _outcome_sd(arm: Arm, outcome: Observed) -> float:
    """Return sampling error (from n, or the published SD) and discrepancy, combined."""
    value, kind = outcome.value.value, outcome.measured
    if outcome.discrepancy is not None:
        discrepancy = outcome.discrepancy.value
    elif kind is Measured.CHANGE:
        discrepancy = _CHANGE_DISCREPANCY * arm.entry_mean.value
    else:
        discrepancy = _DISCREPANCY[kind]
    root_n = math.sqrt(arm.n)
    spread = outcome.sd.value if outcome.sd is not None else None
    if kind in {Measured.RESPONSE, Measured.REMISSION, Measured.RELAPSED}:
        # Agresti-Coull: two successes and two failures more, so that 0 of n is not certain.
        p = (value * arm.n + 2.0) / (arm.n + 4.0)
        sampling = math.sqrt(p * (1.0 - p) / (arm.n + 4.0))
    elif kind is Measured.CHANGE:
        sampling = (spread if spread is not None else arm.entry_sd.value * 1.2) / root_n
    elif kind is Measured.RETAINED:
        # A ratio of two effects of about one SD, each with standard error 2/sqrt(n); ratings of the
        # same people correlate, which about halves it.
        sampling = 1.0 / root_n
    elif kind is Measured.LOG_ODDS_RATIO:
        # Four equal cells give the smallest variance, 16/n; doubled because they are not equal.
        sampling = math.sqrt(32.0 / arm.n)
    elif kind is Measured.EFFECT:
        sampling = 1.2 / root_n
    else:
        sampling = 1.2 * arm.entry_sd.value / arm.entry_mean.value / root_n
    return math.hypot(sampling, discrepancy)


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
    changed = {t.name: t for t in start.traits if t.name in _FITTED}
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


def _written(
    start: Prior, hypers: Sequence[Hyper], studies: Sequence[Study], *, seed: int, n: int
) -> Prior:
    """Return the fitted prior with provenance in each number.

    What the fit leaves uncertain about a median is added to the spread of people where the spread
    was fitted; the other spreads already hold both.
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
        if "spread" in parts:
            spread = parts["spread"]
            people = math.exp(spread.fitted)
            new = replace(
                new,
                spread=_derived(
                    trait.spread,
                    math.hypot(people, median.sd_after),
                    f"SD between people {people:.3g} (from {trait.spread.value:g}) and SD "
                    f"{median.sd_after:.2g} of the median, combined; "
                    f"{100 * spread.remaining:.0f} % of the spread's starting uncertainty is left.",
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
