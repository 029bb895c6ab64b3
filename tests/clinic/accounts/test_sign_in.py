"""Signing in: by name or e-mail, with a second factor, never by signing up."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _fresh_rate_limits():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def noor(nurse):
    nurse.set_password(PASSWORD)
    nurse.save()
    return nurse


def sign_in(client, login, password=PASSWORD, to="/sign-in/"):
    return client.post(to, {"login": login, "password": password})


@pytest.mark.parametrize("login", ["nurse", "NURSE", "nurse@clinic.test"])
def test_by_name_or_e_mail(client, noor, login):
    answer = sign_in(client, login, to="/sign-in/?next=/account/")
    assert answer["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert Event.objects.filter(tag="account:session:started", actor_id=str(noor.pk)).exists()


def test_a_wrong_password_says_so_and_keeps_the_name(client, noor):
    answer = sign_in(client, "nurse", "wrong")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Something is missing or not right." in page
    assert 'value="nurse"' in page
    assert client.get("/account/").status_code == 302
    refused = Event.objects.get(tag="account:session:refused")
    assert (refused.details, refused.actor_name) == ({}, "Ketacare")


def test_somebody_whose_access_ended_stays_outside(client, noor):
    noor.is_active = False
    noor.save()
    sign_in(client, "nurse")
    assert client.get("/account/").status_code == 302


def test_access_that_ends_ends_the_session_too(client, noor):
    client.force_login(noor)
    assert client.get("/account/").status_code == 200
    noor.is_active = False
    noor.save()
    assert client.get("/account/").status_code == 302


def test_guessing_is_slowed_down(client, noor):
    for _ in range(12):
        answer = sign_in(client, "nurse", "wrong")
    assert answer.status_code in {200, 429}
    sign_in(client, "nurse")
    assert client.get("/account/").status_code == 302, "the right password comes too late"


def test_nobody_signs_up(client, db):
    answer = client.get("/sign-in/closed/")
    assert "Nobody signs up here" in answer.content.decode()
    assert client.post("/sign-in/closed/", {"username": "x"}).status_code == 405


def test_after_signing_in_the_address_asked_for_does_not_lead_elsewhere(client, noor):
    assert sign_in(client, "nurse", to="/sign-in/?next=https://x.test/")["Location"] == "/"


def test_signing_out_needs_a_button_and_is_recorded(client, noor):
    client.force_login(noor)
    client.get("/sign-out/")
    assert client.get("/account/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/account/").status_code == 302
    assert Event.objects.filter(tag="account:session:ended").count() == 1


def code_now(secret):
    return totp.format_hotp_value(
        totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))
    )


def test_with_an_authenticator_app_the_password_is_not_enough(client, noor):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(noor, secret)
    answer = sign_in(client, "nurse")
    assert answer["Location"].startswith("/sign-in/code/")
    assert client.get("/account/").status_code == 302
    client.post("/sign-in/code/", {"code": "000000"})
    assert client.get("/account/").status_code == 302
    assert Event.objects.get(tag="account:session:refused").details == {"step": "second factor"}
    client.post("/sign-in/code/", {"code": code_now(secret)})
    assert client.get("/account/").status_code == 200


def test_a_recovery_code_opens_once(client, noor):
    totp.TOTP.activate(noor, totp.generate_totp_secret())
    code = RecoveryCodes.activate(noor).get_unused_codes()[0]
    for expected in (200, 302):
        sign_in(client, "nurse")
        client.post("/sign-in/code/", {"code": code})
        assert client.get("/account/").status_code == expected
        client.post("/sign-out/")


def test_a_second_factor_is_set_up_under_my_account(
    client, noor, django_capture_on_commit_callbacks
):
    sign_in(client, "nurse")
    asked = client.get("/account/security/app/on/")["Location"]
    assert asked.startswith("/account/again/"), "changing a factor asks for the password again"
    client.post(asked, {"password": PASSWORD})
    page = client.get("/account/security/app/on/").content.decode()
    secret = re.search(r'id="authenticator_secret"[^>]* value="(\w+)"', page)[1]
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/account/security/app/on/", {"code": code_now(secret)})
    assert Authenticator.objects.filter(user=noor, type="totp").exists()
    assert Event.objects.filter(tag="account:factor:added").exists()
    assert "On" in client.get("/account/security/").content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_every_role_reaches_its_own_account(client_of, role):
    assert client_of(role).get("/account/").status_code == 200
