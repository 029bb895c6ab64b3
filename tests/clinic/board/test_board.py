"""Today's board: what each role sees, in which order, and how it renews itself."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.infusions.models import Phase, Session
from ketacare.clinic.patients import actions


@pytest.fixture
def booked(patient):
    """A session of today that has not begun."""
    now = timezone.now()
    return Session.objects.create(patient=patient, scheduled_at=now, phase_since=now)


def board(client, **headers):
    return client.get(reverse("work:board"), headers=headers).content.decode()


def order(page, *titles):
    return sorted(titles, key=page.index)


def test_decisions_come_first_for_the_psychiatrist_and_chairs_for_the_nurse(client_of, booked):
    titles = ("In the chair now", "Plans that need a decision")
    assert order(board(client_of(Role.PSYCHIATRIST)), *titles)[0] == titles[1]
    assert order(board(client_of(Role.NURSE)), *titles)[0] == titles[0]


def test_one_tap_leads_to_the_session_of_somebody_who_is_here(client_of, booked):
    booked.phase = Phase.CHECKED_IN
    booked.save()
    page = board(client_of(Role.NURSE))
    assert reverse("infusions:session", args=[booked.pk]) in page
    assert "Checked in" in page
    assert "Nothing measured yet in this visit." in page


def test_who_comes_today_is_there_and_tomorrow_is_not(client_of, booked, psychiatrist):
    now = timezone.now()
    other = actions.add_patient(by=psychiatrist, now=now, given_name="Tom", family_name="Li")
    Session.objects.create(patient=other, scheduled_at=now + timedelta(days=2), phase_since=now)
    page = board(client_of(Role.NURSE))
    coming = page.split("Coming today")[1].split("</section>")[0]
    assert "Jiménez" in coming
    assert "Tom Li" not in coming


def test_the_front_desk_sees_times_and_names_only(client_of, booked):
    page = board(client_of(Role.FRONT_DESK))
    assert "Jiménez" in page
    assert "Appointments today" in page
    for clinical in ("decision", "risk", "Take the history", "chair now"):
        assert clinical not in page


def test_the_manager_sees_no_names(client_of, booked):
    page = board(client_of(Role.MANAGER))
    assert "A patient" in page
    assert "Jiménez" not in page


def test_the_researcher_has_no_board(client_of, booked):
    assert client_of(Role.RESEARCHER).get(reverse("work:board")).status_code == 403


def test_overdue_work_says_since_when(client_of, psychiatrist):
    long_ago = timezone.now() - timedelta(days=30)
    actions.add_patient(by=psychiatrist, now=long_ago, given_name="Tom", family_name="Li")
    page = board(client_of(Role.PSYCHIATRIST))
    assert "Overdue since" in page
    assert "Take the history" in page


def test_what_is_due_for_others_is_one_tap_away(client_of, psychiatrist):
    """A referral is the psychiatrist's to do; the nurse sees that it waits, not all of it."""
    long_ago = timezone.now() - timedelta(days=30)
    actions.add_patient(by=psychiatrist, now=long_ago, given_name="Tom", family_name="Li")
    nurse = client_of(Role.NURSE)
    page = board(nurse)
    assert "Take the history" not in page
    assert "due for others" in page
    everything = nurse.get(reverse("work:board"), {"others": "1"}).content.decode()
    assert "Take the history" in everything
    assert 'hx-get="/board/?others=1"' in everything  # it stays so when it renews itself


def test_the_board_renews_itself_in_the_background(client_of, booked):
    client = client_of(Role.NURSE)
    whole = board(client)
    assert 'hx-trigger="reorder, sse:minute throttle:20s"' in whole
    assert "X-Background" in whole
    part = board(client, **{"HX-Request": "true", "X-Background": "1"})
    assert "<html" not in part
    assert "Jiménez" in part


def test_an_empty_clinic_says_so(client_of):
    page = board(client_of(Role.NURSE))
    assert "Nobody is in a chair." in page
    assert "No plan waits for a decision." in page
