"""Advice is computed when what it rests on changes, stored whole, and can be computed again."""

from datetime import timedelta

import pytest

from ketacare.clinic.audit.models import Event
from ketacare.clinic.plans import access, actions, computing, mapping

NO_RESPONSE = (16, 17, 16, 16)  # 0 to 6 % better than 17


@pytest.fixture
def patient(make_patient):
    return make_patient(gad7=NO_RESPONSE)


def test_a_snapshot_holds_options_guideline_and_fans(patient, now):
    snapshot = actions.refresh_advice(patient, now=now)
    data = snapshot.data
    assert snapshot.number == 1
    assert snapshot.is_latest
    # Under 20 % better after infusion 4: rule A5, stop.
    assert data["guideline"]["leading"]["id"] == "A5"
    assert data["options"]
    fans = {(fan["about"], fan["instrument"]) for fan in data["forecasts"]}
    assert ("none", "gad7") in fans
    assert ("none", "phq9") in fans
    assert data["learned"]["scores_used"] == 5  # the baseline and four after infusions


def test_the_same_record_is_not_computed_twice(patient, now):
    first = actions.refresh_advice(patient, now=now)
    again = actions.refresh_advice(patient, now=now + timedelta(hours=2))
    assert again.pk == first.pk


def test_a_new_score_makes_new_advice(patient, now, course):
    first = actions.refresh_advice(patient, now=now)
    course.add_score(patient, 8, at=now + timedelta(hours=1))
    second = actions.refresh_advice(patient, now=now + timedelta(hours=2))
    assert second.number == 2
    assert access.latest_advice(patient.pk).pk == second.pk
    first.refresh_from_db()
    assert not first.is_latest


def test_a_day_later_the_same_record_is_computed_again(patient, now):
    first = actions.refresh_advice(patient, now=now)
    assert actions.refresh_advice(patient, now=now + timedelta(days=1)).number == first.number + 1


def test_advice_can_be_computed_again_from_what_is_stored(patient, now):
    stored = actions.refresh_advice(patient, now=now)
    again = computing.compute(
        mapping.record_from_json(stored.inputs),
        now=stored.computed_at,
        seed=int(stored.seed),
        known=computing.knowledge(),
        order=None,
        particles=stored.particles,
    )
    assert again.data["options"] == stored.data["options"]
    assert again.data["forecasts"] == stored.data["forecasts"]


def test_a_corrected_name_does_not_make_advice_old(patient, now):
    first = actions.refresh_advice(patient, now=now)
    patient.family_name = "Other"
    patient.save()
    assert actions.refresh_advice(patient, now=now).pk == first.pk


def test_computing_is_audited_as_the_system_or_the_person(patient, now, psychiatrist, course):
    snapshot = actions.refresh_advice(patient, now=now)
    event = Event.objects.get(object_id=str(snapshot.pk))
    assert event.tag == "plan:advice:computed"
    course.add_score(patient, 8, at=now)
    other = actions.refresh_advice(patient, now=now + timedelta(hours=1), by=psychiatrist)
    assert Event.objects.get(object_id=str(other.pk)).actor_name == psychiatrist.display_name


def test_before_any_score_the_forecast_is_the_populations(make_patient, course):
    patient = make_patient(baseline=None)
    snapshot = actions.refresh_advice(patient, now=course.start)
    assert snapshot.data["learned"]["scores_used"] == 0
    assert snapshot.data["learned"]["status"] == "prior_only"
    assert snapshot.data["missing"]
