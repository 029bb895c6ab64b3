"""How relief comes and goes: the longitudinal model, exact between events, for many people at once.

Fractional improvement from the untreated set point is x = A + F + S + P (peri-dose, fast,
consolidated, non-specific). F jumps at each dose and fades, after a larger dose more slowly; S
builds from F and is lost slowly; structured therapy in the days after a dose slows the loss and
helps the building; P is not driven by the drug; A is gone within a day and never used for advice.
The kernel knows no scores and no randomness.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.response.prior import (
    ANCHOR_MG_PER_KG,
    ConstantName,
    FloatArray,
    Prior,
    Setting,
    TraitName,
    Traits,
)

PERI_DOSE_DAYS: Final = 5.0
"""After so many days the peri-dose effect of a dose is nothing."""

_SERIES_ERROR: Final = 1e-7  # of all relief: far below a thousandth of a point anywhere
_LAG_STEP: Final = 2.0  # days between points at which function follows symptoms
_JUST_AFTER: Final = 1e-6  # days; relief at the time of a dose is before it
# Limits that keep F + S below one and consolidated relief the slower of the two.
_BUILD_LIMIT: Final = 0.9  # of kappa times tau_fast, therapy included
_FAST_LIMIT: Final = 0.9  # of tau_slow, after a large dose


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """One dose: day of the course, mg/kg racemic base as intravenous equivalent, minutes.

    ``diazepam_mg_per_day`` is the benzodiazepine taken at the time, in diazepam equivalents;
    ``None`` means not known and leaves the effect undamped. A dose of 0 mg/kg is an inert one: it
    starts the fast non-specific gain and does nothing else.
    """

    day: float
    mg_per_kg: float
    minutes: float | None = None
    diazepam_mg_per_day: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.day) and math.isfinite(self.mg_per_kg) and self.mg_per_kg >= 0):
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"a dose of {self.mg_per_kg:g} mg/kg on day {self.day:g} is not possible; "
                "give a finite day and zero or more mg/kg",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """Parts of the fractional improvement at each time, arrays (people, times)."""

    days: FloatArray
    fast: FloatArray
    consolidated: FloatArray
    nonspecific: FloatArray
    peri_dose: FloatArray

    @property
    def drug(self) -> FloatArray:
        """Return the lasting drug-driven part, F + S, between 0 and 1."""
        return self.fast + self.consolidated

    def total(self, *, peri_dose: bool) -> FloatArray:
        """Return x between 0 and 1, with or without the peri-dose part."""
        x = self.drug + self.nonspecific
        if peri_dose:
            x = x + self.peri_dose
        return np.clip(x, 0.0, 1.0)


def dose_effect(mg_per_kg: float, ed50: FloatArray) -> FloatArray:
    """Return E(d) = d/(d + ED50), scaled to 1 at 0.5 mg/kg intravenous equivalent."""
    if mg_per_kg == 0:
        return np.zeros_like(ed50)
    scale = (ANCHOR_MG_PER_KG + ed50) / ANCHOR_MG_PER_KG
    return np.asarray(mg_per_kg / (mg_per_kg + ed50) * scale)


def advance(  # noqa: PLR0917 - the symbols of the equation
    fast: FloatArray,
    slow: FloatArray,
    days: float | FloatArray,
    fading: FloatArray,
    kappa: FloatArray,
    loss: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return F and S after ``days`` without a dose, exactly; arrays of any shapes that broadcast.

    dF/dt = -F·fading, dS/dt = kappa·F·(1 - S) - S·loss (rates per day, loss < fading). With
    q = exp(-fading·t), g = exp(-loss·t), c = kappa·F0/fading and R = 1 - S::

        R(t) = exp(-c(1-q))·g·R0 + loss·exp(c·q)·sum_k (-c)^k/k! · (q^k - g)/(loss - k·fading)

    which is the integrating-factor solution with exp(-c·q(s)) expanded; c is at most 0.9, so a
    few terms reach 1e-7.
    """
    q = np.exp(-days * fading)
    g = np.exp(-days * loss)
    c = kappa * fast / fading
    series = (1.0 - g) / loss
    coefficient: FloatArray | float = 1.0
    power: FloatArray | float = 1.0
    largest = float(c.max(initial=0.0))
    bound, k = 1.0, 0
    while bound * largest / (k + 1) > _SERIES_ERROR:
        k += 1
        bound *= largest / k
        coefficient = coefficient * (-c / k)
        power = power * q
        series = series + coefficient * (power - g) / (loss - k * fading)
    rest = np.exp(c * (q - 1.0)) * g * (1.0 - slow) + loss * np.exp(c * q) * series
    return fast * q, np.clip(1.0 - rest, 0.0, 1.0)


