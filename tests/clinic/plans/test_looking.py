"""Any instrument under any option, and computing stored options again, as somebody at a screen does."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.plans import actions, outlooks
from ketacare.clinic.plans.models import Outlook


@pytest.fixture
def snapshot(make_patient):
    patient = make_patient(gad7=(15, 12, 14, 9))
    return actions.refresh_advice(patient, now=timezone.now() - timedelta(hours=1))


@pytest.fixture
def page(snapshot):
    return reverse("plans:ahead", args=[snapshot.patient_id, snapshot.number])


def text_of(answer):
    return " ".join(answer.content.decode().split())


def test_an_option_is_drawn_when_asked_and_shown_by_its_address(client_of, page):
    client = client_of(Role.THERAPIST)
    assert "takes about a second" in text_of(client.get(page))
    answer = client.post(page, {"option": "0", "instrument": "phq9"})
    assert answer.status_code == 302
    text = text_of(client.get(answer.url))
    assert "PHQ-9: Without a further infusion" in text
    assert "Chances by date: Without a further infusion" in text
    assert Outlook.objects.count() == 1
    assert Event.objects.filter(tag="plan:outlook:drawn").count() == 1


def test_reading_draws_nothing(client_of, page, monkeypatch):
    monkeypatch.setattr(outlooks, "draw", lambda *a, **k: pytest.fail("drawn"))
    answer = client_of(Role.NURSE).get(page, {"option": "1", "instrument": "gad7"})
    assert answer.status_code == 200
    assert Outlook.objects.count() == 0


@pytest.mark.parametrize(("option", "instrument"), [("999", "gad7"), ("-1", "gad7"), ("1", "nope")])
def test_what_is_not_there_is_refused_in_one_sentence(client_of, page, option, instrument):
    answer = client_of(Role.NURSE).post(page, {"option": option, "instrument": instrument})
    assert answer.status_code == 200
    assert "notice--error" in text_of(answer)
    assert Outlook.objects.count() == 0


def test_the_front_desk_and_the_researcher_get_neither(client_of, page, snapshot):
    recheck = reverse("plans:recheck", args=[snapshot.patient_id, snapshot.number])
    for role in (Role.FRONT_DESK, Role.RESEARCHER, Role.MANAGER):
        assert client_of(role).get(page).status_code == 403
        assert client_of(role).post(recheck).status_code == 403


def test_computing_again_says_that_all_values_are_the_same(client_of, snapshot):
    recheck = reverse("plans:recheck", args=[snapshot.patient_id, snapshot.number])
    answer = client_of(Role.PSYCHIATRIST).post(recheck, follow=True)
    assert "values are the same" in text_of(answer)
    event = Event.objects.get(tag="plan:advice:checked")
    assert event.details["different"] == 0
