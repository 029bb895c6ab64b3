"""Adding up chunks, Monte Carlo errors by hand, and verdicts on hand-made results."""

from __future__ import annotations

import numpy as np
import pytest

from ketacare.core.trials import (
    Design,
    Metric,
    PolicyName,
    Setup,
    Sums,
    Task,
    compared,
    run_task,
    tasks_of,
)
from ketacare.knowledge.load import load_protocol, load_virtual_clinic

CLINIC = load_virtual_clinic()
POLICIES = (PolicyName.FIXED, PolicyName.FEEDBACK)
METRICS = list(Metric)


def setup_for(prior, policies=POLICIES, people=400, chunk=100):
    return Setup(
        prior=prior,
        protocol=load_protocol(),
        clinic=CLINIC,
        reliable=6.0,
        policies=policies,
        design=Design(people=people, weeks=12, seed=4, chunk=chunk),
    )


def made(gain_by_truth, prior, *, metric=Metric.RELIEF, people=400):
    """A comparison in which feedback gains a given amount in every person, give or take 0.1."""
    tasks, results = [], []
    for truth, gain in gain_by_truth.items():
        outcomes = np.zeros((2, len(METRICS), people))
        outcomes[0] += 0.4
        noise = np.tile([0.1, -0.1], people // 2)
        outcomes[1] = outcomes[0] + noise
        outcomes[1, METRICS.index(metric)] += gain
        tasks.append(Task(truth=truth, index=0, people=people))
        results.append(Sums.of(outcomes, 0))
    return compared(setup_for(prior), tasks, results)


def test_means_and_errors_are_those_of_arithmetic(prior):
    # Two people: fixed 1 and 3, feedback 2 and 6. Means 2 and 4; differences 1 and 3, mean 2,
    # population variance 1, standard error sqrt(1/(2-1)) = 1.
    outcomes = np.zeros((2, len(METRICS), 2))
    outcomes[0, :] = [1, 3]
    outcomes[1, :] = [2, 6]
    task = Task(truth="believed", index=0, people=2)
    found = compared(setup_for(prior), [task], [Sums.of(outcomes, 0)]).worlds[0]
    assert found.means[PolicyName.FEEDBACK, Metric.RELIEF].mean == 4
    gain = found.gains[PolicyName.FEEDBACK, Metric.RELIEF]
    assert (gain.mean, gain.error) == (2, 1)
    assert (gain.low, gain.high) == (0, 4)


def test_chunks_add_up_to_the_whole(prior):
    outcomes = np.random.default_rng(1).random((2, len(METRICS), 50))
    whole = Sums.of(outcomes, 0)
    parts = Sums.of(outcomes[:, :, :20], 0).plus(Sums.of(outcomes[:, :, 20:], 0))
    assert parts.people == whole.people == 50
    assert parts.apart == pytest.approx(whole.apart)
    assert parts.squares == pytest.approx(whole.squares)


# With 400 people and ± 0.1 the standard error is 0.1/sqrt(399) = 0.005: 0.03 is beyond two of them.
def test_a_policy_that_wins_only_when_the_model_is_right_is_reported(prior):
    verdict = made({"believed": 0.03, "tolerance": 0.0, "fades_faster": -0.03}, prior).verdicts[0]
    assert verdict.robust is False
    assert "wins only when the model is right" in verdict.sentence
    assert "does harm where fades faster" in verdict.sentence


def test_a_policy_that_wins_elsewhere_too_says_where(prior):
    verdict = made({"believed": 0.03, "tolerance": 0.03, "fades_faster": 0.001}, prior).verdicts[0]
    assert verdict.robust is True
    assert "also gains where tolerance" in verdict.sentence
    assert "does not gain where fades faster" in verdict.sentence


def test_one_world_says_nothing_about_robustness(prior):
    verdict = made({"believed": 0.03}, prior).verdicts[0]
    assert verdict.robust is None
    assert "gains against fixed when the model is right: +3.0 points" in verdict.sentence


@pytest.mark.parametrize(("gain", "flagged"), [(0.19, False), (0.21, True)])
def test_a_gain_beyond_twenty_points_is_an_artefact(prior, gain, flagged):
    verdict = made({"believed": gain}, prior, metric=Metric.RESPONSE).verdicts[0]
    assert bool(verdict.artefacts) is flagged
    if flagged:
        assert "+21 points over the fixed course" in verdict.artefacts[0]
        assert "artefact until explained" in verdict.artefacts[0]


@pytest.mark.slow
def test_the_result_does_not_depend_on_who_did_which_chunk_when(prior):
    setup = setup_for(prior, (PolicyName.FIXED, PolicyName.GUIDELINE), people=90, chunk=30)
    tasks = tasks_of(setup.design, (CLINIC.truth("believed"), CLINIC.truth("tolerance")))
    assert len(tasks) == 6
    forward = [run_task(setup, task) for task in tasks]
    backward = [run_task(setup, task) for task in reversed(tasks)][::-1]
    one, two = compared(setup, tasks, forward), compared(setup, tasks, backward)
    assert one == two


def test_every_world_holds_the_same_people(prior):
    setup = setup_for(prior, (PolicyName.FIXED,), people=60, chunk=60)
    worlds = (CLINIC.truth("believed"), CLINIC.truth("no_drug_effect"))
    tasks = tasks_of(setup.design, worlds)
    found = compared(setup, tasks, [run_task(setup, t) for t in tasks])
    usual, without = (w.means[PolicyName.FIXED, Metric.RELIEF].mean for w in found.worlds)
    assert without < usual
