"""One more score from where learning stood, against learning again; the past never goes stale."""

from dataclasses import replace

import numpy as np
import pytest

from ketacare.core.response import Course, Dose, Rating, TraitName, extend, update

SIX = tuple(Dose(day=7.0 + d, mg_per_kg=0.5) for d in (0, 3, 7, 10, 14, 17))
ALL = tuple(
    Rating(day=d, instrument="gad7", total=t)
    for d, t in ((0.0, 16), (6.5, 17), (8.5, 9), (14.0, 7), (21.0, 8), (26.0, 6), (31.0, 9))
)
WHOLE = Course(doses=SIX, ratings=ALL, now_day=32.0)
PART = Course(doses=SIX[:3], ratings=ALL[:4], now_day=14.5)


def learned(prior, course, seed=1, particles=1500):
    return update(prior, course, rng=np.random.default_rng(seed), particles=particles)


def test_extending_agrees_with_learning_from_scratch(prior):
    stepwise = extend(learned(prior, PART), WHOLE, rng=np.random.default_rng(4))
    at_once = learned(prior, WHOLE, seed=7)
    assert stepwise.scores_used == at_once.scores_used == 7
    assert [f.day for f in stepwise.foretold] == [r.day for r in ALL]
    for name in (TraitName.SET_POINT, TraitName.RESPONSIVENESS, TraitName.TAU_FAST):
        values = at_once.people[name]
        sd = float(np.sqrt(at_once.weights @ (values - at_once.mean(name)) ** 2))
        # Four standard errors of two ensembles that count a quarter of their effective sizes.
        error = sd * np.sqrt(4 / stepwise.effective_size + 4 / at_once.effective_size)
        assert stepwise.mean(name) == pytest.approx(at_once.mean(name), abs=4 * error)
    # Log evidence of a few particles scatters by about 1/sqrt(effective size) at each score.
    assert stepwise.log_evidence == pytest.approx(at_once.log_evidence, abs=0.5)


@pytest.mark.parametrize("how", ["corrected", "deleted", "late", "dose"])
def test_a_changed_past_is_learned_again_from_the_whole(prior, how):
    known = learned(prior, PART, particles=400)
    ratings, doses = list(WHOLE.ratings), list(WHOLE.doses)
    if how == "corrected":
        ratings[2] = replace(ratings[2], total=15)
    elif how == "deleted":
        del ratings[1]
    elif how == "late":
        ratings.append(Rating(day=12.0, instrument="gad7", total=8))
    else:
        doses[1] = replace(doses[1], mg_per_kg=0.75)
    changed = replace(WHOLE, ratings=tuple(ratings), doses=tuple(doses))
    again = extend(known, changed, rng=np.random.default_rng(6))
    afresh = learned(prior, changed, seed=6, particles=400)
    np.testing.assert_array_equal(again.z, afresh.z)
    np.testing.assert_array_equal(again.weights, afresh.weights)


def test_scores_of_one_day_arrive_in_any_order(prior):
    same_day = (
        Rating(day=21.0, instrument="phq9", total=9),
        Rating(day=21.0, instrument="gad7", total=8),
    )
    courses = [
        replace(WHOLE, ratings=(*ALL[:4], *order))
        for order in (same_day, tuple(reversed(same_day)))
    ]
    known = learned(prior, PART, particles=400)
    one, other = (extend(known, c, rng=np.random.default_rng(2)) for c in courses)
    np.testing.assert_array_equal(one.z, other.z)
    # The first of the day known, the second late: the same scores are believed in the same way.
    first = extend(
        known, replace(courses[0], ratings=(*ALL[:4], same_day[0])), rng=np.random.default_rng(2)
    )
    late = extend(first, courses[0], rng=np.random.default_rng(2))
    assert late.scores_used == one.scores_used


def test_diagnosis_without_evidence_is_believed_more_widely(prior):
    plain = learned(prior, replace(PART, diagnosis="F41.1"), particles=400)
    panic = learned(prior, replace(PART, diagnosis="F41.0"), particles=400)
    name = TraitName.RESPONSIVENESS
    assert panic.prior.trait(name).sd == pytest.approx(1.5 * plain.prior.trait(name).sd)
    assert plain.base is None
    assert panic.base is prior
    # Going on keeps to the same widened prior instead of widening once more.
    further = extend(panic, replace(WHOLE, diagnosis="F41.0"), rng=np.random.default_rng(1))
    assert further.prior.trait(name).sd == panic.prior.trait(name).sd
    corrected = replace(WHOLE, diagnosis="F41.0", ratings=ALL[1:])
    anew = extend(panic, corrected, rng=np.random.default_rng(1))
    assert anew.prior.trait(name).sd == panic.prior.trait(name).sd


def test_traits_the_answers_do_not_inform_keep_their_prior(prior):
    # Doses of 0.5 mg/kg, no therapy, no benzodiazepine: nothing is learned of these. The mean of
    # 1500 standard normals has an error of 0.026; four of them.
    found = learned(prior, WHOLE)
    for name in (TraitName.ED50, TraitName.THERAPY, TraitName.BENZODIAZEPINE, TraitName.PHQ9_GAIN):
        column = list(TraitName).index(name)
        assert found.weights @ found.z[:, column] == pytest.approx(0.0, abs=0.12)
