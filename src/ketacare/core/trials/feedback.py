"""The feedback-driven policy: learn from each score, weigh the options, do the first of them.

Options, limits and weights are those of ``planning``; what a person with a record is advised and
what a virtual person gets come from the same functions. Learning is that of ``learning``. Options
are simulated on few people like this one, with common random numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from ketacare.core.planning import (
    Action,
    Candidate,
    Kind,
    Protocol,
    Standing,
    departures,
    restrict,
)
from ketacare.core.planning.candidates import Current, candidates_for
from ketacare.core.planning.simulation import risk_of
from ketacare.core.response import Prior, Setting, drift_slope
from ketacare.core.response.prior import FloatArray
from ketacare.core.trials.learning import Learner
from ketacare.core.trials.policies import start_course
from ketacare.core.trials.steering import UNTOLD, leading_rules
from ketacare.core.trials.ward import IntArray, Ward
from ketacare.core.trials.world import World

PARTICLES: Final = 256
SIMULATED: Final = 64
"""People simulated for each option of one decision."""

_RECENT: Final = 29.0  # days of infusions that limits can look back on


class FeedbackAdvice:
    """Plans the first option of the advice for each person, at every score.

    ``prior`` is what the policy believes, whatever the truth is. Nobody is advised who is clearly
    worse: the next infusion is held, as the advice does.
    """

    potency = 1.0

    def __init__(
        self,
        prior: Prior,
        protocol: Protocol,
        *,
        instrument: str,
        reliable: float,
        rng: np.random.Generator,
        setting: Setting = Setting.OPEN,
        therapy: bool = False,
        particles: int = PARTICLES,
        simulated: int = SIMULATED,
    ) -> None:
        self.prior, self.protocol, self.reliable = prior, protocol, reliable
        self.instrument, self.view = instrument, prior.view(instrument)
        self.rng, self.setting, self.therapy = rng, setting, therapy
        self.particles, self.simulated = particles, simulated
        self.learner: Learner | None = None
        self.offers: dict[tuple[Current, Standing], tuple[Candidate, ...]] = {}
        self.decisions = 0

    def begin(self, ward: Ward) -> None:
        """Start the course, as the advice does before anything is known, and learn the baseline."""
        self.learner = Learner(
            self.prior,
            self.instrument,
            people=ward.size,
            particles=self.particles,
            rng=self.rng,
            setting=self.setting,
            therapy=self.therapy,
        )
        self.learner.note("score", np.arange(ward.size), ward.baseline)
        start_course(ward)

    def passed(self, ward: Ward) -> None:
        """Let time pass for what is believed as well."""
        if self.learner is not None:
            self.learner.pass_to(ward.day)

    def infused(self, ward: Ward, who: IntArray) -> None:
        """Take the infusions into what is believed."""
        if self.learner is not None:
            self.learner.note("dose", who, ward.last_dose[who])

    def treated(self, who: IntArray) -> None:
        """Take therapy sessions into what is believed."""
        if self.learner is not None and who.size:
            self.learner.note("therapy", who, np.ones(len(who)))

    def scored(self, ward: Ward, who: IntArray, totals: FloatArray) -> None:
        """Learn from the scores and plan anew for each of ``who``."""
        if self.learner is None:
            return
        self.learner.note("score", who, totals)
        rules = self.protocol.guideline.rules
        lead = leading_rules(ward, self.protocol.guideline, reliable=self.reliable)
        groups: dict[tuple[Current, Standing, tuple[Action, ...]], list[int]] = {}
        for row in who:
            rule = None if lead[row] == UNTOLD else rules[lead[row]]
            if rule is not None and rule.when.worse:
                ward.hold(np.array([row]))
                continue
            proposed = (Action.CONTINUE,) if rule is None else rule.actions
            key = (*self._where(ward, int(row)), proposed)
            groups.setdefault(key, []).append(int(row))
        for (current, standing, proposed), rows in groups.items():
            self._decide(ward, np.array(rows), current, standing, proposed)

    def _where(self, ward: Ward, row: int) -> tuple[Current, Standing]:
        """Return where one person stands, as the limits see it."""
        number = int(ward.number[row])
        response = self.protocol.guideline.thresholds.response.to("%")
        known = ward.improvement[row, :number]
        given = ward.days[row, : ward.total[row]] - ward.day
        recent = tuple(float(d) for d in given if d > -_RECENT)
        badly = bool(ward.distress[row] or ward.pressure[row])
        current = Current(
            dose_mg_per_kg=float(ward.last_dose[row]),
            given_mg_per_kg=float(ward.last_dose[row]),
            minutes=float(ward.last_minutes[row]),
            interval_days=float(ward.last_gap[row]),
            number=number,
            days_since=float(ward.day - ward.last_day[row]) if number else None,
            given_days=recent,
        )
        standing = Standing(
            number=number,
            responded=bool((known >= response).any()),
            responds=bool(number and known[-1] >= response),
            distress=bool(ward.distress[row]),
            pressure=bool(ward.pressure[row]),
            nausea=bool(ward.nausea[row]),
            tolerated=not badly,
            given_days=recent,
        )
        return current, standing

    def _offered(self, current: Current, standing: Standing) -> tuple[Candidate, ...]:
        """Return what may be ranked for somebody who stands there."""
        key = (current, standing)
        if key not in self.offers:
            grid = candidates_for(current, self.protocol, self.protocol.weights)
            self.offers[key] = tuple(
                c
                for c in grid
                if (c.therapy == self.therapy or c.kind is Kind.STOP)
                and restrict(c, current, standing, self.protocol) is None
            )
        return self.offers[key]

    def _decide(
        self,
        ward: Ward,
        rows: IntArray,
        current: Current,
        standing: Standing,
        proposed: tuple[Action, ...],
    ) -> None:
        """Plan the option of greatest expected utility for each of ``rows``."""
        offered = self._offered(current, standing)
        if not offered:
            ward.hold(rows)
            return
        relief = self._expected_relief(ward, rows, offered)
        costs = np.array([self._cost(c, proposed, badly=standing.badly) for c in offered])
        best = np.argmax(relief - costs[:, None], axis=0)
        self.decisions += len(rows)
        for index in np.unique(best):
            chosen, who = offered[index], rows[best == index]
            if not chosen.dose_days:
                ward.hold(who)
                continue
            ward.plan(
                who,
                day=np.full(len(who), np.ceil(2.0 * (ward.day + chosen.dose_days[0])) / 2.0),
                left=chosen.number,
                gap=chosen.interval_days or self.protocol.days_between,
                dose=chosen.dose_mg_per_kg or 0.0,
                minutes=chosen.minutes or self.protocol.minutes,
            )

    def _cost(self, candidate: Candidate, proposed: tuple[Action, ...], *, badly: bool) -> float:
        """Return burden and risk of an option in mean relief, as the advice counts them."""
        weights = self.protocol.weights
        burden = weights.burden(
            candidate.number,
            len(candidate.therapy_days),
            departures=departures(candidate.actions, proposed),
        )
        risk = risk_of(candidate, self.protocol, weights, event=badly)
        return burden + weights.risk_cost.to("1") * risk

    def _expected_relief(
        self, ward: Ward, rows: IntArray, offered: Sequence[Candidate]
    ) -> FloatArray:
        """Return the mean relief over the horizon of each option for each person, (options, rows)."""
        learner, weights = self.learner, self.protocol.weights
        assert learner is not None  # noqa: S101 - begin() came first
        chosen = learner.sample(rows, self.simulated)
        size = len(chosen)
        world = learner.track.world.part(np.tile(chosen, len(offered)))
        noise = self.rng.standard_normal(size)
        drift = learner.track.mean[chosen] + np.sqrt(learner.track.variance[chosen]) * noise
        shift = np.tile(drift_slope(self.view) * drift, len(offered))
        baseline = np.tile(np.repeat(ward.baseline[rows], self.simulated), len(offered))
        baseline = np.where(baseline > 0, baseline, self.view.maximum)
        step, horizon = weights.step.to("d"), weights.horizon.to("d")
        looks = set(np.arange(0.0, horizon + step / 2, step).tolist())
        events = {d for c in offered for d in (*c.dose_days, *c.therapy_days)}
        total = np.zeros(len(shift))
        start = ward.day
        for day in sorted(looks | events):
            world.pass_to(start + day)
            if day in looks:
                reading = world.reading(self.instrument) + shift
                seen = np.clip(reading, self.view.minimum, self.view.maximum)
                total += np.clip(1.0 - seen / baseline, -1.0, 1.0)
            if day in events:
                self._treat(world, offered, day, size)
        mean = total.reshape(len(offered), len(rows), self.simulated).mean(axis=2)
        return np.asarray(mean / len(looks))

    @staticmethod
    def _treat(world: World, offered: Sequence[Candidate], day: float, size: int) -> None:
        """Do what each option holds for ``day``."""
        sessions = np.array([day in c.therapy_days for c in offered])
        if sessions.any():
            world.treat(np.repeat(sessions, size))
        given = np.array([day in c.dose_days for c in offered])
        if given.any():
            doses = np.array([c.dose_mg_per_kg or 0.0 for c in offered])
            world.give(np.repeat(given, size), np.repeat(doses, size))
