"""A form keeps what was typed: after a mistake, a reload, a time-out and a new sign-in."""

import pytest
from django import forms
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.work import access, actions, drafts
from ketacare.clinic.work.models import Draft
from ketacare.clinic.work.owners import Owner, link_owner
from ketacare.core.errors import InputError


class NoteForm(forms.Form):
    title = forms.CharField()
    note = forms.CharField(widget=forms.Textarea)
    urgent = forms.BooleanField(required=False)
    days = forms.MultipleChoiceField(choices=[("mo", "Monday"), ("tu", "Tuesday")], required=False)
    at = forms.SplitDateTimeField(required=False)


TYPED = {
    "title": "Call back",
    "note": "She asks about\nthe fast.",
    "urgent": "on",
    "days": ["mo", "tu"],
    "at_0": "2026-11-23",
    "at_1": "10:30",
}


def request_of(user, data=None):
    factory = RequestFactory()
    request = factory.get("/x/") if data is None else factory.post("/x/", data)
    request.user = user
    return request


def test_a_mistake_keeps_everything_for_the_reload(nurse):
    sent = drafts.form_with_draft(NoteForm, request_of(nurse, {**TYPED, "title": ""}), key="note:1")
    assert not sent.is_valid()
    shown = drafts.form_with_draft(NoteForm, request_of(nurse), key="note:1")
    assert shown["note"].value() == TYPED["note"]
    assert shown["urgent"].value() is True
    assert shown["days"].value() == ["mo", "tu"]
    assert shown["at"].value() == ["2026-11-23", "10:30"]
    assert shown.draft_saved_at is not None
    assert not shown.is_bound, "an unfinished form shows no complaints"


def test_the_draft_belongs_to_one_person_and_one_form(nurse, therapist):
    drafts.form_with_draft(NoteForm, request_of(nurse, TYPED), key="note:1")
    assert access.draft_of(Owner(user=nurse), "note:1") is not None
    assert access.draft_of(Owner(user=nurse), "note:2") is None
    assert access.draft_of(Owner(user=therapist), "note:1") is None


def test_the_draft_is_gone_after_the_action(nurse):
    request = request_of(nurse, TYPED)
    form = drafts.form_with_draft(NoteForm, request, key="note:1")
    assert form.is_valid()
    drafts.discard(request, form)
    assert drafts.form_with_draft(NoteForm, request_of(nurse), key="note:1").draft_saved_at is None


def test_passwords_and_tokens_are_not_kept(nurse):
    secret = {"note": "x", "password": "p", "new_password1": "p", "csrfmiddlewaretoken": "t"}
    drafts.form_with_draft(NoteForm, request_of(nurse, secret), key="note:1")
    assert Draft.objects.get().data == {"note": ["x"]}


def test_a_patients_link_keeps_drafts_without_keeping_the_link(db):
    owner = link_owner("signed-token")
    actions.save_draft(by=owner, key="gad7", data={"q1": ["2"]})
    assert access.draft_of(owner, "gad7").data == {"q1": ["2"]}
    assert access.draft_of(link_owner("another-token"), "gad7") is None
    assert "signed-token" not in Draft.objects.get().link


def test_a_key_that_is_none_is_refused(nurse):
    assert drafts.checked("history.trial:7f-a") == "history.trial:7f-a"
    with pytest.raises(InputError, match="draft's key"):
        drafts.checked("a b<script>")


def test_autosave_answers_with_the_time(client_of, people):
    client = client_of(Role.NURSE)
    answer = client.post(reverse("work:autosave"), {"draft_key": "note:1", "note": "half a sen"})
    assert answer.status_code == 200
    assert "Kept as a draft at" in answer.content.decode()
    assert access.draft_of(Owner(user=people[Role.NURSE]), "note:1").data == {
        "note": ["half a sen"]
    }


def test_autosave_says_what_is_wrong_with_a_form_too_large(client_of):
    client = client_of(Role.NURSE)
    answer = client.post(reverse("work:autosave"), {"draft_key": "note:1", "note": "x" * 200_001})
    assert answer.status_code == 422
    assert "too much text" in answer.content.decode()
    assert not Draft.objects.exists()


def test_start_empty_drops_the_draft_and_returns(client_of):
    client = client_of(Role.NURSE)
    client.post(reverse("work:autosave"), {"draft_key": "note:1", "note": "x"})
    answer = client.post(
        reverse("work:discard_draft"), {"draft_key": "note:1", "back": "/account/"}
    )
    assert answer["Location"] == "/account/"
    assert not Draft.objects.exists()


def test_start_empty_does_not_lead_elsewhere(client_of):
    client = client_of(Role.NURSE)
    elsewhere = {"draft_key": "note:1", "back": "https://elsewhere.test/"}
    assert client.post(reverse("work:discard_draft"), elsewhere)["Location"] == "/"


def grow_old(client, minutes):
    session = client.session
    session["last_seen"] = session["last_seen"] - minutes * 60
    session.save()


def test_a_session_goes_on_just_before_the_time_out(client_of):
    client = client_of(Role.NURSE)
    client.get("/account/")
    grow_old(client, 14)
    assert client.get("/account/").status_code == 200


def test_a_session_ends_after_the_time_out_and_says_where_to_go_on(client_of):
    client = client_of(Role.NURSE)
    client.get("/account/")
    grow_old(client, 16)
    answer = client.get("/account/")
    assert answer["Location"] == "/sign-in/?next=/account/"
    assert "_auth_user_id" not in client.session
    assert Event.objects.filter(tag="account:session:timed_out").count() == 1


def test_a_form_sent_too_late_is_kept_for_after_signing_in(client_of, people):
    client = client_of(Role.MANAGER)
    client.get("/account/")
    grow_old(client, 60)
    late = {"draft_key": "people:add", "display_name": "Lena Berg", "password": "never kept this"}
    answer = client.post("/people/add/", late)
    assert answer["Location"] == "/sign-in/?next=/people/add/"
    kept = access.draft_of(Owner(user=people[Role.MANAGER]), "people:add")
    assert kept.data == {"display_name": ["Lena Berg"]}
    client.force_login(people[Role.MANAGER])
    assert "Lena Berg" in client.get("/people/add/").content.decode()


def test_requests_a_page_makes_by_itself_do_not_keep_the_session(client_of):
    client = client_of(Role.NURSE)
    client.get("/account/")
    grow_old(client, 10)
    before = client.session["last_seen"]
    client.get("/account/", headers={"X-Background": "1"})
    assert client.session["last_seen"] == before
    client.get("/account/")
    assert client.session["last_seen"] > before


def test_a_part_of_a_page_asks_the_whole_page_to_sign_in(client):
    answer = client.get(
        "/account/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/people/?a=1"},
    )
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/sign-in/?next=%2Fpeople%2F%3Fa%3D1"
    assert isinstance(answer, HttpResponse)
