"""Taking in a referral: what is kept, what is refused, who may."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.patients import actions
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.work.models import Task, TaskKind
from ketacare.core.errors import InputError

REFERRAL = {
    "given_name": "Ana",
    "family_name": "Jiménez",
    "birth_date": "1990-04-02",
    "sex": "female",
    "referred_on": "2026-01-05",
    "referral_note": "Panic for ten years.",
}


def test_a_referral_opens_what_is_due_next(client_of):
    answer = client_of(Role.PSYCHIATRIST).post(reverse("patients:new"), REFERRAL)

    patient = Patient.objects.get()
    assert answer["Location"] == reverse("patients:chart", args=[patient.pk])
    assert patient.birth_date == date(1990, 4, 2)
    assert patient.referred_at.date() == date(2026, 1, 5)
    assert set(Task.objects.values_list("kind", flat=True)) == {TaskKind.HISTORY, TaskKind.REVIEW}
    assert Event.objects.filter(tag="patient:record:added", patient_id=str(patient.pk)).exists()


def test_what_was_typed_stays_when_something_is_wrong(client_of):
    wrong = {**REFERRAL, "time_zone": "Lisbon", "family_name": ""}
    answer = client_of(Role.NURSE).post(reverse("patients:new"), wrong)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "“Lisbon” is not a time zone" in page
    assert 'value="Ana"' in page
    assert not Patient.objects.exists()


def test_a_draft_comes_back_after_a_reload(client_of):
    client = client_of(Role.NURSE)
    client.post(reverse("patients:new"), {**REFERRAL, "family_name": ""})

    assert 'value="Ana"' in client.get(reverse("patients:new")).content.decode()


def test_the_front_desk_neither_sees_nor_writes_the_reason(client_of):
    client = client_of(Role.FRONT_DESK)
    assert "Reason for referral" not in client.get(reverse("patients:new")).content.decode()
    client.post(reverse("patients:new"), REFERRAL)
    patient = Patient.objects.get()
    assert patient.referral_note == ""
    patient.referral_note = "Panic for ten years."
    patient.save()

    page = client.get(reverse("patients:chart", args=[patient.pk])).content.decode()
    assert "Jiménez" in page
    assert "Panic" not in page


def test_the_therapist_takes_in_nobody(client_of):
    answer = client_of(Role.THERAPIST).post(reverse("patients:new"), REFERRAL)
    assert answer.status_code == 403
    assert not Patient.objects.exists()


@pytest.mark.parametrize("born", [date(2100, 1, 1), date(1850, 1, 1)])
def test_an_impossible_birth_date_is_refused(nurse, born):
    with pytest.raises(InputError, match="cannot be a date of birth"):
        actions.add_patient(
            by=nurse, now=timezone.now(), given_name="A", family_name="B", birth_date=born
        )


def test_a_correction_keeps_what_stood_before(nurse):
    patient = actions.add_patient(
        by=nurse, now=timezone.now(), given_name="Ana", family_name="Jimenez"
    )
    actions.correct_patient(
        by=nurse, patient=patient, now=timezone.now(), family_name="Jiménez", given_name="Ana"
    )
    kept = patient.corrections.get()
    assert (kept.field, kept.before, kept.after) == ("family_name", "Jimenez", "Jiménez")


def test_care_is_closed_only_with_a_reason_and_opens_again(nurse):
    now = timezone.now()
    patient = actions.add_patient(by=nurse, now=now, given_name="Ana", family_name="J")
    with pytest.raises(InputError, match="Say why care ends"):
        actions.close_care(by=nurse, patient=patient, now=now, reason=" ")
    assert actions.close_care(by=nurse, patient=patient, now=now, reason="Moved").closed_at == now
    assert actions.reopen_care(by=nurse, patient=patient, now=now).is_open
