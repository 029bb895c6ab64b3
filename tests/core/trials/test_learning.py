"""Learning about many people at once agrees with learning about one."""

from __future__ import annotations

import numpy as np
import pytest

from ketacare.core.response import Course, Dose, Rating, TraitName, update
from ketacare.core.trials.learning import Learner

DOSES = (0.0, 3.5, 7.0, 10.5)
SCORES = {  # three courses: relief that stays, none at all, relief that fades each time
    0: {0.0: 16, 1.0: 9, 4.5: 7, 8.0: 5, 11.5: 4, 18.0: 4},
    1: {0.0: 15, 1.0: 14, 4.5: 16, 8.0: 15, 11.5: 15, 18.0: 16},
    2: {0.0: 17, 1.0: 8, 4.5: 8, 8.0: 7, 11.5: 8, 18.0: 15},
}
TRAITS = (
    TraitName.SET_POINT,
    TraitName.RESPONSIVENESS,
    TraitName.TAU_FAST,
    TraitName.NONSPECIFIC_SLOW,
)


def learn(prior, *, particles, seed):
    learner = Learner(prior, "gad7", people=3, particles=particles, rng=np.random.default_rng(seed))
    rows = np.arange(3)
    for half_day in range(37):
        day = half_day / 2
        learner.pass_to(day)
        if day in SCORES[0]:
            learner.note("score", rows, np.array([float(SCORES[i][day]) for i in range(3)]))
        if day in DOSES:
            learner.note("dose", rows, np.full(3, 0.5))
    return learner


def exact(prior, person):
    course = Course(
        doses=tuple(Dose(day=d, mg_per_kg=0.5) for d in DOSES),
        ratings=tuple(
            Rating(day=day, instrument="gad7", total=total) for day, total in SCORES[person].items()
        ),
        now_day=18.0,
    )
    return update(prior, course, rng=np.random.default_rng(1), particles=6000)


@pytest.mark.slow
def test_means_agree_with_the_posterior_of_one_person(prior):
    learner = learn(prior, particles=1500, seed=2)
    for person in range(3):
        posterior = exact(prior, person)
        people, weights = posterior.people, posterior.weights
        for trait in TRAITS:
            values = people[trait]
            mean = float(weights @ values)
            spread = float(np.sqrt(weights @ (values - mean) ** 2))
            own = learner.track.world.people[trait].reshape(3, -1)[person]
            found = float(learner.weights[person] @ own)
            # Effective sizes of some hundreds on either side: an error of about 0.07 SD each.
            assert abs(found - mean) < 0.3 * spread, (person, trait)


@pytest.mark.slow
def test_the_ensemble_neither_collapses_nor_forgets_its_log_likelihood(prior):
    learner = learn(prior, particles=256, seed=4)
    assert learner.moved > 0
    assert (learner.effective > 40).all()
    for person in range(3):
        own = slice(person * 256, (person + 1) * 256)
        assert len(np.unique(learner.z[own, 0])) > 100
    # What was kept step by step is what the whole course gives, but for the length of quick steps.
    again = learner._replay(np.arange(3), learner.z)  # noqa: SLF001 - the check is its purpose
    assert again.likelihood == pytest.approx(learner.track.likelihood, abs=0.02)
    assert again.world.fast == pytest.approx(learner.track.world.fast, abs=1e-3)


def test_people_of_whom_nothing_is_known_keep_the_prior(prior):
    learner = Learner(prior, "gad7", people=2, particles=200, rng=np.random.default_rng(3))
    learner.note("score", np.array([0]), np.array([18.0]))
    assert learner.effective[1] == pytest.approx(200)
    assert learner.effective[0] < 200


def test_particles_are_drawn_by_their_weight(prior):
    learner = Learner(prior, "gad7", people=2, particles=100, rng=np.random.default_rng(3))
    learner.log_weights[1, :] = -np.inf
    learner.log_weights[1, 40] = 0.0
    assert set(learner.sample(np.array([1]), 8)) == {140}  # the 40th of the second person
