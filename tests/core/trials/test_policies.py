"""What each policy does to virtual people, and the promises of a virtual trial."""

from __future__ import annotations

import numpy as np
import pytest

from ketacare.core.errors import InputError
from ketacare.core.trials import Design, Metric, PolicyName, Setup, policy_of
from ketacare.core.trials.engine import draw_luck, treat
from ketacare.core.trials.policies import FixedCourse
from ketacare.knowledge.load import load_instruments, load_protocol, load_virtual_clinic

CLINIC, PROTOCOL = load_virtual_clinic(), load_protocol()
N = 300


def setup_for(prior, *policies, people=N, weeks=12, therapy=False):
    return Setup(
        prior=prior,
        protocol=PROTOCOL,
        clinic=CLINIC,
        reliable=load_instruments()["gad7"].reliable_change.value,
        policies=policies,
        design=Design(people=people, weeks=weeks, seed=8, chunk=people, therapy=therapy),
    )


def run(prior, name, *, truth="believed", people=N, trace=None, **changes):
    setup = setup_for(prior, name, people=people, **changes)
    world = CLINIC.truth(truth)
    own = world.applied(prior)
    luck = draw_luck(own, CLINIC, setup.design, people, seed=np.random.SeedSequence(8))
    policy = policy_of(name, setup, rng=np.random.default_rng(1))
    return treat(
        luck,
        policy,
        prior=own,
        clinic=CLINIC,
        protocol=PROTOCOL,
        design=setup.design,
        truth=world,
        trace=trace,
    )


def test_the_fixed_course_is_six_infusions_for_whoever_stays(prior):
    found = run(prior, PolicyName.FIXED)
    stayed = found[Metric.LEFT] == 0
    assert set(found[Metric.INFUSIONS][stayed]) == {6}
    assert (found[Metric.INFUSIONS][~stayed] < 6).all()


@pytest.mark.slow
def test_without_a_drug_effect_the_drug_is_placebo(prior):
    drug = run(prior, PolicyName.FIXED, truth="no_drug_effect")
    inert = run(prior, PolicyName.PLACEBO, truth="no_drug_effect")
    # Only who leaves may differ: after an event, and there is none without the drug. The truth of
    # those who came to all infusions is the same.
    same = (drug[Metric.LEFT] == 0) & (inert[Metric.LEFT] == 0)
    assert same.sum() > 50
    assert drug[Metric.RELIEF][same] == pytest.approx(inert[Metric.RELIEF][same], abs=0.02)


@pytest.mark.slow
def test_the_same_people_and_luck_meet_every_policy(prior):
    found = run(prior, PolicyName.FIXED)
    assert np.array_equal(found[Metric.RELIEF], run(prior, PolicyName.FIXED)[Metric.RELIEF])
    placebo = run(prior, PolicyName.PLACEBO)
    apart = found[Metric.RELIEF] - placebo[Metric.RELIEF]
    # Common random numbers: differences vary less than the two together would.
    together = found[Metric.RELIEF].var() + placebo[Metric.RELIEF].var()
    assert apart.var() < 0.7 * together


def test_enrolled_people_are_ill_enough(prior):
    baselines = []
    run(prior, PolicyName.FIXED, trace=lambda ward, _: baselines.append(ward.baseline.copy()))
    assert baselines[0].min() >= CLINIC.entry.to("point")


@pytest.mark.slow
def test_nobody_gets_infusions_faster_than_the_limits_allow(prior):
    last = {}

    def keep(ward, _):
        last["days"] = ward.days.copy()

    for name in (PolicyName.GUIDELINE, PolicyName.FEEDBACK):
        run(prior, name, people=40, weeks=6, trace=keep)
        days = last["days"]
        week = days[:, 2:] - days[:, :-2]
        assert np.nanmin(week) >= 7.0 - 1e-9  # at most two a week
        three = days[:, 6:] - days[:, :-6]
        assert not (three < 21.0 - 1e-9).any()  # at most six in three weeks


@pytest.mark.slow
def test_the_guideline_stops_people_who_do_not_improve(prior):
    fixed = run(prior, PolicyName.FIXED, truth="no_drug_effect")
    guided = run(prior, PolicyName.GUIDELINE, truth="no_drug_effect")
    assert guided[Metric.INFUSIONS].mean() < fixed[Metric.INFUSIONS].mean()


@pytest.mark.slow
def test_leaving_follows_from_not_improving(prior):
    usual = run(prior, PolicyName.FIXED)
    leaving = run(prior, PolicyName.FIXED, truth="leaving")
    assert leaving[Metric.LEFT].mean() > usual[Metric.LEFT].mean() + 0.1
    # Who leaves is worse off: taking only those who stay would flatter.
    left = usual[Metric.LEFT] == 1
    assert usual[Metric.RELIEF][left].mean() < usual[Metric.RELIEF][~left].mean()


@pytest.mark.slow
def test_therapy_after_infusions_keeps_relief(prior):
    without, with_it = (run(prior, PolicyName.FIXED, therapy=t) for t in (False, True))
    assert with_it[Metric.RELIEF].mean() > without[Metric.RELIEF].mean()


@pytest.mark.slow
def test_relief_that_fades_faster_is_less_relief(prior):
    usual, faster = (
        run(prior, PolicyName.FIXED, truth=t)[Metric.RELIEF].mean()
        for t in ("believed", "fades_faster")
    )
    assert faster < usual


@pytest.mark.slow
def test_feedback_plans_for_each_person(prior):
    found = run(prior, PolicyName.FEEDBACK, people=40, weeks=8)
    assert len(set(found[Metric.INFUSIONS])) > 3
    fixed = run(prior, PolicyName.FIXED, people=40, weeks=8)
    assert found[Metric.RELIEF].mean() > fixed[Metric.RELIEF].mean() - 0.02


@pytest.mark.slow
def test_an_inert_policy_has_no_events(prior):
    assert run(prior, PolicyName.PLACEBO)[Metric.EVENTS].sum() == 0
    assert run(prior, PolicyName.FIXED)[Metric.EVENTS].sum() > 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"people": 0}, "people is 0"),
        ({"weeks": float("nan")}, "weeks is nan"),
        ({"weeks": 53}, "weeks is 53"),
        ({"chunk": 0}, "chunk is 0"),
    ],
)
def test_an_impossible_design_is_refused(change, said):
    good = {"people": 10, "weeks": 12, "seed": 1, "chunk": 10}
    assert Design(**good).chunks == (10,)
    with pytest.raises(InputError, match=said):
        Design(**{**good, **change})


def test_chunks_hold_everybody_once():
    assert Design(people=25, weeks=12, seed=1, chunk=10).chunks == (10, 10, 5)


def test_a_policy_named_twice_is_refused(prior):
    with pytest.raises(InputError, match="each policy once"):
        setup_for(prior, PolicyName.FIXED, PolicyName.FIXED)


def test_potency_is_what_the_infusion_holds():
    assert FixedCourse(potency=0.0).potency == 0.0
