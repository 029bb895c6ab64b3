"""Policies compared on the same virtual people, in every world they might live in.

A comparison is made of chunks that know nothing of each other: each has its people and its luck from
the seed and its own number, so that the result is the same bit for bit whoever computes it. What
comes out is means with Monte Carlo error, differences in the same people, and what to make of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.planning import Protocol
from ketacare.core.response import Prior
from ketacare.core.trials.design import Clinic, Design, Truth
from ketacare.core.trials.engine import draw_luck, treat
from ketacare.core.trials.feedback import FeedbackAdvice
from ketacare.core.trials.outcomes import Metric, Sums
from ketacare.core.trials.policies import FixedCourse, GuidelineRules, Policy, PolicyName

JUDGED: Final = Metric.RELIEF
"""What a policy wins by: the outcome that does not depend on the day one looks."""

HEADLINES: Final = (Metric.RESPONSE, Metric.RESPONSE_EARLY, Metric.REMISSION)
"""Outcomes in which a large gain over the fixed course is an artefact until explained."""

_ERRORS: Final = 2.0  # Monte Carlo standard errors a difference has to exceed


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Everything a chunk needs, to be sent anywhere: what is believed, the rules, the design."""

    prior: Prior
    protocol: Protocol
    clinic: Clinic
    reliable: float
    policies: tuple[PolicyName, ...]
    design: Design

    def __post_init__(self) -> None:
        if len(set(self.policies)) != len(self.policies) or not self.policies:
            raise InputError(
                ErrorCode.CONTRADICTION,
                "name each policy once, and at least one of " + ", ".join(PolicyName),
                where="--policies",
            )

    @property
    def reference(self) -> PolicyName:
        """Return the policy the others are compared with: the fixed course where it takes part."""
        return PolicyName.FIXED if PolicyName.FIXED in self.policies else self.policies[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One chunk of one world."""

    truth: str
    index: int
    people: int


def tasks_of(design: Design, truths: Sequence[Truth]) -> tuple[Task, ...]:
    """Return every chunk of a comparison in the order in which results are added up."""
    return tuple(
        Task(truth=truth.id, index=index, people=people)
        for truth in truths
        for index, people in enumerate(design.chunks)
    )


def run_task(setup: Setup, task: Task) -> Sums:
    """Return the sums of one chunk: all policies on the same people with the same luck."""
    truth = setup.clinic.truth(task.truth)
    prior = truth.applied(setup.prior)
    # The luck of a chunk is the same in every world: worlds are compared on the same people too.
    people, learning = np.random.SeedSequence(setup.design.seed, spawn_key=(task.index,)).spawn(2)
    luck = draw_luck(prior, setup.clinic, setup.design, task.people, seed=people)
    found = []
    for name in setup.policies:
        outcomes = treat(
            luck,
            policy_of(name, setup, rng=np.random.default_rng(learning)),
            prior=prior,
            clinic=setup.clinic,
            protocol=setup.protocol,
            design=setup.design,
            truth=truth,
        )
        found.append([outcomes[metric] for metric in Metric])
    return Sums.of(np.array(found), setup.policies.index(setup.reference))


def policy_of(name: PolicyName, setup: Setup, *, rng: np.random.Generator) -> Policy:
    """Return a policy ready for one chunk."""
    if name is PolicyName.GUIDELINE:
        return GuidelineRules(setup.protocol, reliable=setup.reliable)
    if name is PolicyName.FEEDBACK:
        return FeedbackAdvice(
            setup.prior,
            setup.protocol,
            instrument=setup.clinic.instrument,
            reliable=setup.reliable,
            rng=rng,
            setting=setup.design.setting,
            therapy=setup.design.therapy,
        )
    return FixedCourse(potency=0.0 if name is PolicyName.PLACEBO else 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over virtual people with its Monte Carlo standard error, in the metric's own unit."""

    mean: float
    error: float

    @property
    def low(self) -> float:
        """Return the lower end of two standard errors."""
        return self.mean - _ERRORS * self.error

    @property
    def high(self) -> float:
        """Return the upper end of two standard errors."""
        return self.mean + _ERRORS * self.error


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldResult:
    """What the policies did in one world: means, and gains over the reference in the same people."""

    truth: Truth
    people: int
    means: Mapping[tuple[PolicyName, Metric], Estimate]
    gains: Mapping[tuple[PolicyName, Metric], Estimate]

    def wins(self, policy: PolicyName) -> bool:
        """Return whether a policy gains relief over the reference beyond Monte Carlo error."""
        return self.gains[policy, JUDGED].low > 0

    def loses(self, policy: PolicyName) -> bool:
        """Return whether a policy costs relief beyond Monte Carlo error."""
        return self.gains[policy, JUDGED].high < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to make of one policy over all worlds, in sentences.

    ``robust`` is ``None`` when only the believed world was computed. ``artefacts`` are gains so
    large that they are not believed until explained.
    """

    policy: PolicyName
    robust: bool | None
    sentence: str
    artefacts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The result: each world, and a verdict on each policy but the reference and placebo."""

    reference: PolicyName
    worlds: tuple[WorldResult, ...]
    verdicts: tuple[Verdict, ...]


def compared(setup: Setup, tasks: Sequence[Task], results: Sequence[Sums]) -> Comparison:
    """Return the comparison from the sums of all chunks, added up in the order of the tasks."""
    totals: dict[str, Sums] = {}
    for task, sums in zip(tasks, results, strict=True):
        totals[task.truth] = sums if task.truth not in totals else totals[task.truth].plus(sums)
    worlds = tuple(
        _world(setup.clinic.truth(name), sums, setup.policies) for name, sums in totals.items()
    )
    judged = [p for p in setup.policies if p is not setup.reference and p is not PolicyName.PLACEBO]
    return Comparison(
        reference=setup.reference,
        worlds=worlds,
        verdicts=tuple(_verdict(p, worlds, setup) for p in judged),
    )


def _world(truth: Truth, sums: Sums, policies: Sequence[PolicyName]) -> WorldResult:
    keys = [(p, m) for p in policies for m in Metric]

    def estimates(
        values: np.ndarray, squares: np.ndarray
    ) -> dict[tuple[PolicyName, Metric], Estimate]:
        mean = values / sums.people
        spare = max(sums.people - 1, 1)
        variance = np.maximum(squares / sums.people - mean**2, 0.0) / spare
        flat = zip(mean.ravel(), np.sqrt(variance).ravel(), strict=True)
        return {
            key: Estimate(mean=float(m), error=float(e))
            for key, (m, e) in zip(keys, flat, strict=True)
        }

    return WorldResult(
        truth=truth,
        people=sums.people,
        means=estimates(sums.values, sums.squares),
        gains=estimates(sums.apart, sums.apart_squares),
    )


def _verdict(policy: PolicyName, worlds: Sequence[WorldResult], setup: Setup) -> Verdict:
    believed = [w for w in worlds if w.truth.is_believed]
    others = [w for w in worlds if not w.truth.is_believed]
    robust = None if not others else any(w.wins(policy) for w in others)
    name, reference = policy.value, setup.reference.value
    parts: list[str] = []
    for world in believed:
        gain = world.gains[policy, JUDGED]
        size = f"{100 * gain.mean:+.1f} points of relief (± {100 * gain.error:.1f})"
        more = world.gains[policy, Metric.INFUSIONS].mean
        size += f", with {more:+.1f} infusions a person"
        word = (
            "gains" if world.wins(policy) else "loses" if world.loses(policy) else "does not gain"
        )
        parts.append(f"{name} {word} against {reference} when the model is right: {size}.")
    if others:
        won = [w.truth.id for w in others if w.wins(policy)]
        rest = [w.truth.id for w in others if not w.wins(policy)]
        lost = [w.truth.id for w in others if w.loses(policy)]
        if believed and believed[0].wins(policy) and not won:
            parts.append("It wins only when the model is right: do not rely on it.")
        elif won:
            parts.append(f"It also gains where {_listed(won)}.")
        if won and rest:
            parts.append(f"It does not gain where {_listed(rest)}.")
        if lost:
            parts.append(f"It does harm where {_listed(lost)}.")
    return Verdict(
        policy=policy,
        robust=robust,
        sentence=" ".join(parts) or f"{name} was not compared in the world the model describes.",
        artefacts=tuple(_artefacts(policy, worlds, setup)),
    )


def _artefacts(policy: PolicyName, worlds: Sequence[WorldResult], setup: Setup) -> list[str]:
    """Return the gains that are too large to be believed."""
    if setup.reference is not PolicyName.FIXED:
        return []
    limit = setup.clinic.artefact.to("1")
    return [
        (
            f"{policy.value}: {metric.wording} {100 * world.gains[policy, metric].mean:+.0f} points "
            f"over the fixed course ({world.truth.id}); more than {100 * limit:.0f} is an artefact "
            "until explained."
        )
        for world in worlds
        for metric in HEADLINES
        if world.gains[policy, metric].mean > limit
    ]


def _listed(names: Sequence[str]) -> str:
    words = [name.replace("_", " ") for name in names]
    return ", ".join(words[:-1]) + (" and " if words[1:] else "") + words[-1]
