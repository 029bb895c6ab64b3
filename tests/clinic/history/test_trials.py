"""Entering, correcting and striking out trials of treatment."""

import uuid
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.history import access, actions
from ketacare.clinic.history.models import Trial
from ketacare.core.errors import InputError

SERTRALINE = {
    "treatment": "Zoloft",
    "dose_mg_per_day": "150 mg",
    "weeks_at_dose": "10",
    "adherence": "good",
    "outcome": "none",
    "end_reason": "inefficacy",
    "started": "2025-01-01",
    "ended": "2025-06-01",
    "ongoing": "no",
    "certainty": "record",
}


def add(client, patient, **changes):
    address = reverse("history:add_trial", args=[patient.pk, "medicine"])
    return client.post(address, {**SERTRALINE, **changes})


def test_a_trial_is_entered_by_brand_and_judged_beside_its_reasons(client_of, patient):
    client = client_of(Role.NURSE)
    answer = add(client, patient)

    assert answer.status_code == 302
    trial = Trial.objects.get()
    assert (trial.treatment, trial.dose_mg_per_day, trial.ongoing) == ("sertraline", 150.0, False)
    page = client.get(answer["Location"]).content.decode()
    # 150 mg/day for 10 weeks is more than the least dose and the 8 weeks preferred.
    assert "Counts as an adequate trial that failed." in page
    assert "as written: Zoloft" in page
    assert "Noor Haddad" in page


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("treatment", "sertralin", "did you mean sertraline"),
        ("dose_mg_per_day", "20 mL", "“20 mL” cannot be read as a dose in mg a day"),
        ("dose_mg_per_day", "-20", "a dose is more than zero"),
        ("dose_mg_per_day", "-20 mg", "a dose is more than zero"),
        ("ended", "2024-06-01", "before it started on 1 Jan 2025"),
        ("ended", "2999-06-01", "lies in the future"),
        ("weeks_at_dose", "-3", "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_is_answered_with_a_sentence_and_nothing_is_lost(
    client_of, patient, field, typed, sentence
):
    answer = add(client_of(Role.NURSE), patient, **{field: typed})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in page
    assert f'value="{typed}"' in page
    assert not Trial.objects.exists()


@pytest.mark.parametrize(
    ("typed", "mg"),
    [("20", 20.0), ("20 mg/day", 20.0), ("37,5 mg", 37.5), ("0.5 g", 500.0), ("250 mcg", 0.25)],
)
def test_doses_are_read_with_their_units(client_of, patient, typed, mg):
    add(client_of(Role.NURSE), patient, dose_mg_per_day=typed)
    assert Trial.objects.get().dose_mg_per_day == pytest.approx(mg)  # the unit's own arithmetic


def test_what_is_left_empty_stays_not_recorded(client_of, patient):
    address = reverse("history:add_trial", args=[patient.pk, "medicine"])
    client = client_of(Role.NURSE)
    client.post(address, {"treatment": "sertraline"})

    (trial,) = access.trials_of(patient.pk)
    assert (trial.dose_mg_per_day, trial.adherence, trial.ongoing) == (None, None, None)
    page = client.get(reverse("history:overview", args=[patient.pk])).content.decode()
    assert "dose not recorded" in page
    assert "To settle it:" in page


def test_a_course_of_therapy_keeps_homework_as_a_share(client_of, patient):
    address = reverse("history:add_trial", args=[patient.pk, "therapy"])
    client_of(Role.THERAPIST).post(
        address, {"treatment": "CBT", "sessions": "14", "homework_percent": "75"}
    )
    trial = Trial.objects.get()
    assert (trial.kind, trial.sessions, trial.homework_fraction) == ("psychotherapy", 14, 0.75)


def test_a_correction_keeps_both_accounts_and_says_who_said_what(
    client_of, patient, psychiatrist, nurse
):
    now = timezone.now()
    first = actions.record_trial(
        patient=patient, by=nurse, now=now, treatment="sertraline", dose_mg_per_day=50.0
    )
    actions.correct_trial(
        trial=first, by=psychiatrist, now=now, reason="Letter of March", dose_mg_per_day=150.0
    )

    assert Trial.objects.count() == 2
    (stands,) = access.trials_of(patient.pk)
    assert stands.dose_mg_per_day == 150.0
    page = (
        client_of(Role.NURSE).get(reverse("history:overview", args=[patient.pk])).content.decode()
    )
    assert "1 earlier account" in page
    assert "<del>50</del> → 150" in page
    assert "Letter of March" in page
    assert Event.objects.filter(tag="history:trial:changed").exists()


def test_two_people_cannot_correct_the_same_account(patient, psychiatrist, nurse):
    now = timezone.now()
    first = actions.record_trial(patient=patient, by=nurse, now=now, treatment="sertraline")
    actions.correct_trial(trial=first, by=psychiatrist, now=now, weeks_at_dose=8.0)
    with pytest.raises(InputError, match="Somebody else changed this entry"):
        actions.correct_trial(trial=first, by=nurse, now=now, weeks_at_dose=6.0)


def test_another_treatment_does_not_keep_the_old_name(patient, nurse):
    now = timezone.now()
    first = actions.record_trial(patient=patient, by=nurse, now=now, treatment="Zoloft")
    second = actions.correct_trial(trial=first, by=nurse, now=now, treatment="escitalopram")
    assert (second.treatment, second.name) == ("escitalopram", "escitalopram")


def test_an_entry_is_struck_out_with_a_reason_and_stays_visible(client_of, patient, nurse):
    now = timezone.now()
    trial = actions.record_trial(patient=patient, by=nurse, now=now, treatment="sertraline")
    client = client_of(Role.NURSE)
    address = reverse("history:strike_out", args=[patient.pk, "trial", trial.pk])
    assert client.post(address, {"reason": ""}).status_code == 200
    assert len(access.trials_of(patient.pk)) == 1

    client.post(address, {"reason": "Another person's"})
    assert access.trials_of(patient.pk) == ()
    page = client.get(reverse("history:overview", args=[patient.pk])).content.decode()
    assert "Another person&#x27;s" in page


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.RESEARCHER, Role.MANAGER])
def test_roles_without_history_are_refused(client_of, patient, role):
    client = client_of(role)
    assert client.get(reverse("history:overview", args=[patient.pk])).status_code == 403
    assert add(client, patient).status_code == 403


def test_unknown_people_kinds_and_other_peoples_entries_are_not_found(
    client_of, patient, psychiatrist
):
    from ketacare.clinic.patients.actions import add_patient

    now = timezone.now()
    other = add_patient(by=psychiatrist, now=now, given_name="B", family_name="C")
    trial = actions.record_trial(patient=other, by=psychiatrist, now=now, treatment="sertraline")
    client = client_of(Role.PSYCHIATRIST)
    for name, arguments in (
        ("history:overview", [uuid.uuid4()]),
        ("history:add_trial", [patient.pk, "surgery"]),
        ("history:correct_trial", [patient.pk, trial.pk]),
        ("history:strike_out", [patient.pk, "trial", trial.pk]),
        ("history:strike_out", [patient.pk, "score", trial.pk]),
    ):
        assert client.get(reverse(name, args=arguments)).status_code == 404, name


def test_a_day_comes_back_as_the_same_day(patient, nurse):
    actions.record_trial(
        patient=patient,
        by=nurse,
        now=timezone.now(),
        treatment="sertraline",
        started=date(2025, 3, 1),
    )
    (trial,) = access.trials_of(patient.pk)
    assert trial.started is not None
    assert trial.started.date() == date(2025, 3, 1)
