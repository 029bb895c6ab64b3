"""A patient tells on a phone, a clinician confirms line by line, and who said what is kept."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.history import access, telling
from ketacare.clinic.history.models import Invitation, Medicine, Told, Trial
from ketacare.clinic.work.models import Draft
from ketacare.core.errors import InputError
from ketacare.core.record import TrialRole

ZOLOFT = {
    "what": "Zoloft",
    "dose": "two of the white ones",
    "how_long": "3 months",
    "when": "2024",
    "helped": "no",
    "ended": "no_help",
    "words": "I felt nothing.",
}


@pytest.fixture
def token(patient, nurse):
    return telling.invite(patient=patient, by=nurse, now=timezone.now())[1]


def tell(token, kind="medicine", **changes):
    return Client().post(reverse("history:tell_add", args=[token, kind]), {**ZOLOFT, **changes})


def line_of(token, **changes):
    assert tell(token, **changes).status_code == 302
    return Told.objects.latest("told_at")


def confirm(client, line, **values):
    address = reverse("history:confirm_told", args=[line.patient_id, line.pk])
    given = {"treatment": "Zoloft", "dose_mg_per_day": "100", "weeks_at_dose": "12", **values}
    return client.post(address, given)


def test_the_team_makes_a_link_and_the_patient_needs_no_account(client_of, patient):
    page = client_of(Role.NURSE).post(reverse("history:invite", args=[patient.pk]))
    address = page.context["address"]
    answer = Client(enforce_csrf_checks=True).get(address)
    assert answer.status_code == 200
    assert "what have you tried so far?" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert Invitation.objects.get().token_digest not in address  # only its SHA-256 is stored


def test_a_told_line_is_kept_as_written_and_shown_to_the_patient(token):
    line = line_of(token)
    assert (line.what, line.dose, line.is_open) == ("Zoloft", "two of the white ones", True)
    page = Client().get(reverse("history:tell", args=[token])).content.decode()
    assert "two of the white ones" in page


def test_only_the_name_is_needed_and_the_name_is_needed(token):
    nothing = dict.fromkeys(ZOLOFT, "")
    assert tell(token, **{**nothing, "what": "some tablets"}).status_code == 302
    assert tell(token, **nothing).status_code == 200
    assert Told.objects.count() == 1


def test_what_is_told_counts_only_when_it_is_confirmed(client_of, token, patient):
    line = line_of(token)
    assert access.trials_of(patient.pk) == ()
    nurse = client_of(Role.NURSE)
    page = nurse.get(reverse("history:overview", args=[patient.pk])).content.decode()
    assert "These lines count only when somebody has confirmed them." in page
    assert confirm(nurse, line, adherence="good", outcome="none").status_code == 302
    trial = Trial.objects.get()
    assert (trial.treatment, trial.dose_mg_per_day) == ("sertraline", 100.0)
    assert trial.told == line
    page = nurse.get(reverse("history:overview", args=[patient.pk])).content.decode()
    assert "The patient told it as “Zoloft”" in page
    assert "Confirmed by Noor Haddad" in page


def test_the_form_holds_the_words_and_guesses_no_dose(client_of, token):
    line = line_of(token)
    page = client_of(Role.NURSE).get(
        reverse("history:confirm_told", args=[line.patient_id, line.pk])
    )
    initial = page.context["form"].initial
    assert (initial["treatment"], initial["end_reason"], initial["certainty"]) == (
        "Sertraline",
        "inefficacy",
        "recall",
    )
    assert "dose_mg_per_day" not in initial
    assert "two of the white ones" in initial["note"]
    assert "I felt nothing." in page.content.decode()


def test_a_little_help_is_not_called_an_outcome(token):
    assert "outcome" not in telling.proposal(line_of(token, helped="some"))
    assert telling.proposal(line_of(token, helped="half"))["outcome"] == "response"


def test_still_taken_is_still_going_on(token):
    found = telling.proposal(line_of(token, ended="going_on"))
    assert (found["ongoing"], "end_reason" in found) == (True, False)


def test_a_medicine_taken_now_goes_on_the_list(client_of, token):
    line = line_of(token, kind="taking", what="Xanax")
    address = reverse("history:confirm_told", args=[line.patient_id, line.pk])
    assert client_of(Role.NURSE).post(address, {"medicine": "Xanax"}).status_code == 302
    assert Medicine.objects.get().told == line
    assert Medicine.objects.get().ingredient == "alprazolam"


def test_an_unknown_name_is_answered_and_the_line_stays_open(client_of, token):
    line = line_of(token, what="the blue pill")
    answer = confirm(client_of(Role.NURSE), line, treatment="the blue pill")
    assert answer.status_code == 200
    assert "is not known" in answer.content.decode()
    line.refresh_from_db()
    assert line.is_open


def test_a_line_is_set_aside_with_a_reason_and_stays(client_of, token, patient):
    line = line_of(token)
    address = reverse("history:set_aside_told", args=[patient.pk, line.pk])
    nurse = client_of(Role.NURSE)
    assert nurse.post(address, {"reason": ""}).status_code == 200
    assert nurse.post(address, {"reason": "Told twice."}).status_code == 302
    page = nurse.get(reverse("history:overview", args=[patient.pk])).content.decode()
    assert "Told twice." in page
    assert Trial.objects.count() == 0


def test_a_line_is_decided_on_once(token, nurse):
    line = line_of(token)
    now = timezone.now()
    telling.confirm(line=line, by=nurse, now=now, treatment="sertraline")
    with pytest.raises(InputError, match="Somebody else decided"):
        telling.set_aside(line=line, by=nurse, now=now, reason="No.")


def test_the_patient_takes_a_line_back_until_it_was_looked_at(token, nurse):
    line = line_of(token)
    back = reverse("history:tell_back", args=[token, line.pk])
    assert Client().post(back).status_code == 302
    line.refresh_from_db()
    assert line.taken_back_at is not None
    other = line_of(token)
    telling.confirm(line=other, by=nurse, now=timezone.now(), treatment="sertraline")
    Client().post(reverse("history:tell_back", args=[token, other.pk]))
    other.refresh_from_db()
    assert other.taken_back_at is None


def test_a_finished_link_takes_nothing_more(token):
    tell(token)
    Client().post(reverse("history:tell_finish", args=[token]))
    answer = tell(token)
    assert answer.status_code == 410
    assert "Thank you" in answer.content.decode()
    assert Told.objects.count() == 1


def test_a_link_ends_after_two_weeks_and_when_a_new_one_is_made(patient, nurse):
    now = timezone.now()
    _old, first = telling.invite(patient=patient, by=nurse, now=now - timedelta(days=15))
    _new, second = telling.invite(patient=patient, by=nurse, now=now)
    assert tell(first).status_code == 410
    assert tell(second).status_code == 302
    telling.invite(patient=patient, by=nurse, now=now)
    assert tell(second).status_code == 410


def test_a_link_that_was_not_made_here_tells_nothing(db):
    assert Client().get("/h/not-a-link/").status_code == 404
    assert Client().get(f"/h/{uuid.uuid4()}:1:x/add/medicine/").status_code == 404


def test_a_line_of_somebody_else_cannot_be_taken_back(token, patient, nurse):
    line = line_of(token)
    _other, second = telling.invite(patient=patient, by=nurse, now=timezone.now())
    Client().post(reverse("history:tell_back", args=[second, line.pk]))
    line.refresh_from_db()
    assert line.taken_back_at is None


def test_everything_is_in_the_log_and_nothing_told_is(token, nurse):
    line = line_of(token)
    telling.confirm(line=line, by=nurse, now=timezone.now(), treatment="sertraline")
    tags = list(Event.objects.order_by("pk").values_list("tag", flat=True))
    assert [t for t in tags if t.startswith("history:telling")] == [
        "history:telling:asked",
        "history:telling:told",
        "history:telling:confirmed",
    ]
    assert "white ones" not in str(list(Event.objects.values_list("details_json", flat=True)))


def test_who_may_not_edit_confirms_nothing(client_of, token, patient):
    line = line_of(token)
    assert confirm(client_of(Role.FRONT_DESK), line).status_code == 403
    assert Trial.objects.count() == 0


def test_an_augmentation_is_entered_with_what_it_was_added_to(client_of, patient):
    address = reverse("history:add_trial", args=[patient.pk, "medicine"])
    given = {"treatment": "buspirone", "role": "augmentation", "added_to": "Zoloft"}
    assert client_of(Role.NURSE).post(address, given).status_code == 302
    (trial,) = access.trials_of(patient.pk)
    assert (trial.role, trial.added_to) == (TrialRole.AUGMENTATION, "sertraline")


def test_what_is_being_told_survives_a_reload_and_a_mistake(token):
    add, keep = f"/h/{token}/add/medicine/", f"/h/{token}/keep/"
    client = Client()
    page = client.get(add).content.decode()
    key = re.search(r'data-draft-key="([^"]+)"', page)[1]
    assert f'data-autosave="{keep}"' in page
    typed = {"draft_key": key, "dose": "three white ones", "words": "made me tired"}
    assert client.post(keep, typed).status_code == 200
    # Another phone with the same link goes on where the first one stopped.
    page = Client().get(add).content.decode()
    assert "three white ones" in page
    assert "made me tired" in page
    # Without a name nothing is told, and what was typed stays.
    assert "three white ones" in client.post(add, typed).content.decode()
    assert "three white ones" in client.get(add).content.decode()
    # Told, the form is empty again.
    client.post(add, {**typed, "what": "Zoloft"})
    assert "three white ones" not in client.get(add).content.decode()


def test_a_link_that_has_ended_keeps_nothing_more(token):
    client = Client()
    client.post(f"/h/{token}/finish/")
    assert client.post(f"/h/{token}/keep/", {"draft_key": "a:b", "dose": "1"}).status_code == 410
    assert not Draft.objects.exists()
