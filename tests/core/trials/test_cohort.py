"""Virtual people answer like people: integers within bounds, items that sum, the same by seed."""

import numpy as np
import pytest

from ketacare.core.response import Dose, TraitName
from ketacare.core.trials import (
    observed_course,
    simulate_course,
    simulate_scores,
    split_total,
    virtual_cohort,
)
from ketacare.knowledge.load import load_instruments

SIX = tuple(Dose(day=7.0 + d, mg_per_kg=0.5) for d in (0, 3, 7, 10, 14, 17))
VISITS = (0.0, 8.5, 14.0, 31.0)


def rng(seed=11):
    return np.random.default_rng(seed)


def answers(person, instruments, seed=11):
    return simulate_course(
        person,
        doses=SIX,
        therapy_days=(9.0,),
        visit_days=VISITS,
        instruments=instruments,
        rng=rng(seed),
    )


def test_cohort_is_the_same_for_a_seed_and_differs_between_people(prior):
    first, again = (virtual_cohort(5, prior, rng=rng()) for _ in range(2))
    assert [p.z for p in first] == [p.z for p in again]
    assert len({p.trait(TraitName.SET_POINT) for p in first}) == 5


def test_answers_are_integers_with_items_that_sum_to_them(prior):
    instruments = {k: v for k, v in load_instruments().items() if k in {"gad7", "phq9", "hama"}}
    for person in virtual_cohort(4, prior, rng=rng()):
        scores = answers(person, instruments)
        assert len(scores) == len(VISITS) * 3
        for score in scores:
            tool = instruments[score.instrument]
            assert sum(score.items) == score.total
            assert len(score.items) == len(tool.items)
            assert 0 <= score.total <= tool.maximum


def test_names_alone_give_totals_alone(prior):
    (person,) = virtual_cohort(1, prior, rng=rng())
    assert {s.items for s in answers(person, ("gad7",))} == {None}


def test_same_seed_same_answers(prior):
    (person,) = virtual_cohort(1, prior, rng=rng())
    assert answers(person, ("gad7", "hama")) == answers(person, ("gad7", "hama"))


def test_scores_of_one_instrument_are_those_of_the_course(prior):
    (person,) = virtual_cohort(1, prior, rng=rng())
    alone = simulate_scores(person, SIX, VISITS, "gad7", rng=rng())
    course = simulate_course(
        person, doses=SIX, therapy_days=(), visit_days=VISITS, instruments=("gad7",), rng=rng()
    )
    assert alone == tuple(s.total for s in course)


def test_clinic_sees_only_what_happened(prior):
    (person,) = virtual_cohort(1, prior, rng=rng())
    seen = observed_course(answers(person, ("gad7",)), doses=SIX, therapy_days=(9.0,), now_day=10.0)
    assert [r.day for r in seen.ratings] == [0.0, 8.5]
    assert [d.day for d in seen.doses] == [7.0, 10.0]


@pytest.mark.parametrize("total", [0, 1, 10, 20, 21])
def test_split_total_keeps_the_sum_and_the_limits(total):
    items = split_total(total, (3,) * 7, np.linspace(0.2, 2, 7), rng=rng())
    assert sum(items) == total
    assert max(items) <= 3


def test_thoughts_of_death_are_answered_rarely(prior):
    instruments = {"phq9": load_instruments()["phq9"]}
    people = virtual_cohort(40, prior, rng=rng())
    scores = [s for p in people for s in answers(p, instruments, seed=p.number)]
    ninth = sum(s.items[8] for s in scores)
    # An even share would be a ninth of all points; the profile gives it far less than half of that.
    assert ninth < 0.5 * sum(s.total for s in scores) / 9
