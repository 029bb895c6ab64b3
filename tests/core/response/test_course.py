"""From the record to the course: days, what lies after now, and what cannot be used."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from ketacare.core.errors import InputError
from ketacare.core.record import (
    Diagnosis,
    Infusion,
    Measurement,
    Person,
    Route,
    Score,
    TherapyKind,
    TherapySession,
    Vital,
)
from ketacare.core.response import Course, Dose, Rating, course_of, update
from ketacare.knowledge.load import load_instruments, load_prior

ZERO = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def on(day):
    return ZERO + timedelta(days=day)


@pytest.fixture(scope="module")
def instruments():
    return load_instruments()


def person(**changes):
    given = {
        "id": "p1",
        "label": "Sample",
        "infusions": (Infusion(at=on(7), dose_mg=35.0, minutes=40, weight_kg=70.0),),
        "scores": (
            Score(instrument="gad7", at=on(0), total=15),
            Score(instrument="gad7", at=on(7.25), total=8),
            Score(instrument="gad7", at=on(20), total=9),
        ),
    }
    return Person(**{**given, **changes})


def test_days_count_from_the_first_record(instruments):
    found = course_of(person(), instruments, on(30))
    assert [d.day for d in found.doses] == [7.0]
    assert found.doses[0].mg_per_kg == pytest.approx(0.5)  # 35 mg / 70 kg
    assert [(r.day, r.total) for r in found.ratings] == [(0.0, 15), (7.25, 8), (20.0, 9)]
    assert [r.hours_since_dose for r in found.ratings] == [None, 6.0, 13 * 24.0]
    assert (found.now_day, found.zero) == (30.0, ZERO)


def test_nothing_after_now_is_known(instruments):
    found = course_of(person(), instruments, on(6.9))
    assert found.doses == ()
    assert len(found.ratings) == 1


def test_score_with_too_many_items_missing_is_counted_and_left_out(instruments):
    empty = Score(instrument="gad7", at=on(3), items=(None,) * 7)
    found = course_of(person(scores=(*person().scores, empty)), instruments, on(30))
    assert (len(found.ratings), found.skipped) == (3, 1)
    posterior = update(
        load_prior("prior_reference"), found, rng=np.random.default_rng(1), particles=200
    )
    assert (posterior.scores_used, posterior.scores_skipped) == (3, 1)


def test_weight_is_taken_from_the_last_measurement_when_the_infusion_has_none(instruments):
    given = Infusion(at=on(7), dose_mg=40.0, minutes=40)
    weighed = Measurement(kind=Vital.WEIGHT, value=80.0, at=on(1))
    found = course_of(person(infusions=(given,), measurements=(weighed,)), instruments, on(30))
    assert found.doses[0].mg_per_kg == pytest.approx(0.5)  # 40 mg / 80 kg


def test_dose_without_any_weight_is_left_out_and_said_so(instruments):
    given = Infusion(at=on(7), dose_mg=40.0, minutes=40)
    found = course_of(person(infusions=(given,)), instruments, on(30))
    assert found.doses == ()
    assert "no weight recorded" in found.left_out[0]


def test_route_needs_an_equivalent(instruments):
    given = Infusion(at=on(7), dose_mg=70.0, minutes=0, weight_kg=70.0, route=Route.SUBCUTANEOUS)
    alone = course_of(person(infusions=(given,)), instruments, on(30))
    assert alone.doses == ()
    assert "subcutaneous" in alone.left_out[0]
    known = course_of(
        person(infusions=(given,)), instruments, on(30), routes={"subcutaneous": 0.93}
    )
    assert known.doses[0].mg_per_kg == pytest.approx(0.93)  # 1 mg/kg times 0.93


def test_benzodiazepine_comes_from_who_knows_it(instruments):
    found = course_of(person(), instruments, on(30), diazepam_mg_at=lambda at: 10.0)
    assert found.doses[0].diazepam_mg_per_day == 10.0
    assert course_of(person(), instruments, on(30)).doses[0].diazepam_mg_per_day is None


def test_only_structured_therapy_that_took_place_counts(instruments):
    sessions = (
        TherapySession(kind=TherapyKind.CBT, at=on(9), attended=True),
        TherapySession(kind=TherapyKind.CBT, at=on(10), attended=None),
        TherapySession(kind=TherapyKind.CBT, at=on(11), attended=False),
        TherapySession(kind=TherapyKind.INTEGRATION, at=on(12), attended=True),
        TherapySession(kind=TherapyKind.INTEGRATION, at=on(13), attended=True, structured=True),
    )
    found = course_of(person(therapy=sessions), instruments, on(30))
    assert found.therapy_days == (9.0, 13.0)


def test_change_is_counted_from_the_last_score_before_the_first_dose(instruments):
    scores = (*person().scores, Score(instrument="gad7", at=on(6), total=17))
    found = course_of(person(scores=scores), instruments, on(30))
    assert found.first_rating("gad7").total == 17
    assert found.first_rating("hama") is None


def test_scores_without_an_error_model_are_left_out_and_said_so(instruments):
    scores = (*person().scores, Score(instrument="isi", at=on(8), total=12))
    known = {"gad7": instruments["gad7"]}
    found = course_of(person(scores=scores), known, on(30))
    assert len(found.ratings) == 3
    assert found.left_out == ("isi, 1 score: the response model has no error model for it",)
    assert course_of(person(), known, on(30)).left_out == ()


def test_diagnosis_treated_is_the_primary_one_else_the_first_anxiety(instruments):
    sleep, panic = Diagnosis(name="Insomnia", code="G47.0"), Diagnosis(name="Panic", code="F41.0")
    social = Diagnosis(name="Social anxiety", code="F40.10", primary=True)

    def treated(*diagnoses):
        return course_of(person(diagnoses=diagnoses), instruments, on(30)).diagnosis

    assert treated(sleep, panic) == "F41.0"
    assert treated(sleep, panic, social) == "F40.10"
    assert not treated()


def test_a_score_from_long_before_the_first_infusion_is_left_out_and_said_so(instruments):
    plain = course_of(person(), instruments, on(30))
    old = Score(instrument="gad7", at=on(-400), total=18)
    found = course_of(person(scores=(old, *person().scores)), instruments, on(30))
    # Otherwise care, and what people gain with time alone, would count from 400 days before.
    assert found.ratings == plain.ratings
    assert found.doses == plain.doses
    assert len(found.left_out) == 1
    assert found.left_out[0].startswith("1 score before")
    recent = Score(instrument="gad7", at=on(-100), total=18)
    assert course_of(person(scores=(recent, *person().scores)), instruments, on(30)).left_out == ()


def test_a_score_before_the_first_entry_or_after_now_is_refused():
    good = Course(ratings=(Rating(day=1.0, instrument="gad7", total=9),), now_day=2.0)
    assert len(good.ratings) == 1
    with pytest.raises(InputError, match="count days from its first entry"):
        Course(ratings=(Rating(day=-1.0, instrument="gad7", total=9),), now_day=2.0)
    with pytest.raises(InputError, match="after now"):
        Course(doses=(Dose(day=3.0, mg_per_kg=0.5),), now_day=2.0)
    with pytest.raises(InputError, match="not a finite number"):
        Rating(day=float("inf"), instrument="gad7", total=9)
