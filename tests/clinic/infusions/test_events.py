"""Adverse events: a grade is proposed, a clinician decides; a serious one holds the next dose and has duties."""

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.clinic.infusions.conftest import minutes, observe

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.eligibility import access as eligibility
from ketacare.clinic.infusions import actions, grading
from ketacare.clinic.work.models import Task

AT = minutes(30)


def record(session, by, term="nausea", grade=2, **more):
    told = {
        "said": "", "began_at": minutes(20), "proposed": None, "criteria": [],
        "is_expected": True, "related": "probable", "outcome": "ongoing", "action_taken": "",
        "narrative": "",
    }  # fmt: skip
    return actions.record_event(
        session=session, term=term, grade=grade, by=by, now=AT, **(told | more)
    )


def open_fact(session):
    return [
        f.value for f in eligibility.facts_of(session.patient_id) if f.code == "serious_event_open"
    ]


def duties(event):
    tasks = Task.objects.filter(object_id__startswith=f"event:{event.pk}", done_at__isnull=True)
    return {task.object_id.rpartition(":")[2]: task.due_at for task in tasks}


# CTCAE v5 hypertension: 140/90 is grade 2, 160/100 grade 3; either pressure is enough.
@pytest.mark.parametrize(
    ("systolic", "diastolic", "grade"),
    [(119, 79, None), (120, 79, 1), (159, 99, 2), (160, 70, 3), (150, 100, 3)],
)
def test_the_peak_pressure_proposes_a_grade(running, nurse, systolic, diastolic, grade):
    observe(running, nurse, minutes(10), systolic=systolic, diastolic=diastolic)
    found = grading.propose(running, "hypertension")
    assert (found[0] if found else None) == grade
    assert grading.propose(running, "nausea") is None


def test_an_event_that_is_not_serious_holds_nothing(running, nurse):
    event = record(running, nurse)
    assert (event.is_serious, duties(event)) == (False, {})
    assert True not in open_fact(running)


@pytest.mark.parametrize(
    "more",
    [{"grade": 3}, {"grade": 1, "criteria": ["hospital"]}, {"grade": 1, "term": "misuse"}],
)
def test_a_serious_event_starts_its_clocks_and_holds_the_next_dose(running, nurse, more):
    event = record(running, nurse, is_expected=False, **more)
    # 7 days within the clinic, 15 days outside when it was not expected.
    assert duties(event) == {
        "review": AT,
        "report": AT + timedelta(days=7),
        "outside": AT + timedelta(days=15),
    }
    assert open_fact(running)[-1] is True


def test_an_expected_serious_event_is_not_reported_outside(running, nurse):
    assert set(duties(record(running, nurse, grade=3))) == {"review", "report"}


def test_the_review_lets_the_next_dose_go_on_and_keeps_both_grades(running, nurse, psychiatrist):
    event = record(running, nurse, grade=3)
    actions.review_event(event=event, text="Transient.", grade=2, by=psychiatrist, now=minutes(60))
    event.refresh_from_db()
    assert (event.grade, event.reviewed_grade) == (3, 2)
    assert open_fact(running)[-1] is False
    actions.report_event(event=event, outside=False, by=nurse, now=minutes(61))
    assert duties(event) == {}


def test_the_pages_record_and_show_it(running, client_of, nurse):
    observe(running, nurse, minutes(10), systolic=170, diastolic=99)
    client = client_of(Role.NURSE)
    assert (
        client.get(reverse("infusions:record_event", args=[running.pk, "new"])).status_code == 200
    )
    address = reverse("infusions:record_event", args=[running.pk, "hypertension"])
    assert "Proposed: grade 3" in client.get(address).content.decode()
    sent = client.post(
        address,
        {
            "began_at": "2026-11-23T15:10", "grade": "3", "expected": "no",
            "related": "probable", "outcome": "recovered", "criteria": "important",
        },
    )  # fmt: skip
    assert sent.status_code == 302
    page = client.get(sent.url).content.decode()
    assert "Report outside (MedWatch)" in page
    shown = client.get(reverse("infusions:session", args=[running.pk])).content.decode()
    assert "Serious, not reviewed" in shown
    assert "Report the serious event" in client.get("/board/").content.decode()
