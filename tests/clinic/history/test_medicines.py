"""Medicines taken now: unknown ones are asked about, ended ones stay, diagnoses beside them."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.history import access, actions
from ketacare.clinic.history.models import Diagnosis, Medicine
from ketacare.core.errors import InputError


def add(client, patient, **values):
    return client.post(reverse("history:add_medicine", args=[patient.pk]), values)


def test_an_unknown_medicine_is_refused_with_near_names_until_it_is_meant(client_of, patient):
    client = client_of(Role.NURSE)
    answer = add(client, patient, medicine="lorazepan", mg_per_day="1")
    assert "did you mean lorazepam" in answer.content.decode()
    assert not Medicine.objects.exists()

    assert add(client, patient, medicine="St John's tea", unlisted="on").status_code == 302
    assert Medicine.objects.get().ingredient == "St John's tea"
    page = client.get(reverse("history:overview", args=[patient.pk])).content.decode()
    assert "not on the clinic&#x27;s list" in page


def test_the_last_day_of_a_medicine_counts_as_taken(patient, nurse):
    now = timezone.now()
    row = actions.record_medicine(
        patient=patient, by=nurse, now=now, medicine="lorazepam", since=date(2025, 1, 1)
    )
    actions.end_medicine(medicine=row, by=nurse, now=now, until=date(2025, 2, 1))

    (medicine,) = access.medicines_of(patient.pk)
    noon = timezone.datetime(2025, 2, 1, 12, tzinfo=timezone.get_fixed_timezone(0))
    assert medicine.is_taken_at(noon)
    assert not medicine.is_taken_at(noon.replace(day=2))
    assert Medicine.objects.count() == 2  # with and without its end


def test_a_medicine_cannot_end_before_it_began(patient, nurse):
    now = timezone.now()
    row = actions.record_medicine(
        patient=patient, by=nurse, now=now, medicine="lorazepam", since=date(2025, 1, 1)
    )
    with pytest.raises(InputError, match="is before"):
        actions.end_medicine(medicine=row, by=nurse, now=now, until=date(2024, 1, 1))
    assert access.medicines_of(patient.pk)[0].until is None


def test_a_diagnosis_without_a_name_is_refused(client_of, patient):
    address = reverse("history:add_diagnosis", args=[patient.pk])
    client = client_of(Role.PSYCHIATRIST)
    assert client.post(address, {"name": "", "code": "F41.1"}).status_code == 200
    assert not Diagnosis.objects.exists()
    assert client.post(address, {"name": "GAD", "code": "F41.1"}).status_code == 302
    assert access.diagnoses_of(patient.pk)[0].confirmed_by == ""


def test_both_definitions_stand_side_by_side(client_of, patient):
    page = client_of(Role.THERAPIST).get(reverse("history:overview", args=[patient.pk]))
    text = page.content.decode()
    assert "Bokma 2019" in text
    assert "Cannot tell" in text
    assert "candidate" in text


def test_the_page_says_whether_the_list_is_complete(client_of, patient, nurse):
    from ketacare.clinic.eligibility.actions import record_answers

    client, address = client_of(Role.NURSE), reverse("history:overview", args=[patient.pk])
    assert (
        "Nobody has said yet whether this list is complete" in client.get(address).content.decode()
    )
    record_answers(patient, {"trial_history_complete": True}, by=nurse, now=timezone.now())
    page = client.get(address).content.decode()
    assert "Everything that was tried is on this list, as Noor Haddad recorded" in page
