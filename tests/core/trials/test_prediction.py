"""Intervals for studies nobody fitted to: width, shares as counts, contrasts, routes."""

from dataclasses import replace

import numpy as np
import pytest

from ketacare.core.errors import InputError, KnowledgeError
from ketacare.core.trials import Against, Measured, coverage, leave_each_out, predict, reproduce
from ketacare.core.units import Quantity
from ketacare.knowledge.load import load_studies


@pytest.fixture(scope="module")
def studies():
    return {s.id: s for s in load_studies("calibration")}


def rng(seed=1):
    return np.random.default_rng(seed)


def changed(study, **parts):
    return replace(study, arms=tuple(replace(arm, **parts) for arm in study.arms))


def test_few_people_make_a_wide_interval_and_many_a_narrower_one(prior, studies):
    few, many = (
        predict(prior, changed(studies["bio_k"], n=n), rng=rng(), groups=120, n=150)
        for n in (10, 1000)
    )
    assert all(a.high - a.low > b.high - b.low for a, b in zip(few, many, strict=True))
    # What a whole group shares does not average out: with a thousand people still wide.
    assert all(p.high - p.low > 0.25 for p in many)


def test_shares_never_leave_what_is_possible(prior, studies):
    # Four people: a normal interval around 60 % would reach beyond 100 %.
    found = predict(prior, changed(studies["bio_k"], n=4), rng=rng(), groups=60, n=100)
    for one in found:
        assert 0.0 <= one.low <= one.middle <= one.high <= 1.0


def test_same_seed_same_interval(prior, studies):
    one, again = (predict(prior, studies["su_2017"], rng=rng(5), groups=20, n=50) for _ in "ab")
    assert one == again
    assert 0.0 <= coverage(one) <= 1.0


def test_a_diagnosis_without_evidence_is_predicted_more_widely(prior, studies):
    single = changed(studies["zarate_2006"], n=1000)
    plain = predict(prior, single, rng=rng(), groups=150, n=150)
    panic = predict(prior, changed(single, diagnosis="F41.0"), rng=rng(), groups=150, n=150)
    assert panic[0].high - panic[0].low > plain[0].high - plain[0].low


def test_training_is_what_a_contrast_without_therapy_shows(prior, studies):
    arm = studies["price_2022"].arms[0]
    outcome = replace(arm.outcomes[0], against=Against.NO_THERAPY)
    trained = replace(studies["price_2022"], arms=(replace(arm, outcomes=(outcome,)),))
    key = ("price_2022", arm.id, Measured.SEPARATION, 30.0)
    with_it = reproduce(prior, [trained], seed=1, n=300)[key][1]
    assert with_it > 0
    bare = changed(trained, therapy_days=())
    assert reproduce(prior, [bare], seed=1, n=300)[key][1] == 0


def test_a_route_without_equivalent_is_refused(prior, studies):
    assert studies["glue_2017"].arms[0].doses_by_vein(prior)[0].mg_per_kg == pytest.approx(
        0.25 * 0.93
    )
    with pytest.raises(InputError, match="no intravenous equivalent"):
        changed(studies["glue_2017"], route="rectal").arms[0].doses_by_vein(prior)


def test_leaving_out_needs_some_to_leave_in(studies):
    with pytest.raises(InputError, match="at least 3"):
        leave_each_out(list(studies.values())[:2], None)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"threshold": 50.0}, "threshold"),
        ({"day": float("nan")}, "give numbers"),
    ],
)
def test_an_impossible_outcome_is_refused(studies, change, says):
    outcome = studies["bio_k"].arms[0].outcomes[0]
    assert replace(outcome, threshold=0.35).threshold == 0.35
    with pytest.raises(KnowledgeError, match=says):
        replace(outcome, **change)


def test_an_arm_without_spread_or_outcome_is_refused(studies):
    arm = studies["bio_k"].arms[0]
    with pytest.raises(KnowledgeError, match="entry_sd"):
        replace(arm, entry_sd=replace(arm.entry_sd, quantity=Quantity(0.0, "point")))
    with pytest.raises(KnowledgeError, match="no outcome"):
        replace(arm, outcomes=())
