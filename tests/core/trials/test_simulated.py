"""A study simulated in parts is a prediction like that of the study as a whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ketacare.core.errors import InputError
from ketacare.core.trials import (
    SimulatedRun,
    predict,
    predicted,
    run_tasks_of,
    simulate_groups,
)
from ketacare.knowledge.load import load_studies

STUDY = next(s for s in load_studies() if s.id == "su_2017")


def simulate(run):
    parts = run_tasks_of(run)
    return predicted(run, parts, [simulate_groups(run, part) for part in parts])


@pytest.mark.slow
def test_parts_together_predict_what_the_whole_predicts(prior):
    run = SimulatedRun(prior=prior, study=STUDY, people=200, groups=200, seed=3)
    whole = predict(prior, STUDY, rng=np.random.default_rng(9), groups=200, n=200)
    for own, other in zip(simulate(run), whole, strict=True):
        assert (own.arm, own.observed) == (other.arm, other.observed)
        # Quantiles of 200 draws: about 0.05 of error on either side for a share this spread out.
        assert own.middle == pytest.approx(other.middle, abs=0.2)
        assert own.low <= own.middle <= own.high


def test_every_group_of_every_arm_is_simulated_once(prior):
    run = SimulatedRun(prior=prior, study=STUDY, people=20, groups=45, seed=3)
    parts = run_tasks_of(run)
    seen = [(p.arm, g) for p in parts for g in range(p.first, p.last)]
    assert len(seen) == len(set(seen)) == 45 * len(STUDY.arms)


def test_the_same_seed_gives_the_same_prediction(prior):
    run = SimulatedRun(prior=prior, study=STUDY, people=20, groups=20, seed=3)
    assert simulate(run) == simulate(run)


@pytest.mark.parametrize(("change", "said"), [({"people": 5}, "people"), ({"groups": 3}, "groups")])
def test_a_size_that_says_nothing_is_refused(prior, change, said):
    good = SimulatedRun(prior=prior, study=STUDY, people=20, groups=20, seed=3)
    with pytest.raises(InputError, match=said):
        replace(good, **change)


def test_a_route_the_prior_does_not_know_is_refused_before_any_work(prior):
    arms = (replace(STUDY.arms[0], route="rectal"), *STUDY.arms[1:])
    with pytest.raises(InputError, match="rectal"):
        SimulatedRun(prior=prior, study=replace(STUDY, arms=arms), people=20, groups=20, seed=3)
