"""How relief comes and goes: the longitudinal model, exact between events, for many people at once.

Fractional improvement from the untreated set point is x = A + F + S + P (peri-dose, fast,
consolidated, non-specific). F jumps at each dose and fades; S builds from F and is lost slowly,
more slowly after structured therapy in the days after a dose; P is not driven by the drug; A is
gone within a day and never used for advice. The kernel knows no scores and no randomness.
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

_SERIES_ERROR: Final = 1e-9  # far below one thousandth of a point on any instrument


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
    days: float,
    fading: FloatArray,
    kappa: FloatArray,
    loss: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return F and S after ``days`` without a dose, exactly.

    dF/dt = -F·fading, dS/dt = kappa·F·(1 - S) - S·loss (rates per day, loss < fading). With
    q = exp(-fading·t), g = exp(-loss·t), c = kappa·F0/fading and R = 1 - S::

        R(t) = exp(-c(1-q))·g·R0 + loss·exp(c·q)·sum_k (-c)^k/k! · (q^k - g)/(loss - k·fading)

    which is the integrating-factor solution with exp(-c·q(s)) expanded; c is at most 0.5, so a
    few terms reach 1e-9.
    """
    q = np.exp(-days * fading)
    g = np.exp(-days * loss)
    c = kappa * fast / fading
    series = (1.0 - g) / loss
    coefficient = np.ones_like(c)
    power = np.ones_like(c)
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
    held = _held_spans(prior, [d.day for d in given if d.mg_per_kg > 0], therapy_days)
    fading = 1.0 / people[TraitName.TAU_FAST]
    kappa = people[TraitName.KAPPA]
    loss = 1.0 / people[TraitName.TAU_SLOW]
    # The evidence for therapy is in people the drug helped: the multiplier grows with r.
    slowed = loss / (1.0 + (people[TraitName.THERAPY] - 1.0) * people[TraitName.RESPONSIVENESS])

    n, m = people.size, len(days)
    fast, slow = np.zeros(n), np.zeros(n)
    out_fast, out_slow = np.zeros((m, n)), np.zeros((m, n))
    marks = sorted({*(float(d) for d in days), *(d.day for d in given), *_edges(held)})
    now = marks[0] if marks else 0.0
    next_day, next_dose = 0, 0
    started = False
    for mark in marks:
        if started and mark > now:
            rate = slowed if _is_held(held, (now + mark) / 2) else loss
            fast, slow = advance(fast, slow, mark - now, fading, kappa, rate)
        now = mark
        while next_day < m and days[next_day] <= mark:
            out_fast[next_day], out_slow[next_day] = fast, slow
            next_day += 1
        while next_dose < len(given) and given[next_dose].day <= mark:
            dose = given[next_dose]
            if dose.mg_per_kg > 0:
                fast = fast + _jump(people, dose, next_dose) * (1.0 - fast - slow)
                started = True
            next_dose += 1
    return Relief(
        days=days,
        fast=out_fast.T,
        consolidated=out_slow.T,
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
        near = np.flatnonzero((days > dose.day) & (days <= dose.day + 5.0))
        if dose.mg_per_kg == 0 or not near.size:
            continue
        size = people[TraitName.PERI_DOSE] * dose_effect(dose.mg_per_kg, people[TraitName.ED50])
        since = days[near] - dose.day
        total[:, near] += size[:, None] * np.exp(-since[None, :] / tau_d[:, None])
    return np.minimum(total, 1.0)


def _held_spans(
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


def _edges(spans: Sequence[tuple[float, float]]) -> list[float]:
    return [edge for span in spans for edge in span]


def _is_held(spans: Sequence[tuple[float, float]], day: float) -> bool:
    return any(start <= day < end for start, end in spans)