def relief(
    prior: Prior,
    people: Traits,
    *,
    doses: Sequence[Dose],
    therapy_days: Sequence[float],
    days: FloatArray,
    setting: Setting = Setting.OPEN,
) -> Relief:
    """Return the parts of improvement on each of ``days`` (ascending) of a course.

    A time equal to that of a dose is before the dose. Day 0 is the start of care: the slow
    non-specific gain counts from there, the fast one from the first dose, inert or not.
    """
    given = sorted(doses, key=lambda d: d.day)
    held = held_spans(prior, [d.day for d in given if d.mg_per_kg > 0], therapy_days)
    fading = 1.0 / people[TraitName.TAU_FAST]
    kappa = people[TraitName.KAPPA]
    loss = 1.0 / people[TraitName.TAU_SLOW]
    # The evidence for therapy is in people the drug helped: the multiplier grows with r.
    slowed = loss / (1.0 + (people[TraitName.THERAPY] - 1.0) * people[TraitName.RESPONSIVENESS])

    built = kappa * people[TraitName.THERAPY_BUILD]

    n, m = people.size, len(days)
    tau = people[TraitName.TAU_FAST]
    fast, slow = np.zeros(n), np.zeros(n)
    out_fast, out_slow = np.zeros((n, m)), np.zeros((n, m))
    drug_doses = [(k, d) for k, d in enumerate(given) if d.mg_per_kg > 0]
    first = drug_doses[0][1].day if drug_doses else math.inf
    marks = sorted({*(d.day for _, d in drug_doses), *(e for e in _edges(held) if e > first)})
    next_dose = 0
    for at, mark in enumerate(marks):
        while next_dose < len(drug_doses) and drug_doses[next_dose][1].day <= mark:
            before, dose = drug_doses[next_dose]
            gained = _jump(people, dose, before) * (1.0 - fast - slow)
            if dose.mg_per_kg != ANCHOR_MG_PER_KG or tau is not people[TraitName.TAU_FAST]:
                tau = _mixed_tau(people, dose, tau, fast, gained)
                fading = 1.0 / tau
            fast = fast + gained
            next_dose += 1
        last = marks[at + 1] if at + 1 < len(marks) else math.inf
        is_held = _is_held(held, mark + 1e-9)
        rate = slowed if is_held else loss
        build = np.minimum(built, _BUILD_LIMIT * fading) if is_held else kappa
        # A time equal to that of a dose is before it, so it belongs to the span that ends there.
        here = slice(*np.searchsorted(days, (mark, last), side="right"))
        goes_on = next_dose < len(drug_doses) or last < (days[-1] if m else mark)
        ends = np.append(days[here], last) if goes_on else days[here]
        if not ends.size:
            continue
        # One row for each time, so that the long axis of people is the inner one.
        fasts, slows = advance(fast, slow, (ends - mark)[:, None], fading, build, rate)
        shown = here.stop - here.start
        out_fast[:, here], out_slow[:, here] = fasts[:shown].T, slows[:shown].T
        if goes_on:
            fast, slow = fasts[-1], slows[-1]
    return Relief(
        days=days,
        fast=out_fast,
        consolidated=out_slow,
        nonspecific=_nonspecific(prior, people, given, days, setting),
        peri_dose=_peri_dose(people, given, days),
    )


def _jump(people: Traits, dose: Dose, before: int) -> FloatArray:
    """Return the share of what is left to gain that this dose gains: r·E(d), damped, at most 1."""
    gain = people[TraitName.RESPONSIVENESS] * dose_effect(dose.mg_per_kg, people[TraitName.ED50])
    if before:
        gain = gain * np.exp(-people[TraitName.TOLERANCE] * before)
    if dose.diazepam_mg_per_day:
        gain = gain * np.exp(-people[TraitName.BENZODIAZEPINE] * dose.diazepam_mg_per_day)
    return np.minimum(gain, 1.0)


def _mixed_tau(
    people: Traits, dose: Dose, tau: FloatArray, fast: FloatArray, gained: FloatArray
) -> FloatArray:
    """Return the time constant of F after a dose: that of what was there and what came, by size.

    A dose d fades with tau_fast·(d/0.5)^theta. One F with the mean of both time constants stands
    for the sum of two, which keeps the solution exact between doses; a smaller dose never
    shortens what a larger one before it left.
    """
    ratio = (dose.mg_per_kg / ANCHOR_MG_PER_KG) ** people[TraitName.DURATION_EXPONENT]
    own = np.minimum(people[TraitName.TAU_FAST] * ratio, _FAST_LIMIT * people[TraitName.TAU_SLOW])
    own = np.minimum(own, _BUILD_LIMIT / people[TraitName.KAPPA])
    share = gained / np.maximum(fast + gained, 1e-12)
    longer = tau + share * np.maximum(own - tau, 0.0)
    return np.where(fast > 0, longer, own)


