"""Treats a chunk of virtual people under one policy, half a day at a time, and counts what comes of it.

Random numbers belong to the people and the days, not to the policy: the same person meets the same
luck under every policy (common random numbers), so that policies are compared on differences.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from ketacare.core.planning import Protocol
from ketacare.core.response import (
    ConstantName,
    Prior,
    TraitName,
    drift_slope,
)
from ketacare.core.response.observation import error_sd
from ketacare.core.response.prior import FloatArray
from ketacare.core.trials.design import Clinic, Design, Truth
from ketacare.core.trials.outcomes import Outcomes, Watch
from ketacare.core.trials.policies import Policy
from ketacare.core.trials.ward import MOST, BoolArray, IntArray, Ward
from ketacare.core.trials.world import World

_STEP: Final = 0.5  # days
_SAME: Final = 1e-9
_EVENTS: Final = ("distress", "pressure", "nausea")
_OVERSAMPLED: Final = 4  # people drawn for each enrolled; a third of the prior's are ill enough

Tracer = Callable[[Ward, IntArray], None]
"""Called with the rows that have a new score, before the policy decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Luck:
    """The people of a chunk and all their luck: errors, drift, events, leaving.

    ``error`` and ``walk`` are standard normal, (half-days, people); ``answers``, ``events`` and
    ``leaves`` uniform: by half-day, by event and infusion, and by infusion.
    """

    z: FloatArray
    error: FloatArray
    walk: FloatArray
    answers: FloatArray
    events: FloatArray
    leaves: FloatArray


def draw_luck(
    prior: Prior, clinic: Clinic, design: Design, n: int, *, seed: np.random.SeedSequence
) -> Luck:
    """Return ``n`` people ill enough to be enrolled, with their luck; each part has its own stream."""
    streams = [np.random.default_rng(child) for child in seed.spawn(6)]
    half_days = round(design.weeks * 7 / _STEP) + 1
    view = prior.view(clinic.instrument)
    found: list[tuple[FloatArray, FloatArray]] = []
    count = 0
    while count < n:
        z = prior.draw(_OVERSAMPLED * n, rng=streams[0])
        error = streams[1].standard_normal(len(z))
        people = prior.people(z)
        reading = World(prior, people).reading(clinic.instrument)
        score = np.clip(
            np.rint(reading + error_sd(view, people) * error), view.minimum, view.maximum
        )
        ill = score >= clinic.entry.to("point")
        found.append((z[ill], error[ill]))
        count += int(ill.sum())
    z = np.concatenate([part for part, _ in found])[:n]
    first = np.concatenate([part for _, part in found])[:n]
    error = streams[1].standard_normal((half_days, n))
    error[0] = first
    return Luck(
        z=z,
        error=error,
        walk=streams[2].standard_normal((half_days, n)),
        answers=streams[3].random((half_days, n)),
        events=streams[4].random((len(_EVENTS), MOST, n)),
        leaves=streams[5].random((MOST, n)),
    )


def treat(
    luck: Luck,
    policy: Policy,
    *,
    prior: Prior,
    clinic: Clinic,
    protocol: Protocol,
    design: Design,
    truth: Truth,
    trace: Tracer | None = None,
) -> Outcomes:
    """Return what becomes of the people of ``luck`` under ``policy``; ``prior`` is that of the truth."""
    run = _Run(luck, policy, prior, clinic, protocol, design, truth)
    ward, world = run.ward, run.world
    watch = Watch(world.reading(clinic.instrument), run.score(0), run.view)
    for half_day in range(len(luck.error)):
        day = half_day * _STEP
        run.pass_to(day, half_day)
        if half_day == 0:
            run.enrol()
        else:
            run.ask(half_day, trace)
            if day.is_integer():
                watch.see(run.severity(), world, days=1.0)
            if half_day == run.judged:
                watch.rate(run.score(half_day))
        run.infuse()
    return watch.close(ward, run.score(len(luck.error) - 1), run.events)


