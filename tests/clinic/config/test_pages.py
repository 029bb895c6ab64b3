"""What every page has: headers, theme, banner, navigation, words for what cannot be done."""

import logging

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory
from django.urls import path

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.config import urls, views
from ketacare.clinic.config.logs import WithoutPatientData


def test_the_content_policy_allows_nothing_inline(client, db):
    policy = client.get("/sign-in/")["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules["form-action"] == "'self'"
    assert "unsafe" not in policy


def test_pages_are_kept_by_no_browser_and_no_frame(client, db):
    answer = client.get("/sign-in/")
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


def test_no_page_of_ours_has_inline_script_or_style(client_of):
    client = client_of(Role.MANAGER)
    for address in ("/people/", "/people/add/", "/audit/", "/account/", "/account/security/"):
        page = client.get(address).content.decode()
        assert " style=" not in page
        assert " onclick=" not in page
        assert page.count("<script") == page.count("<script src=") + page.count(
            '<script type="module" src='
        )


def test_sample_data_is_marked_on_every_page(client, db, settings):
    sentence = "nobody here is a real person"
    assert sentence not in client.get("/sign-in/").content.decode()
    settings.KETACARE = {**settings.KETACARE, "KETACARE_SAMPLE_DATA": True}
    assert sentence in client.get("/sign-in/").content.decode()


def test_the_theme_is_chosen_and_returned_to_the_device(client, db):
    answer = client.post("/theme/", {"theme": "dark", "back": "/sign-in/"})
    assert answer["Location"] == "/sign-in/"
    assert 'data-theme="dark"' in client.get("/sign-in/").content.decode()
    client.post("/theme/", {"theme": "", "back": "/sign-in/"})
    assert "data-theme" not in client.get("/sign-in/").content.decode()


def test_choosing_a_theme_does_not_lead_elsewhere(client):
    assert client.post("/theme/", {"theme": "dark", "back": "https://x.test/"})["Location"] == "/"


def test_the_navigation_shows_where_one_may_go(client_of):
    manager = client_of(Role.MANAGER).get("/account/").content.decode()
    researcher = client_of(Role.RESEARCHER).get("/account/").content.decode()
    assert 'href="/audit/"' in manager
    assert 'href="/audit/"' not in researcher


def test_a_page_that_is_not_there_says_so_in_words(client_of):
    answer = client_of(Role.NURSE).get("/nothing/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_a_refusal_says_who_could(client_of):
    answer = client_of(Role.NURSE).get("/audit/")
    assert answer.status_code == 403
    assert "It can be done by: Clinic manager." in answer.content.decode()


@pytest.mark.parametrize(
    ("view", "exception", "status", "words"),
    [
        (views.not_found, Http404("There is no such trial."), 404, "There is no such trial."),
        (views.not_found, Http404("No User matches the given query"), 404, "The address is wrong"),
        (views.refused, PermissionDenied("Ask a nurse."), 403, "Ask a nurse."),
        (views.refused, PermissionDenied(), 403, "does not include this page"),
        (views.bad_request, None, 400, "could not be read"),
    ],
)
def test_error_pages_use_our_sentences_and_not_the_frameworks(view, exception, status, words):
    answer = view(RequestFactory().get("/x/"), exception)
    assert answer.status_code == status
    assert words in answer.content.decode()


def test_a_conflict_shows_the_way_to_how_it_stands():
    answer = views.conflict(RequestFactory().get("/x/"), "Noor paused it at 10:31.", back="/now/")
    assert answer.status_code == 409
    assert "Noor paused it at 10:31." in answer.content.decode()
    assert 'href="/now/"' in answer.content.decode()


def test_our_own_mistake_has_a_page_that_needs_nothing():
    answer = views.broken(RequestFactory().get("/x/"))
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()


def test_a_forged_or_old_form_changes_nothing_and_says_why(people):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(people[Role.MANAGER])
    answer = client.post("/people/add/", {"username": "x"})
    assert answer.status_code == 403
    assert "before you signed in" in answer.content.decode()


def _undeclared(request):
    raise AssertionError("this view must not run")


@pytest.mark.urls(__name__)
def test_a_view_that_declares_nothing_is_not_served(client_of):
    assert client_of(Role.PSYCHIATRIST).get("/undeclared/").status_code == 403
    assert client_of(Role.PSYCHIATRIST).get("/alive/").status_code == 200


urlpatterns = [*urls.urlpatterns, path("undeclared/", _undeclared)]
handler403 = urls.handler403


@pytest.mark.parametrize(
    ("message", "logged"),
    [
        (
            "GET /patients/3f2b8c1e-0f5a-4c1d-9e57-aa1b2c3d4e5f/history/?name=Ana 500",
            "GET /patients/3f2b…/history/?… 500",
        ),
        ("POST /people/add/ 200", "POST /people/add/ 200"),
    ],
)
def test_logs_hold_no_patient(message, logged):
    record = logging.LogRecord("django", logging.INFO, "", 0, "%s", (message,), None)
    assert WithoutPatientData().filter(record)
    assert record.getMessage() == logged


@pytest.mark.parametrize(("status", "told"), [(403, False), (404, False), (500, True)])
def test_only_a_fault_of_the_program_is_logged_with_its_traceback(status, told):
    fault = (ValueError, ValueError("x"), None)
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "No", (), fault)
    record.status_code = status
    assert WithoutPatientData().filter(record)
    assert bool(record.exc_info) is told


def test_static_addresses_change_with_the_files():
    assert settings.STATIC_URL.startswith("/static/")
    assert len(settings.STATIC_URL.split("/")[2]) == 12
