"""The chart: the loop at a glance, to those who may read it, and noted in the log."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.history import actions as history
from ketacare.clinic.patients.mapping import person_record
from ketacare.core.record import Sex


def chart(client, patient):
    return client.get(reverse("patients:chart", args=[patient.pk]))


def test_the_eight_stations_are_there_for_somebody_new(client_of, patient):
    page = chart(client_of(Role.PSYCHIATRIST), patient).content.decode()
    for station in (
        "History", "Eligibility", "Plan", "Infusion", "Integration", "Measurement", "Adaptation",
        "Clinic learns",
    ):  # fmt: skip
        assert station in page
    assert "Nothing recorded yet." in page
    assert page.count('aria-current="step"') == 1
    assert "No score is recorded yet." in page


def test_reading_the_chart_is_noted_once(client_of, patient):
    client = client_of(Role.NURSE)
    chart(client, patient)
    chart(client, patient)
    read = Event.objects.filter(tag="patient:chart:read", patient_id=str(patient.pk))
    assert read.count() == 1


@pytest.mark.parametrize("role", [Role.RESEARCHER, Role.MANAGER])
def test_roles_without_patients_are_refused(client_of, patient, role):
    assert chart(client_of(role), patient).status_code == 403


def test_an_unknown_person_is_not_found(client_of, patient):
    answer = client_of(Role.PSYCHIATRIST).get(reverse("patients:chart", args=[uuid.uuid4()]))
    assert answer.status_code == 404


def test_a_very_long_name_is_shown_whole(client_of, patient):
    patient.given_name = "Maria-Magdalena Wilhelmina " * 4
    patient.save()
    page = chart(client_of(Role.PSYCHIATRIST), patient).content.decode()
    assert patient.given_name.strip() in page


def test_the_record_for_the_core_gathers_what_the_apps_hold(psychiatrist, patient):
    now = timezone.now()
    history.record_diagnosis(patient=patient, by=psychiatrist, now=now, name="GAD", code="F41.1")
    history.record_trial(
        patient=patient, by=psychiatrist, now=now, treatment="Zoloft", dose_mg_per_day=100.0
    )
    person = person_record(patient.pk, now=now)

    assert person.sex is Sex.FEMALE
    assert person.diagnoses[0].code == "F41.1"
    assert person.trials[0].treatment == "sertraline"
    assert person.infusions == ()


def test_the_list_finds_people_by_part_of_a_name_and_says_what_comes_next(client_of, patient):
    client = client_of(Role.PSYCHIATRIST)
    page = client.get(reverse("patients:list"), {"q": "jimé"}).content.decode()
    assert "Jiménez" in page
    assert "Take the history" in page
    nobody = client.get(reverse("patients:list"), {"q": "Okonkwo"}).content.decode()
    assert "Nobody matches this search." in nobody


def test_the_front_desks_list_has_contact_and_nothing_clinical(client_of, patient):
    page = client_of(Role.FRONT_DESK).get(reverse("patients:list")).content.decode()
    assert "020 7946 0185" in page
    assert "Take the history" not in page
    assert "Referred" not in page
