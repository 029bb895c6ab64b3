"""Probabilities are said as people, and a ranking without options says why."""

from datetime import timedelta

import pytest

from ketacare.clinic.plans import actions
from ketacare.clinic.plans.presenting import advice_view, of_people, percent


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "fewer than 1 of 100"),
        (0.004, "fewer than 1 of 100"),
        (0.02, "about 2 of 100"),
        (0.099, "about 1 of 10"),
        (0.1, "about 1 of 10"),
        (0.61, "about 6 of 10"),
        (0.94, "about 9 of 10"),
        (0.95, "about 95 of 100"),
        (0.97, "about 97 of 100"),
        (0.999, "nearly all of 100"),
    ],
)
def test_a_probability_is_said_as_people(share, words):
    assert of_people(share) == words


def test_a_negative_share_has_a_real_minus_sign():
    assert percent(-0.06) == "−6\u00a0%"


def test_what_the_guideline_proposes_is_always_compared(make_patient, now):
    view = advice_view(actions.refresh_advice(make_patient(gad7=(9, 8, 7, 7)), now=now))
    assert view.groups[0].best.rank == 1
    assert any(group.best.follows for group in view.groups)
    assert len(view.pictures) == 2


def test_no_options_come_with_the_reason(make_patient, course):
    patient = make_patient(infusions=3)
    snapshot = actions.refresh_advice(
        patient, now=course.start + 2 * course.gap + timedelta(days=3)
    )
    view = advice_view(snapshot)
    assert view.first is None
    assert view.missing
    assert snapshot.data["sentence"].startswith("No options")
