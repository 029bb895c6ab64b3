"""Who needs a decision, and why in one sentence."""

from datetime import timedelta

import pytest

from ketacare.clinic.plans import access, actions

ORDER = {"dose_mg_per_kg": 0.5, "minutes": 40, "number": 6, "days_between": 3.5, "therapy": True}


@pytest.fixture
def signed(psychiatrist, course):
    """Sign the standard plan just before the first infusion."""

    def sign(patient):
        before = course.start - timedelta(hours=1)
        actions.modify(patient, by=psychiatrist, now=before, **ORDER, reason="The protocol.")
        return patient

    return sign


@pytest.mark.parametrize(
    ("eligible", "asks", "words"),
    [
        (True, True, "Ready for a first plan"),
        (False, False, "does not find the person eligible"),
        (None, False, "review is not signed"),
    ],
)
def test_a_first_plan_waits_for_the_review(make_patient, course, eligible, asks, words):
    patient = make_patient(eligible=eligible)
    snapshot = actions.refresh_advice(patient, now=course.start - timedelta(days=1))
    assert access.needs_decision(patient.pk) is asks
    assert words in snapshot.question


def test_a_course_that_goes_well_asks_nothing(make_patient, now, signed):
    # 7 of 17 is 59 % better after infusion 4 of 6: the guideline continues.
    patient = signed(make_patient(gad7=(9, 8, 7, 7)))
    snapshot = actions.refresh_advice(patient, now=now)
    assert snapshot.data["guideline"]["proposes"] == ["continue unchanged"]
    assert not access.needs_decision(patient.pk)
    assert snapshot.question.startswith("The plan goes on as signed")


def test_no_response_asks_and_says_why(make_patient, now, signed):
    patient = signed(make_patient(gad7=(16, 17, 16, 16)))
    actions.refresh_advice(patient, now=now)
    (needed,) = access.patients_needing_decision()
    assert needed.patient_id == patient.pk
    assert needed.since == now
    assert "GAD-7 16 after infusion 4, 17 before the first" in needed.sentence
    assert "A5" in needed.sentence
    assert "stop the series" in needed.sentence


def test_a_finished_course_asks_what_follows(make_patient, signed, course):
    patient = signed(make_patient(gad7=(9, 8, 7, 7, 6, 5)))
    after = course.start + 5 * course.gap + timedelta(days=1.5)
    snapshot = actions.refresh_advice(patient, now=after)
    assert access.needs_decision(patient.pk)
    assert snapshot.question.startswith("All 6 infusions of the plan are given")


def test_missing_scores_are_no_question_about_the_plan(make_patient, signed, course):
    patient = signed(make_patient(infusions=3))
    later = course.start + 2 * course.gap + timedelta(days=3)
    snapshot = actions.refresh_advice(patient, now=later)
    assert snapshot.options == []
    assert not access.needs_decision(patient.pk)


def test_the_question_keeps_the_time_it_was_first_asked(make_patient, now, signed, course):
    patient = signed(make_patient(gad7=(16, 17, 16, 16)))
    actions.refresh_advice(patient, now=now)
    actions.refresh_advice(patient, now=now + timedelta(days=1.5))
    (needed,) = access.patients_needing_decision()
    assert needed.since == now


def test_people_whose_care_ended_are_not_listed(make_patient, now, signed):
    patient = signed(make_patient(gad7=(16, 17, 16, 16)))
    actions.refresh_advice(patient, now=now)
    assert access.patients_needing_decision()
    patient.closed_at = now
    patient.save()
    assert access.patients_needing_decision() == ()
