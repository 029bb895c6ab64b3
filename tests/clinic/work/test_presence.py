"""Beside an open infusion the page stays visible after the time-out, and acts ask who is there."""

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ketacare.clinic.audit.models import Event
from ketacare.clinic.infusions import actions
from ketacare.clinic.infusions.models import Phase, Session
from ketacare.clinic.work import access
from ketacare.clinic.work.owners import Owner

PASSWORD = "a long enough sentence"


@pytest.fixture
def session(patient, nurse):
    """Checked in by the nurse a quarter of an hour ago."""
    now = timezone.now()
    booked = actions.schedule(
        patient=patient, plan=None, chair=None, scheduled_at=now, by=nurse, now=now
    )
    return actions.check_in(
        session=booked, by=nurse, now=now - timedelta(minutes=15), expected_version=1
    )


def left_alone(user, minutes=16):
    """A client whose person has done nothing for so many minutes."""
    user.set_password(PASSWORD)
    user.save()
    client = Client()
    client.force_login(user)
    client.get("/account/")
    kept = client.session
    kept["last_seen"] -= minutes * 60
    kept.save()
    return client


def page(session):
    return reverse("infusions:session", args=[session.pk])


def test_the_page_of_the_infusion_stays_visible_and_says_so(session, nurse):
    client = left_alone(nurse)
    answer = client.get(page(session))
    assert answer.status_code == 200
    assert "the next act asks for your password" in answer.content.decode()
    part = client.get(
        reverse("infusions:live", args=[session.pk, "now"]), headers={"HX-Request": "true"}
    )
    assert part.status_code == 200
    assert client.get(reverse("work:board")).status_code == 200
    assert Event.objects.filter(tag="account:session:looked_on").count() == 1


def test_looking_on_never_counts_as_being_there(session, nurse):
    client = left_alone(nurse)
    before = client.session["last_seen"]
    client.get(page(session))
    assert client.session["last_seen"] == before


def test_every_other_page_asks_for_the_password_alone(session, nurse):
    client = left_alone(nurse)
    chart = reverse("patients:chart", args=[session.patient_id])
    assert client.get(chart)["Location"] == f"/account/again/?next={chart}"
    assert "_auth_user_id" in client.session


def test_an_act_is_not_done_before_the_password(session, nurse):
    client = left_alone(nurse)
    address = reverse("infusions:act", args=[session.pk, "cancel"])
    answer = client.post(address, {"version": session.version, "words": "No escort came."})
    assert answer["Location"] == f"/account/again/?next={address}"
    assert Session.objects.get(pk=session.pk).phase == Phase.CHECKED_IN


def test_a_tapped_observation_is_kept_with_its_time_until_it_is_sent_again(session, nurse):
    client = left_alone(nurse)
    address = reverse("vitals:observe", args=[session.pk, "nausea"])
    key = f"vitals.observe.nausea:{session.pk}"
    asked = client.post(address, {"nausea": "2", "draft_key": key})
    assert asked["Location"] == f"/account/again/?next={address}"
    kept = access.draft_of(Owner(user=nurse), key).data
    assert kept["nausea"] == ["2"]
    assert kept["at"][0]
    back = client.post(asked["Location"], {"password": PASSWORD})
    assert back["Location"] == address
    shown = client.get(address)
    assert shown.status_code == 200
    assert shown.context["form"]["nausea"].value() == "2"
    assert client.session["last_seen"] >= time.time() - 60
    assert "lapsed" not in client.session
    assert Event.objects.filter(tag="account:session:resumed").count() == 1


def test_a_wrong_password_opens_nothing(session, nurse):
    client = left_alone(nurse)
    chart = reverse("patients:chart", args=[session.patient_id])
    client.get(chart)
    client.post(f"/account/again/?next={chart}", {"password": "not it at all"})
    assert client.get(chart).status_code == 302


def test_a_password_given_before_the_lapse_does_not_count(session, nurse):
    client = left_alone(nurse)
    kept = client.session
    kept["account_authentication_methods"] = [
        {"method": "password", "at": time.time() - 1000, "reauthenticated": True}
    ]
    kept.save()
    client.get(page(session))
    chart = reverse("patients:chart", args=[session.patient_id])
    assert client.get(chart).status_code == 302


def test_who_does_not_work_on_it_is_signed_out(session, people, anaesthetist):
    client = left_alone(anaesthetist)
    assert client.get(page(session))["Location"].startswith("/sign-in/")
    assert "_auth_user_id" not in client.session


def test_the_exception_ends_with_the_infusion(session, nurse):
    client = left_alone(nurse)
    assert client.get(page(session)).status_code == 200
    actions.cancel(
        session=session, reason="Fever.", by=nurse, now=timezone.now(), expected_version=None
    )
    assert client.get(page(session))["Location"].startswith("/sign-in/")


def test_the_exception_ends_with_the_shift(session, nurse, settings):
    client = left_alone(nurse)
    kept = client.session
    kept["began"] -= settings.SESSION_COOKIE_AGE + 60
    kept.save()
    assert client.get(page(session))["Location"].startswith("/sign-in/")
