"""A study simulated at any size, in parts: many possible groups of people, each as large as wanted.

The parts know nothing of each other; put together they give, for every outcome, what is predicted
for a study of the published size. The interval is that of :mod:`ketacare.core.trials.prediction`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.response import Prior
from ketacare.core.trials.arms import Draws, expected_outcomes
from ketacare.core.trials.prediction import Predicted, judged, reported
from ketacare.core.trials.studies import Study

_GROUPS_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedRun:
    """What is simulated: ``groups`` possible groups of ``people`` in each arm of a study."""

    prior: Prior
    study: Study
    people: int
    groups: int
    seed: int

    def __post_init__(self) -> None:
        for name, low, high in (("people", 10, 1_000_000), ("groups", 20, 10_000)):
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError(
                    ErrorCode.OUT_OF_RANGE,
                    f"{name} is {value}; use a number from {low} to {high}",
                    where=f"--{name}",
                )
        for arm in self.study.arms:
            arm.doses_by_vein(
                self.prior
            )  # refuses a route the prior does not know, before any work


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """One part: some groups of one arm, by their numbers."""

    arm: int
    first: int
    last: int


def run_tasks_of(run: SimulatedRun) -> tuple[Simulated, ...]:
    """Return the parts of a run, arm by arm."""
    return tuple(
        Simulated(arm=arm, first=first, last=min(first + _GROUPS_AT_ONCE, run.groups))
        for arm in range(len(run.study.arms))
        for first in range(0, run.groups, _GROUPS_AT_ONCE)
    )


def simulate_groups(run: SimulatedRun, part: Simulated) -> list[list[float]]:
    """Return what is expected of each outcome in each group of the part."""
    arm = run.study.arms[part.arm]
    # The same people in every arm and group: what differs is the treatment and the group.
    draws = Draws.of(run.prior, arm, n=run.people, rng=np.random.default_rng([run.seed, 0]))
    kind = run.prior.for_diagnosis(arm.diagnosis)
    found = []
    for number in range(part.first, part.last):
        group = kind.one_group(rng=np.random.default_rng([run.seed, 1, number]))
        found.append([float(v) for v in expected_outcomes(group, arm, draws)])
    return found


def predicted(
    run: SimulatedRun,
    parts: Sequence[Simulated],
    results: Sequence[list[list[float]]],
    *,
    level: float = 0.9,
) -> tuple[Predicted, ...]:
    """Return every outcome beside its prediction, from all parts of a run."""
    found: list[Predicted] = []
    for number, arm in enumerate(run.study.arms):
        rows = [
            row
            for part, groups in zip(parts, results, strict=True)
            if part.arm == number
            for row in groups
        ]
        expected = np.array(rows)
        rng = np.random.default_rng([run.seed, 2, number])
        for column, outcome in enumerate(arm.outcomes):
            seen = reported(arm, outcome, expected[:, column], rng=rng)
            found.append(judged(run.study.id, arm, outcome, seen, level=level))
    return tuple(found)
