"""Leaving: two assessments apart, and "Discharge" only when gate and cabinet let the person go."""

from datetime import timedelta

from django.urls import reverse
from tests.clinic.infusions.conftest import minutes

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.eligibility import actions as eligibility
from ketacare.clinic.infusions import checks
from ketacare.clinic.infusions.leaving import leaving_of

END = 40  # minutes after the start


def leaving(session, now):
    person = checks.person_of(session, now=now)
    gate = checks.gate_of(session, now=now, person=person)
    return leaving_of(session, gate, person, now=now)


def assess(session, by, now, score=9.0):
    eligibility.record_answers(session.patient, {"mpadss": score}, by=by, now=now)


def test_one_assessment_says_from_when_the_second_counts(recovering, nurse):
    assess(recovering, nurse, minutes(END + 70))
    found = leaving(recovering, minutes(END + 71))
    assert [each.value for each in found.assessments] == [9.0]
    assert found.again_from == minutes(END + 70) + timedelta(minutes=10)
    assess(recovering, nurse, minutes(END + 81))
    assert leaving(recovering, minutes(END + 82)).again_from is None


def test_an_assessment_before_the_end_is_not_one_of_the_two(recovering, nurse):
    assess(recovering, nurse, minutes(END - 5))
    assert leaving(recovering, minutes(END + 10)).assessments == ()


def test_a_closed_gate_offers_no_discharge_but_a_physicians_decision(recovering, client_of, nurse):
    page = reverse("infusions:session", args=[recovering.pk])
    act = reverse("infusions:act", args=[recovering.pk, "discharge"])
    for address in (page, act):
        text = client_of(Role.NURSE).get(address).content.decode()
        assert 'type="submit">Discharge</button>' not in text
        assert "Discharge on my decision" not in text
        assert (
            "Discharge on my decision" in client_of(Role.PSYCHIATRIST).get(address).content.decode()
        )
