"""Many people under individual treatment: the response model, stepped in time with a dose for each.

``response.relief`` gives one schedule to everybody at once; here everyone has their own, decided
while time goes on. The equations are the same and a test holds the two against each other. A world
holds no scores and draws no random number: drift and errors are the caller's.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ketacare.core.response import (
    ANCHOR_MG_PER_KG,
    ConstantName,
    Prior,
    Setting,
    TraitName,
    Traits,
)
from ketacare.core.response.dynamics import PERI_DOSE_DAYS, advance
from ketacare.core.response.prior import FloatArray

BoolArray = NDArray[np.bool_]

# The bounds of response.dynamics: F + S stays below one, S the slower of the two.
_BUILD_LIMIT: Final = 0.9
_FAST_LIMIT: Final = 0.9
_QUICK_DAYS: Final = 2.0  # longest step taken at once when quick

_STATE = (
    "fast",
    "slow",
    "tau",
    "given",
    "first",
    "last",
    "last_size",
    "held_until",
    "lag",
)


class World:
    """People at a moment of their treatment; arrays of shape (people,), changed in place.

    ``fast`` and ``slow`` are F and S, ``tau`` the present time constant of F in days, ``given`` the
    infusions so far (inert ones included), ``first`` and ``last`` the days of the first and latest
    (infinite before any), ``held_until`` until when therapy slows the loss, ``lag`` what function
    has followed of the parts' sum. ``quick`` steps by a trapezoid (error below 1e-3 of improvement for
    steps of two days) instead of the exact series.
    """

    def __init__(
        self,
        prior: Prior,
        people: Traits,
        *,
        setting: Setting = Setting.OPEN,
        drug: float = 1.0,
        quick: bool = False,
    ) -> None:
        n = people.size
        self.prior, self.people, self.setting = prior, people, setting
        self.quick = quick
        self.day = 0.0
        responsive = people[TraitName.RESPONSIVENESS]
        self.gain = drug * responsive
        self.kappa = people[TraitName.KAPPA]
        self.tau0 = people[TraitName.TAU_FAST]
        self.loss = 1.0 / people[TraitName.TAU_SLOW]
        self.slowed = self.loss / (1.0 + (people[TraitName.THERAPY] - 1.0) * responsive)
        self.built = self.kappa * people[TraitName.THERAPY_BUILD]
        factor = prior.constant(ConstantName.OPEN_FACTOR) if setting is Setting.OPEN else 1.0
        self.at_once = np.minimum(factor * people[TraitName.NONSPECIFIC_FAST], 1.0)
        self.fast, self.slow = np.zeros(n), np.zeros(n)
        self.tau = self.tau0.copy()
        self.given = np.zeros(n)
        self.first = np.full(n, np.inf)
        self.last = np.full(n, np.inf)
        self.last_size = np.zeros(n)
        self.held_until = np.full(n, -np.inf)
        self.lag = np.zeros(n)

    def part(self, rows: NDArray[np.intp]) -> World:
        """Return the world of some of the people (repeats allowed), at the same moment."""
        traits = Traits(values={name: self.people[name][rows] for name in TraitName})
        found = World(self.prior, traits, setting=self.setting, quick=self.quick)
        found.day, found.gain = self.day, self.gain[rows]
        for name in _STATE:
            setattr(found, name, getattr(self, name)[rows])
        return found

    def take(self, rows: NDArray[np.intp], other: World) -> None:
        """Put the people of ``other`` in place of ``rows``."""
        for trait in TraitName:
            self.people.values[trait][rows] = other.people[trait]
        for name in (*_STATE, "gain", "kappa", "tau0", "loss", "slowed", "built", "at_once"):
            getattr(self, name)[rows] = getattr(other, name)

    def pass_to(self, day: float, *, lag: bool = False) -> None:
        """Let time pass to ``day``; with ``lag`` function follows as well."""
        span = day - self.day
        if span <= 0:
            return
        start = self._sum() if lag else None
        pieces = math.ceil(span / _QUICK_DAYS) if self.quick else 1
        for piece in range(1, pieces + 1):
            self._pass(span / pieces, self.day + span * (piece - 1) / pieces)
        self.day = day
        if start is not None:
            self._follow(start, span)

    def _pass(self, span: float, now: float) -> None:
        held = np.clip(self.held_until - now, 0.0, span)
        if held.any():
            build = np.minimum(self.built, _BUILD_LIMIT / self.tau)
            self._step(held, build, self.slowed)
            self._step(span - held, self.kappa, self.loss)
        else:
            self._step(span, self.kappa, self.loss)

    def _step(self, days: float | FloatArray, kappa: FloatArray, loss: FloatArray) -> None:
        if not self.quick:
            self.fast, self.slow = advance(self.fast, self.slow, days, 1.0 / self.tau, kappa, loss)
            return
        # The integral of the exact solution by one trapezoid: the integrand is nearly straight.
        kept = np.exp(-days / self.tau)
        end = np.exp(-kappa * self.tau * self.fast * (1.0 - kept) - loss * days)
        self.slow = 1.0 - (end * (1.0 - self.slow) + 0.5 * loss * days * (1.0 + end))
        self.fast = self.fast * kept

    def _follow(self, start: FloatArray, span: float) -> None:
        """Let function follow improvement, taken as straight between the ends of the step."""
        tau = self.people[TraitName.FUNCTION_LAG]
        ratio = span / tau
        kept = np.exp(-ratio)
        late = 1.0 + np.expm1(-ratio) / ratio
        self.lag = kept * self.lag + (1.0 - kept - late) * start + late * self._sum()

    def give(self, who: BoolArray, mg_per_kg: FloatArray) -> None:
        """Give ``who`` an infusion of so many mg/kg now; 0 mg/kg is an inert one."""
        sizes = np.where(who, mg_per_kg, 0.0)
        people = self.people
        effect = _effect(sizes, people[TraitName.ED50])
        damping = np.exp(-people[TraitName.TOLERANCE] * self.given)
        gained = np.minimum(self.gain * effect * damping, 1.0) * (1.0 - self.fast - self.slow)
        ratio = np.power(
            np.where(sizes > 0, sizes, ANCHOR_MG_PER_KG) / ANCHOR_MG_PER_KG,
            people[TraitName.DURATION_EXPONENT],
        )
        own = np.minimum(self.tau0 * ratio, _FAST_LIMIT / self.loss)
        own = np.minimum(own, _BUILD_LIMIT / self.kappa)
        share = gained / np.maximum(self.fast + gained, 1e-12)
        longer = self.tau + share * np.maximum(own - self.tau, 0.0)
        real = sizes > 0
        self.tau = np.where(real, np.where(self.fast > 0, longer, own), self.tau)
        self.fast = self.fast + gained
        self.given = self.given + who
        self.first = np.where(who & np.isinf(self.first), self.day, self.first)
        self.last = np.where(who, self.day, self.last)
        self.last_size = np.where(who, sizes, self.last_size)

    def treat(self, who: BoolArray) -> None:
        """Give ``who`` a therapy session now: it holds when it falls into the window of a dose."""
        since = self.day - self.last
        first = self.prior.constant(ConstantName.THERAPY_FROM)
        last = self.prior.constant(ConstantName.THERAPY_UNTIL)
        works = who & (since >= first) & (since <= last) & (self.last_size > 0)
        until = self.day + self.prior.constant(ConstantName.THERAPY_HOLD)
        self.held_until = np.where(works, np.maximum(self.held_until, until), self.held_until)

    def nonspecific(self) -> FloatArray:
        """Return P now: a slow part since day 0 and a fast part since the first infusion."""
        tau = self.prior.constant(ConstantName.TAU_NONSPECIFIC_SLOW)
        slow = self.people[TraitName.NONSPECIFIC_SLOW] * -np.expm1(-max(self.day, 0.0) / tau)
        tau = self.prior.constant(ConstantName.TAU_NONSPECIFIC_FAST)
        since = np.maximum(self.day - self.first, 0.0)
        return np.asarray(np.minimum(slow + self.at_once * -np.expm1(-since / tau), 1.0))

    def improvement(self) -> FloatArray:
        """Return x now without the peri-dose part, between 0 and 1."""
        return np.clip(self._sum(), 0.0, 1.0)

    def _sum(self) -> FloatArray:
        return np.asarray(self.fast + self.slow + self.nonspecific())

    def reading(self, instrument: str, *, peri_dose: bool = False) -> FloatArray:
        """Return the reading of an instrument of symptoms now, without error and drift, in points.

        With ``peri_dose`` as somebody would answer now, whose latest infusion still works a little.
        """
        view, people = self.prior.view(instrument), self.people
        drug = self.fast + self.slow
        if peri_dose:
            since = self.day - self.last
            near = (since > 0) & (since <= PERI_DOSE_DAYS) & (self.last_size > 0)
            if near.any():
                hours = 24.0 * np.where(near, since, 0.0) / people[TraitName.TAU_PERI_DOSE]
                size = people[TraitName.PERI_DOSE] * _effect(self.last_size, people[TraitName.ED50])
                drug = drug + np.where(near, np.minimum(size * np.exp(-hours), 1.0), 0.0)
        if view.gain is not None:
            drug = drug * people[view.gain]
        x = np.clip(drug + view.nonspecific.value * self.nonspecific(), 0.0, 1.0)
        level = people[TraitName.SET_POINT] * view.slope.value
        if view.level is not None:
            level = level * people[view.level]
        return np.asarray(level * (1.0 - x))

    def function(self) -> FloatArray:
        """Return the improvement of function now as a share: mostly late, the rest at once."""
        mediated = self.prior.constant(ConstantName.FUNCTION_MEDIATED)
        return np.clip(mediated * self.lag + (1.0 - mediated) * self._sum(), 0.0, 1.0)


def _effect(sizes: FloatArray, ed50: FloatArray) -> FloatArray:
    """Return E(d) as ``response.dose_effect`` does, with a dose for each person."""
    scale = (ANCHOR_MG_PER_KG + ed50) / ANCHOR_MG_PER_KG
    return np.asarray(sizes / (sizes + ed50) * scale)