class _Run:
    """One policy on one chunk."""

    def __init__(  # noqa: PLR0917 - private, called once
        self,
        luck: Luck,
        policy: Policy,
        prior: Prior,
        clinic: Clinic,
        protocol: Protocol,
        design: Design,
        truth: Truth,
    ) -> None:
        self.luck, self.policy, self.clinic, self.design = luck, policy, clinic, design
        self.prior, self.protocol, self.truth = prior, protocol, truth
        people = prior.people(luck.z)
        self.world = World(prior, people, setting=design.setting, drug=truth.drug)
        self.view = prior.view(clinic.instrument)
        self.error = error_sd(self.view, people)
        self.ward = Ward(size=people.size, protocol=protocol, remission=self.view.remission.value)
        self.drift = np.zeros(people.size)
        self.drift_sd = people[TraitName.DRIFT]
        self.session_day = np.full(people.size, np.inf)
        self.events = np.zeros(people.size)
        judged = protocol.weights.judged.to("d")
        self.judged = round(min(judged, design.weeks * 7.0) / _STEP)
        self.answered = clinic.answered.to("1")
        events = clinic.events
        self.shares = np.array([getattr(events, name).to("1") for name in _EVENTS])

    def pass_to(self, day: float, half_day: int) -> None:
        """Let half a day pass: relief fades, function follows, the set point drifts."""
        self.world.pass_to(day, lag=True)
        if half_day:
            self.drift += self.drift_sd * np.sqrt(_STEP / 7.0) * self.luck.walk[half_day]
        self.ward.day = day
        self.policy.passed(self.ward)
        if self.design.therapy:
            due = self.session_day <= day + _SAME
            self.world.treat(due)
            self.policy.treated(np.flatnonzero(due))
            self.session_day[due] = np.inf

    def severity(self) -> FloatArray:
        """Return the latent severity in points of the primary instrument."""
        reading = self.world.reading(self.clinic.instrument)
        return np.asarray(reading + drift_slope(self.view) * self.drift)

    def score(self, half_day: int) -> FloatArray:
        """Return the integer score each would give now."""
        reading = self.world.reading(self.clinic.instrument, peri_dose=True)
        seen = reading + drift_slope(self.view) * self.drift
        seen = seen + self.error * self.luck.error[half_day]
        return np.asarray(np.clip(np.rint(seen), self.view.minimum, self.view.maximum) + 0.0)

    def enrol(self) -> None:
        """Take the baseline score and let the policy plan the first infusions."""
        everyone = np.arange(self.ward.size)
        self.ward.score(everyone, self.score(0))
        self.policy.begin(self.ward)

    def ask(self, half_day: int, trace: Tracer | None) -> None:
        """Ask for the scores that are due, and let the policy decide on those that are answered."""
        ward, day = self.ward, self.ward.day
        after = ward.last_day + self.clinic.rated_after.to("d")
        wanted = (day >= after - _SAME) & (ward.latest_day < after - _SAME)
        weekly = day >= ward.latest_day + self.clinic.rated_every.to("d") - _SAME
        # A question that was not answered is asked again at the next weekly occasion.
        fresh = np.abs(day - after) < _SAME
        again = weekly & (np.mod(day, self.clinic.rated_every.to("d")) < _SAME)
        due = ward.in_care & ((wanted & fresh) | again)
        answered = due & (self.luck.answers[half_day] < self.answered)
        who = np.flatnonzero(answered)
        if not who.size:
            return
        totals = self.score(half_day)[who]
        ward.score(who, totals)
        if trace is not None:
            trace(ward, who)
        self.policy.scored(ward, who, totals)

    def infuse(self) -> None:
        """Give the infusions that are due to those who come; some have left since the last."""
        ward = self.ward
        due = np.flatnonzero(ward.in_care & (ward.next_day <= ward.day + _SAME))
        if not due.size:
            return
        gone = self._leaves(due)
        ward.leave(due[gone])
        who = due[~gone]
        if not who.size:
            return
        chance = 1.0 - np.power(
            1.0 - self.shares[:, None], risk(ward.dose[who], ward.minutes[who], self.protocol)
        )
        happened = self.luck.events[:, ward.total[who], who] < chance * self.policy.potency
        self.events[who] += happened.sum(axis=0)
        given = np.zeros(ward.size, dtype=bool)
        given[who] = True
        self.world.give(given, ward.dose * self.policy.potency)
        ward.infuse(who, distress=happened[0], pressure=happened[1], nausea=happened[2])
        self.policy.infused(ward, who)
        if self.design.therapy:
            after = self.protocol.weights.therapy_after.to("d")
            self.session_day[who] = ward.day + after

    def _leaves(self, who: IntArray) -> BoolArray:
        """Return who of ``who`` does not come: never to the first infusion, then by the prior."""
        ward, prior = self.ward, self.prior
        response = self.protocol.guideline.thresholds.response.to("%")
        with np.errstate(invalid="ignore"):
            improved = ward.last_improvement[who] >= response
        adverse = (ward.distress | ward.pressure | ward.nausea)[who]
        odds = np.full(len(who), prior.constant(ConstantName.DROPOUT_BASE))
        odds += ~improved * (prior.constant(ConstantName.DROPOUT_UNIMPROVED) + self.truth.leaving)
        odds += adverse * prior.constant(ConstantName.DROPOUT_ADVERSE)
        chance = np.where(ward.total[who] > 0, 1.0 / (1.0 + np.exp(-odds)), 0.0)
        return np.asarray(self.luck.leaves[ward.total[who], who] < chance)


def risk(dose: FloatArray, minutes: FloatArray, protocol: Protocol) -> FloatArray:
    """Return the risk of infusions in standard infusions, as the advice counts it."""
    exponent = protocol.weights.duration_exponent.to("1")
    return np.asarray(
        dose / protocol.dose_mg_per_kg * np.power(protocol.minutes / minutes, exponent)
    )
