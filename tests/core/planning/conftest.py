"""One clinic for the planning tests, and people whose courses are written in one line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from ketacare.core.planning import advise
from ketacare.core.record import Fact, Infusion, Measurement, Person, Score, Vital
from ketacare.knowledge.loading.evidence import load_prior
from ketacare.knowledge.loading.instruments import load_instruments
from ketacare.knowledge.loading.protocols import load_protocol
from ketacare.knowledge.loading.safety import load_policy
from ketacare.knowledge.loading.treatments import load_treatments

NOW = datetime(2026, 12, 7, 12, 0, tzinfo=UTC)
_CACHE: dict = {}


def person(
    *scores: int | None,
    baseline: int | None = 16,
    gap: float = 3.5,
    days_ago: float = 1.5,
    dose: float = 0.5,
    minutes: float = 40,
    distress: float | None = 3,
    systolic: tuple[float, ...] = (140,),
    tolerated: bool | None = True,
    facts: tuple[Fact, ...] = (),
) -> Person:
    """A 70 kg person with one score 24 h after each infusion, the last ``days_ago`` days ago."""
    count = len(scores)
    times = [NOW - timedelta(days=days_ago + gap * (count - 1 - i)) for i in range(count)]
    start = times[0] if times else NOW
    found = (
        []
        if baseline is None
        else [Score(instrument="gad7", at=start - timedelta(days=2), total=baseline)]
    )
    found += [
        Score(instrument="gad7", at=at + timedelta(hours=24), total=total)
        for at, total in zip(times, scores, strict=True)
        if total is not None
    ]
    seen: list[Measurement] = []
    known = list(facts)
    if times:
        last = times[-1]
        if distress is not None:
            at = last + timedelta(minutes=30)
            seen.append(Measurement(kind=Vital.DISTRESS, value=distress, at=at))
        seen += [
            Measurement(kind=Vital.SYSTOLIC, value=v, at=last + timedelta(minutes=20 + 5 * i))
            for i, v in enumerate(systolic)
        ]
        if tolerated is not None:
            at = last + timedelta(hours=2)
            known.append(Fact(code="last_infusion_tolerated", value=tolerated, at=at))
    return Person(
        id="p",
        label="Test person",
        age_years=40,
        infusions=tuple(
            Infusion(at=at, dose_mg=70 * dose, minutes=minutes, weight_kg=70) for at in times
        ),
        scores=tuple(found),
        measurements=tuple(seen),
        facts=tuple(known),
    )


def advice_for(
    somebody: Person, *, seed: int = 7, particles: int = 400, fresh: bool = False, **changes
):
    """The advice for a person, remembered unless ``fresh``: asking twice costs nothing."""
    key = (somebody, seed, particles, tuple(sorted(changes)))
    if key not in _CACHE or changes or fresh:
        arguments = {
            "prior": load_prior(),
            "protocol": load_protocol(),
            "policy": load_policy(),
            "treatments": load_treatments(),
            "instruments": load_instruments(),
            "now": NOW,
            **changes,
        }
        found = advise(somebody, rng=np.random.default_rng(seed), particles=particles, **arguments)
        if changes or fresh:
            return found
        _CACHE[key] = found
    return _CACHE[key]


@pytest.fixture
def make():
    return person


@pytest.fixture
def ask():
    return advice_for


@pytest.fixture
def now():
    return NOW
