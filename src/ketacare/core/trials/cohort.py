"""Virtual people: drawn from a prior, treated as a plan says, answering questionnaires.

They serve calibration checks, policy comparison and the sample caseload. Answers carry measurement
error, drift and the peri-dose effect, as a person's would; item answers are plausible only in that
they sum to the total and keep one person's profile of symptoms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ketacare.core.measures import Instrument
from ketacare.core.response import (
    Course,
    Dose,
    Prior,
    Rating,
    Setting,
    TraitName,
    Traits,
    drift_slope,
    expected_readings,
    sample_scores,
)
from ketacare.core.response.prior import FloatArray

# Weight of an item in the profile of a virtual person; 1 when not named. The ninth item of the
# PHQ-9 (thoughts of death) is answered with points far less often than the others.
_RARE_ITEMS: Final[dict[tuple[str, int], float]] = {("phq9", 9): 0.08}


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualPerson:
    """One virtual person: a row of standard normal numbers and the prior that reads them."""

    number: int
    prior: Prior
    z: tuple[float, ...]

    @property
    def people(self) -> Traits:
        """Return the traits as arrays of shape (1,), as the model reads them."""
        return self.prior.people(np.array([self.z]))

    def trait(self, name: TraitName) -> float:
        """Return the true value of one trait."""
        return float(self.people[name][0])


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedScore:
    """One answered questionnaire; ``items`` is ``None`` where only the total was asked for."""

    day: float
    instrument: str
    total: int
    items: tuple[int, ...] | None = None


def virtual_cohort(n: int, prior: Prior, *, rng: np.random.Generator) -> tuple[VirtualPerson, ...]:
    """Return ``n`` virtual people drawn from ``prior``."""
    return tuple(
        VirtualPerson(number=i + 1, prior=prior, z=tuple(float(v) for v in row))
        for i, row in enumerate(prior.draw(n, rng=rng))
    )


def simulate_course(
    person: VirtualPerson,
    *,
    doses: Sequence[Dose],
    therapy_days: Sequence[float],
    visit_days: Sequence[float],
    instruments: Sequence[str] | Mapping[str, Instrument],
    rng: np.random.Generator,
    setting: Setting = Setting.OPEN,
) -> tuple[SimulatedScore, ...]:
    """Return the answers of a person at each visit, in order of time.

    Days count from the start of care (day 0). With a mapping of instruments the answers have items;
    with names alone only totals.
    """
    days = np.array(sorted({float(d) for d in visit_days}))
    people = person.people
    names = tuple(instruments)
    if not days.size:
        return ()
    readings = expected_readings(
        person.prior,
        people,
        names,
        doses=doses,
        therapy_days=therapy_days,
        days=days,
        setting=setting,
    )
    steps = np.diff(np.concatenate([[0.0], np.maximum(days, 0.0)])) / 7.0
    walk = np.cumsum(np.sqrt(steps) * rng.standard_normal(len(days)))
    drift = people[TraitName.DRIFT][:, None] * walk[None, :]
    scores: list[SimulatedScore] = []
    for name in names:
        view = person.prior.view(name)
        reading = readings[name] + drift_slope(view) * drift
        totals = sample_scores(view, people, reading, rng=rng)[0]
        profile: FloatArray | None = None
        limits: tuple[int, ...] = ()
        if isinstance(instruments, Mapping):
            limits = tuple(
                max(option.value for option in item.options) for item in instruments[name].items
            )
            rare = np.array(
                [_RARE_ITEMS.get((name, item.number), 1.0) for item in instruments[name].items]
            )
            profile = rare * rng.gamma(4.0, size=len(limits))
        for day, total in zip(days, totals, strict=True):
            items = None
            if profile is not None:
                items = split_total(int(total), limits, profile, rng=rng)
            scores.append(
                SimulatedScore(day=float(day), instrument=name, total=int(total), items=items)
            )
    return tuple(sorted(scores, key=lambda s: (s.day, s.instrument)))


def simulate_scores(
    person: VirtualPerson,
    doses: Sequence[Dose],
    days: Sequence[float],
    instrument: str,
    *,
    rng: np.random.Generator,
) -> tuple[int, ...]:
    """Return the totals of one instrument on ``days`` (ascending), without therapy."""
    scores = simulate_course(
        person, doses=doses, therapy_days=(), visit_days=days, instruments=(instrument,), rng=rng
    )
    return tuple(s.total for s in scores)


def observed_course(
    scores: Sequence[SimulatedScore],
    *,
    doses: Sequence[Dose],
    therapy_days: Sequence[float],
    now_day: float,
) -> Course:
    """Return what a clinic would know of simulated answers by ``now_day``."""
    return Course(
        doses=tuple(d for d in doses if d.day <= now_day),
        ratings=tuple(
            Rating(day=s.day, instrument=s.instrument, total=s.total)
            for s in scores
            if s.day <= now_day
        ),
        therapy_days=tuple(t for t in therapy_days if t <= now_day),
        now_day=now_day,
    )


def split_total(
    total: int, limits: Sequence[int], profile: FloatArray, *, rng: np.random.Generator
) -> tuple[int, ...]:
    """Return item answers within ``limits`` that sum to ``total``, point by point by ``profile``."""
    answers = np.zeros(len(limits), dtype=int)
    room = np.array(limits)
    for _ in range(min(total, int(room.sum()))):
        weight = np.where(answers < room, profile * (1.0 + answers), 0.0)
        answers[rng.choice(len(answers), p=weight / weight.sum())] += 1
    return tuple(int(a) for a in answers)
