"""The plan's pages as a psychiatrist, a nurse and a stranger meet them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.plans import access, actions, computing
from ketacare.clinic.plans.models import AdviceSnapshot, Decision

CHANGE = {
    "dose_mg_per_kg": "0.5",
    "minutes": "60",
    "number": "4",
    "days_between": "7",
    "starts_on": "2026-12-01",
    "grounds": "safety",
    "reason": "Slower after a hard first session.",
}


@pytest.fixture
def patient(make_patient):
    return make_patient(name="Maximiliana-Theodora von Hohenstein-Wolkersdorf", baseline=None)


@pytest.fixture
def advice(patient, course):
    course.add_score(patient, 17, at=timezone.now() - timedelta(days=1))
    return actions.refresh_advice(patient, now=timezone.now())


@pytest.fixture
def page(patient):
    return reverse("plans:overview", args=[patient.pk])


def text_of(answer):
    return " ".join(answer.content.decode().split())


def test_without_options_the_page_offers_to_compute_them(client_of, page):
    text = text_of(client_of(Role.PSYCHIATRIST).get(page))
    assert "No options yet" in text
    assert "Compute now" in text


def test_a_page_view_computes_nothing(client_of, page, advice, monkeypatch):
    monkeypatch.setattr(computing, "compute", lambda *a, **k: pytest.fail("computed"))
    assert client_of(Role.PSYCHIATRIST).get(page).status_code == 200
    assert AdviceSnapshot.objects.count() == 1


def test_the_page_says_what_to_decide_with_natural_frequencies(client_of, page, advice, patient):
    text = text_of(client_of(Role.PSYCHIATRIST).get(page))
    assert "To decide" in text
    assert advice.question in text.replace("&quot;", '"')
    assert " of 10" in text
    assert "Learned from 1 score of this person." in text
    assert "The plain guideline rule" in text
    assert "days from today" in text  # the axis: nothing has been given yet
    assert Event.objects.filter(tag="patient:plan:read", patient_id=str(patient.pk)).count() == 1


def test_stale_options_say_so_and_cannot_be_signed_from_the_page(
    client_of, page, advice, patient, course
):
    client = client_of(Role.PSYCHIATRIST)
    sign = reverse("plans:sign", args=[patient.pk, advice.number, 1])
    assert sign in text_of(client.get(page))
    course.add_score(patient, 12, at=timezone.now() - timedelta(hours=1))
    text = text_of(client.get(page))
    assert "These options are out of date." in text
    assert "Changed since: scores." in text
    assert sign not in text


def test_compute_now_makes_new_options(client_of, page, patient, course):
    course.add_score(patient, 17, at=timezone.now() - timedelta(days=1))
    answer = client_of(Role.NURSE).post(reverse("plans:compute", args=[patient.pk]), follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert access.latest_advice(patient.pk).computed_by.role == Role.NURSE


def test_a_nurse_reads_the_plan_and_may_not_sign(client_of, page, advice, patient):
    client = client_of(Role.NURSE)
    text = text_of(client.get(page))
    assert "A psychiatrist decides and signs." in text
    sign = reverse("plans:sign", args=[patient.pk, advice.number, 1])
    assert sign not in text
    assert client.get(sign).status_code == 403
    assert client.post(sign, {"grounds": "agree"}).status_code == 403
    assert not Decision.objects.exists()


def test_the_front_desk_does_not_see_a_plan(client_of, page, advice):
    assert client_of(Role.FRONT_DESK).get(page).status_code == 403


def test_signing_names_the_person_and_takes_effect(client_of, page, advice, patient):
    client = client_of(Role.PSYCHIATRIST)
    sign = reverse("plans:sign", args=[patient.pk, advice.number, 1])
    confirm = text_of(client.get(sign))
    assert f"Sign for {patient.name}" in confirm
    assert "born 5 May 1985" in confirm
    answer = client.post(sign, {"grounds": "agree", "reason": "", "expected": "0"}, follow=True)
    assert answer.redirect_chain == [(page, 302)]
    text = text_of(answer)
    assert "Plan in force" in text
    assert "Signed as offered" in text
    assert access.active_plan(patient.pk) is not None


def test_two_psychiatrists_at_once_get_a_conflict_page(client_of, advice, patient, psychiatrist):
    client = client_of(Role.PSYCHIATRIST)
    sign = reverse("plans:sign", args=[patient.pk, advice.number, 1])
    sent = {"grounds": "agree", "expected": "0"}
    assert client.post(sign, sent).status_code == 302
    answer = client.post(sign, sent)
    assert answer.status_code == 409
    assert psychiatrist.display_name in text_of(answer)
    assert Decision.objects.count() == 1


def test_a_changed_plan_is_shown_before_it_is_signed(client_of, patient, advice):
    client = client_of(Role.PSYCHIATRIST)
    change = reverse("plans:change", args=[patient.pk])
    sent = {**CHANGE, "expected": "0", "snapshot": "1", "option": "1"}
    check = client.post(change, sent)
    assert "Check and sign" in text_of(check)
    assert not Decision.objects.exists()
    client.post(change, {**sent, "signed": "yes"})
    decision = Decision.objects.get()
    assert (decision.kind, decision.grounds, decision.option_index) == ("modify", "safety", 0)
    assert decision.plan.minutes == 60
    assert not decision.plan.therapy


def test_a_refused_dose_stays_in_the_form_with_its_sentence(client_of, patient, advice):
    client = client_of(Role.PSYCHIATRIST)
    change = reverse("plans:change", args=[patient.pk])
    answer = client.post(change, {**CHANGE, "dose_mg_per_kg": "5", "expected": "0"})
    text = text_of(answer)
    assert "A dose of 5 mg/kg is refused" in text
    assert 'value="5"' in text
    assert CHANGE["reason"] in text
    assert not Decision.objects.exists()


def test_declining_needs_a_reason(client_of, page, patient, advice):
    client = client_of(Role.PSYCHIATRIST)
    decline = reverse("plans:decline", args=[patient.pk, advice.number])
    assert "error-summary" in text_of(client.post(decline, {"grounds": "life", "reason": ""}))
    sent = {"grounds": "life", "reason": "Cannot travel this month.", "expected": "0"}
    text = text_of(client.post(decline, sent, follow=True))
    assert "Cannot travel this month." in text
    assert access.decisions_of(patient.pk).get().kind == "decline"


def test_ending_a_plan_from_its_page(client_of, patient, advice):
    client = client_of(Role.PSYCHIATRIST)
    client.post(
        reverse("plans:sign", args=[patient.pk, advice.number, 1]),
        {"grounds": "agree", "expected": "0"},
    )
    end = reverse("plans:end", args=[patient.pk])
    assert "No further infusion" in text_of(client.get(end))
    client.post(end, {"grounds": "preference", "reason": "Stops here.", "expected": "1"})
    assert access.active_plan(patient.pk) is None


def test_earlier_options_stay_readable(client_of, patient, advice, course):
    course.add_score(patient, 9, at=timezone.now() - timedelta(hours=1))
    actions.refresh_advice(patient, now=timezone.now())
    text = text_of(client_of(Role.PSYCHIATRIST).get(reverse("plans:earlier", args=[patient.pk, 1])))
    assert "As it stood on" in text
    assert "Sign the first option" not in text
    missing = client_of(Role.PSYCHIATRIST).get(reverse("plans:earlier", args=[patient.pk, 9]))
    assert missing.status_code == 404


def test_the_page_asks_the_database_a_bounded_number_of_times(
    client_of, page, advice, django_assert_max_num_queries
):
    client = client_of(Role.PSYCHIATRIST)
    client.get(page)
    with django_assert_max_num_queries(30):
        client.get(page)


@pytest.mark.parametrize("route", ["work:board", "patients:list", "plans:weights"])
def test_more_people_do_not_mean_more_queries(client_of, make_patient, course, route):
    """Everybody here waits for a decision and stands on every list."""
    client, address = client_of(Role.PSYCHIATRIST), reverse(route)

    def add(number):
        for index in range(number):
            patient = make_patient(name=f"Person No{index}")
            actions.refresh_advice(patient, now=course.start)

    add(2)
    client.get(address)  # what is fetched once per sign-in
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    add(4)
    with CaptureQueriesContext(connection) as more:
        client.get(address)
    assert len(more) == len(few)
