"""A world under individual doses is the response model: held against ``relief`` and ``lagged``."""

from __future__ import annotations

import numpy as np
import pytest

from ketacare.core.response import (
    Dose,
    Setting,
    expected_reading,
    lagged,
    relief,
)
from ketacare.core.trials.world import World

DOSES = ((0.0, 0.5), (3.5, 0.5), (7.0, 1.0), (10.5, 0.25), (24.0, 0.75))
THERAPY = (2.0, 5.5, 12.5)
DAYS = np.arange(0.5, 84.5, 0.5)
N = 40


@pytest.fixture(scope="module")
def people(prior):
    return prior.people(prior.draw(N, rng=np.random.default_rng(5)))


def run(prior, people, *, quick=False, setting=Setting.OPEN, doses=DOSES, lag=False, step=0.5):
    """Half-day steps: readings with the peri-dose part, function, at each of DAYS."""
    world = World(prior, people, quick=quick, setting=setting)
    everyone = np.ones(N, dtype=bool)
    given = dict(doses)
    readings, functions = [], []
    for day in np.arange(0.0, 84.5, step):
        world.pass_to(float(day), lag=lag)
        if day > 0 and day in DAYS:
            readings.append(world.reading("gad7", peri_dose=True))
            functions.append(world.function())
        if day in THERAPY:
            world.treat(everyone)
        if day in given:
            world.give(everyone, np.full(N, given[day]))
    return np.array(readings).T, np.array(functions).T


def expected(prior, people, setting=Setting.OPEN, doses=DOSES):
    given = tuple(Dose(day=d, mg_per_kg=mg) for d, mg in doses)
    parts = relief(prior, people, doses=given, therapy_days=THERAPY, days=DAYS, setting=setting)
    return expected_reading(prior.view("gad7"), people, parts)


@pytest.mark.parametrize("setting", list(Setting))
def test_readings_are_those_of_the_response_model(prior, people, setting):
    found, _ = run(prior, people, setting=setting)
    # Only what is left of the infusion before the latest (a few hours' effect, days later) differs.
    assert np.abs(found - expected(prior, people, setting)).max() < 0.02


def test_quick_steps_stay_within_a_tenth_of_a_point(prior, people):
    found, _ = run(prior, people, quick=True)
    assert np.abs(found - expected(prior, people)).max() < 0.1


def test_an_inert_infusion_starts_the_nonspecific_part_alone(prior, people):
    inert = tuple((d, 0.0) for d, _ in DOSES)
    found, _ = run(prior, people, doses=inert)
    assert np.abs(found - expected(prior, people, doses=inert)).max() < 1e-9
    assert found[:, -1].mean() > run(prior, people)[0][:, -1].mean()


def test_function_follows_as_in_the_response_model(prior, people):
    _, found = run(prior, people, lag=True)
    given = tuple(Dose(day=d, mg_per_kg=mg) for d, mg in DOSES)
    parts = lagged(prior, people, doses=given, therapy_days=THERAPY, days=DAYS)
    # Improvement is curved within a step: half a day here, up to two days there.
    apart = np.abs(found - np.clip(parts.drug + parts.nonspecific, 0, 1))
    assert apart.max() < 0.005


def test_everyone_may_have_their_own_doses(prior, people):
    half = np.arange(N) < N // 2
    world = World(prior, people)
    world.give(half, np.full(N, 0.5))
    world.pass_to(1.0)
    alone = World(prior, people)
    alone.pass_to(1.0)
    assert np.all(world.fast[half] > 0)
    assert np.array_equal(world.reading("gad7")[~half], alone.reading("gad7")[~half])


def test_a_part_goes_on_as_the_whole_would(prior, people):
    world = World(prior, people)
    world.give(np.ones(N, dtype=bool), np.full(N, 0.75))
    world.pass_to(2.0)
    rows = np.array([3, 3, 17])
    part = world.part(rows)
    for one in (world, part):
        one.treat(np.ones(one.people.size, dtype=bool))
        one.pass_to(9.0)
        one.give(np.ones(one.people.size, dtype=bool), np.full(one.people.size, 0.5))
        one.pass_to(30.0)
    # The length of the exact series follows the largest consolidation in the group: 1e-9 a step.
    assert part.reading("gad7") == pytest.approx(world.reading("gad7")[rows], abs=1e-6)


def test_without_drug_effect_only_the_nonspecific_part_is_left(prior, people):
    world = World(prior, people, drug=0.0)
    world.give(np.ones(N, dtype=bool), np.full(N, 1.0))
    world.pass_to(5.0)
    assert np.array_equal(world.improvement(), np.clip(world.nonspecific(), 0, 1))