def _nonspecific(
    prior: Prior, people: Traits, doses: Sequence[Dose], days: FloatArray, setting: Setting
) -> FloatArray:
    """Return P: a fast part from the first dose on and a slow part from the start of care on."""
    tau = prior.constant(ConstantName.TAU_NONSPECIFIC_SLOW)
    elapsed = np.maximum(days, 0.0)
    total = people[TraitName.NONSPECIFIC_SLOW][:, None] * -np.expm1(-elapsed / tau)
    if doses:
        tau = prior.constant(ConstantName.TAU_NONSPECIFIC_FAST)
        since = np.maximum(days - doses[0].day, 0.0)
        factor = prior.constant(ConstantName.OPEN_FACTOR) if setting is Setting.OPEN else 1.0
        share = np.minimum(factor * people[TraitName.NONSPECIFIC_FAST], 1.0)
        total = total + share[:, None] * -np.expm1(-since / tau)
    return np.minimum(total, 1.0)


def _peri_dose(people: Traits, doses: Sequence[Dose], days: FloatArray) -> FloatArray:
    """Return A: a·E(d), fading over hours after each dose; doses older than five days are nothing."""
    tau_d = people[TraitName.TAU_PERI_DOSE] / 24.0
    total = np.zeros((people.size, len(days)))
    for dose in doses:
        near = np.flatnonzero((days > dose.day) & (days <= dose.day + PERI_DOSE_DAYS))
        if dose.mg_per_kg == 0 or not near.size:
            continue
        size = people[TraitName.PERI_DOSE] * dose_effect(dose.mg_per_kg, people[TraitName.ED50])
        since = days[near] - dose.day
        total[:, near] += size[:, None] * np.exp(-since[None, :] / tau_d[:, None])
    return np.minimum(total, 1.0)


def held_spans(
    prior: Prior, dose_days: Sequence[float], therapy_days: Sequence[float]
) -> list[tuple[float, float]]:
    """Return the spans in which therapy slows the loss of S.

    Each begins with a session in the window after a dose and lasts as long as the prior says.
    """
    first = prior.constant(ConstantName.THERAPY_FROM)
    last = prior.constant(ConstantName.THERAPY_UNTIL)
    hold = prior.constant(ConstantName.THERAPY_HOLD)
    return [
        (session, session + hold)
        for session in sorted(therapy_days)
        if any(first <= session - day <= last for day in dose_days)
    ]


def lagged(
    prior: Prior,
    people: Traits,
    *,
    doses: Sequence[Dose],
    therapy_days: Sequence[float],
    days: FloatArray,
    setting: Setting = Setting.OPEN,
) -> Relief:
    """Return what function and quality of life have followed of ``relief`` by each of ``days``.

    A share m of a symptom's improvement x acts through a lag, dL/dt = (x - L)/tau_W with L(0) = 0,
    the rest at once: m·L + (1 - m)·x, part by part, without the peri-dose effect. x is taken as
    linear between points at most two days apart, which the filter then solves exactly; a lag of
    weeks makes the error less than a hundredth of a point.
    """
    if not len(days):
        return relief(
            prior, people, doses=doses, therapy_days=therapy_days, days=days, setting=setting
        )
    end = float(days[-1])
    jumps = [d.day for d in doses if 0 <= d.day < end]
    even = np.linspace(0.0, max(end, 0.0), max(math.ceil(end / _LAG_STEP), 1) + 1)
    grid = np.unique(np.concatenate([even, jumps, np.array(jumps) + _JUST_AFTER, days]))
    parts = relief(
        prior, people, doses=doses, therapy_days=therapy_days, days=grid, setting=setting
    )
    step = np.diff(grid, prepend=grid[0])
    tau = people[TraitName.FUNCTION_LAG][:, None]
    kept = np.exp(-step / tau)
    # Exact response of the filter to a ramp from the last value to this one over the step.
    ratio = step / tau
    late = 1.0 - np.divide(-np.expm1(-ratio), ratio, out=np.ones_like(ratio), where=ratio > 0)
    at = np.searchsorted(grid, days)
    mediated = prior.constant(ConstantName.FUNCTION_MEDIATED)

    def follow(x: FloatArray) -> FloatArray:
        level = np.zeros_like(x)
        for k in range(1, len(grid)):
            rise = (1.0 - kept[:, k] - late[:, k]) * x[:, k - 1] + late[:, k] * x[:, k]
            level[:, k] = kept[:, k] * level[:, k - 1] + rise
        return np.asarray(mediated * level[:, at] + (1.0 - mediated) * x[:, at])

    return Relief(
        days=days,
        fast=follow(parts.fast),
        consolidated=follow(parts.consolidated),
        nonspecific=follow(parts.nonspecific),
        peri_dose=np.zeros((people.size, len(days))),
    )


def _edges(spans: Sequence[tuple[float, float]]) -> list[float]:
    return [edge for span in spans for edge in span]


def _is_held(spans: Sequence[tuple[float, float]], day: float) -> bool:
    return any(start <= day < end for start, end in spans)
