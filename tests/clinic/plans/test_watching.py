"""The watch over a course: stored with the advice, silence told by the clock, nothing on page views."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.plans import access, actions, computing
from ketacare.clinic.plans.models import AdviceSnapshot, Decision, Plan
from ketacare.clinic.plans.watching import watch_view

WELL_THEN_WORSE = (7, 5, 5, 15, 16, 17)  # from 17: 59 %, 71 %, 71 % better, then back


@pytest.fixture
def relapsing(make_patient, course):
    """Somebody who was well after three infusions and is back where they began."""
    return make_patient(gad7=WELL_THEN_WORSE), course.start + 5 * course.gap + timedelta(days=1.5)


@pytest.fixture
def planned(make_patient, course, psychiatrist):
    """Four of six infusions of a plan in force, a score a day after each."""
    patient = make_patient(gad7=(14, 12, 11, 10))
    Plan.objects.create(
        patient=patient,
        dose_mg_per_kg=0.5,
        minutes=40,
        number=6,
        days_between=3.5,
        therapy=False,
        starts_on=course.start.date(),
        protocol="standard_iv",
        protocol_version="1",
        signed_by=psychiatrist,
        signed_at=course.start - timedelta(days=1),
    )
    return patient


def titles(patient, now):
    found = watch_view(access.latest_advice(patient.pk), now=now)
    return {view.title: view for view in found}


def test_lost_relief_is_stored_with_reason_day_and_accuracy(relapsing):
    patient, now = relapsing
    snapshot = actions.refresh_advice(patient, now=now)
    assert snapshot.watch_raised
    seen = titles(patient, now)["Losing relief"]
    assert seen.raised
    # The level while well is the mean of the first two answers at least half better: (7 + 5) / 2.
    assert "level of 6 points" in seen.reason
    # The knowledge file says 0.69 and 0.74.
    assert "69 of 100 relapses" in seen.accuracy
    assert "74 of 100 who stay well" in seen.accuracy
    assert seen.since is not None
    (row,) = access.patients_standing_out(now=now)
    assert row.patient == patient
    assert "Losing relief" in row.sentence


def test_silence_begins_half_an_interval_late_and_is_told_by_the_clock(planned, course, now):
    snapshot = actions.refresh_advice(planned, now=now)
    last = course.start + 3 * course.gap + timedelta(days=1)
    # The knowledge file says 1.5 intervals of the plan's 3.5 days after the last score: 5.25 days.
    begins = last + timedelta(days=5.25)
    assert abs(snapshot.silent_from - begins) < timedelta(minutes=1)
    before, after = begins - timedelta(hours=1), begins + timedelta(hours=1)
    assert not titles(planned, before)["Silence"].raised
    silent = titles(planned, after)["Silence"]
    assert silent.raised
    assert "agreed every 3.5 days by the plan in force" in silent.reason
    assert planned in [row.patient for row in access.patients_standing_out(now=after)]


def test_without_an_agreed_interval_silence_cannot_be_told(relapsing):
    patient, now = relapsing
    snapshot = actions.refresh_advice(patient, now=now)
    assert snapshot.silent_from is None
    seen = titles(patient, now + timedelta(days=90))["Silence"]
    assert seen.state == "cannot tell"
    assert "No interval between scores is agreed" in seen.reason


def test_before_the_first_infusion_nothing_is_watched(make_patient, now):
    assert actions.refresh_advice(make_patient(), now=now).watch == []


def test_chart_plan_and_board_show_it_without_computing(relapsing, client_of, monkeypatch):
    patient, now = relapsing
    actions.refresh_advice(patient, now=now)
    monkeypatch.setattr(computing, "watched", None)  # a page that computes would fail
    for route, role in (
        (reverse("plans:overview", args=[patient.pk]), Role.PSYCHIATRIST),
        (reverse("patients:chart", args=[patient.pk]), Role.THERAPIST),
        (reverse("work:board"), Role.PSYCHIATRIST),
        (reverse("work:board"), Role.THERAPIST),
    ):
        page = client_of(role).get(route).content.decode()
        assert "Losing relief" in page, route
        assert "level of 6 points" in page, route
        assert "of 100 relapses within two weeks" in page, route  # how often it is right
    assert "Losing relief" not in client_of(Role.NURSE).get(reverse("work:board")).content.decode()


def test_a_decision_answers_what_the_scores_say(relapsing, psychiatrist):
    patient, now = relapsing
    snapshot = actions.refresh_advice(patient, now=now)
    Decision.objects.create(
        patient=patient,
        number=1,
        snapshot=snapshot,
        kind="decline",
        grounds="clinical",
        by=psychiatrist,
        at=now,
    )
    assert access.patients_standing_out(now=now) == ()


def test_a_decision_does_not_answer_silence(planned, psychiatrist, now):
    snapshot = actions.refresh_advice(planned, now=now)
    Decision.objects.create(
        patient=planned,
        number=1,
        snapshot=snapshot,
        kind="decline",
        grounds="clinical",
        by=psychiatrist,
        at=now,
    )
    assert access.patients_standing_out(now=now + timedelta(days=9))


def test_closed_care_is_not_watched(relapsing):
    patient, now = relapsing
    actions.refresh_advice(patient, now=now)
    patient.closed_at = now
    patient.save()
    assert access.patients_standing_out(now=now) == ()


def test_the_same_inputs_give_the_same_watch(relapsing):
    patient, now = relapsing
    first = actions.refresh_advice(patient, now=now).watch
    AdviceSnapshot.objects.all().delete()
    assert actions.refresh_advice(patient, now=now).watch == first
    assert datetime.fromisoformat(first[1]["since"]) <= now
