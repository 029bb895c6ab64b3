"""Ranks, coverage and endurance of the ensemble on virtual people; long versions run in the bench."""

import numpy as np
import pytest
from tests.core.response.ranks import held, ranks, uneven

from ketacare.core.response import Course, Dose, Rating, TraitName, update

PEOPLE = 120


@pytest.fixture(scope="module")
def ranked(prior):
    rng = np.random.default_rng(20261123)
    return ranks(prior, people=PEOPLE, particles=400, rng=rng, asked=("gad7", "phq9"))


@pytest.mark.slow
def test_true_traits_rank_uniformly(ranked):
    # Chi-square of ten bins at the 99.9 % point, six histograms: a false alarm in one of 170 runs.
    uneven_ones = {name: uneven(values) for name, values in ranked[0].items()}
    assert max(uneven_ones.values()) < 1, uneven_ones


@pytest.mark.slow
@pytest.mark.parametrize("level", [0.5, 0.8, 0.9])
@pytest.mark.parametrize("later", [0, 1])
def test_bands_hold_what_they_promise_on_scores_not_seen(ranked, level, later):
    # Three standard errors of a share of 120 people: 14, 11 and 8 points of a hundred.
    error = np.sqrt(level * (1 - level) / PEOPLE)
    assert held(ranked[1][:, later], level) == pytest.approx(level, abs=3 * error)


def sixty():
    """A year of scores: better after the course, slowly lost, better again after a second one."""
    days = np.linspace(0.0, 354.0, 60)
    level = np.where(days < 7, 16, np.where(days < 60, 6, np.where(days < 200, 11, 7)))
    wobble = np.tile([0, 1, -1, 2, -2, 0], 10)
    return Course(
        doses=tuple(
            Dose(day=start + d, mg_per_kg=0.5)
            for start in (7.0, 200.0)
            for d in (0, 3, 7, 10, 14, 17)
        ),
        ratings=tuple(
            Rating(day=float(d), instrument=("gad7", "phq9")[k % 2], total=int(t))
            for k, (d, t) in enumerate(zip(days, level + wobble, strict=True))
        ),
        now_day=360.0,
    )


@pytest.mark.slow
def test_ensemble_does_not_collapse_after_sixty_scores(prior):
    found = update(prior, sixty(), rng=np.random.default_rng(1), particles=1000)
    assert found.scores_used == 60
    assert found.effective_size > 400
    assert found.distinct > 700
    assert found.acceptance > 0.2
    # Another ensemble tells the same: means within 4 standard errors at a quarter of the size.
    other = update(prior, sixty(), rng=np.random.default_rng(2), particles=1000)
    for name in (TraitName.SET_POINT, TraitName.RESPONSIVENESS, TraitName.NONSPECIFIC_SLOW):
        values = found.people[name]
        sd = float(np.sqrt(found.weights @ (values - found.mean(name)) ** 2))
        error = sd * np.sqrt(4 / found.effective_size + 4 / other.effective_size)
        assert found.mean(name) == pytest.approx(other.mean(name), abs=4 * error)
