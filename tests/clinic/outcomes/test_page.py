"""The outcomes page: what it counts, who sees it, and what is held back from whom."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.infusions.models import Session
from ketacare.clinic.outcomes.presenting import numbers
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.questionnaires import actions as questionnaires

PAGE = "/outcomes/"


@pytest.fixture
def treated(db):
    """``treated(after=8)``: one infusion ten weeks ago, GAD-7 16 before, ``after`` at four weeks."""

    def make(after, *, sample=False):
        start = timezone.now() - timedelta(weeks=10)
        patient = Patient.objects.create(
            given_name="P", family_name="Q", referred_at=start, is_sample=sample
        )
        Session.objects.create(
            patient=patient, scheduled_at=start, phase="discharged", phase_since=start,
            started_at=start,
        )  # fmt: skip
        for total, days in ((16, -1), (after, 28)):
            if total is not None:
                at = start + timedelta(days=days)
                questionnaires.record_paper_score(
                    patient=patient, instrument="gad7", items=None, total=total, by=None, now=at,
                    at=at, refresh=False,
                )  # fmt: skip
        return patient

    return make


def text_of(answer):
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_an_empty_clinic_says_so(client_of):
    text = text_of(client_of(Role.PSYCHIATRIST).get(PAGE))
    assert "No infusion has been given yet." in text
    assert "No decision has been signed yet." in text
    assert "No score has come since a forecast was stored." in text


def test_shares_come_with_their_denominators(client_of, treated):
    for after in (6, 7, 12, None):
        treated(after)
    text = text_of(client_of(Role.PSYCHIATRIST).get(PAGE))
    # 6 and 7 of 16 are more than half better; 12 is not; one was not measured.
    assert "Response (at least half better): 2 of 3" in text
    assert (
        "If none, or all, of those not measured had responded, the response would be 50 or 75"
        in text
    )
    assert "Only 3: the interval says how little that tells." in text


def test_sample_people_are_not_counted_in_a_real_clinic(client_of, treated):
    treated(6, sample=True)
    text = text_of(client_of(Role.PSYCHIATRIST).get(PAGE))
    assert "No infusion has been given yet." in text


@pytest.mark.parametrize("role", [Role.RESEARCHER, Role.MANAGER])
def test_small_numbers_are_held_back(client_of, treated, role):
    for after in (6, 7, 12, None):
        treated(after)
    text = text_of(client_of(role).get(PAGE))
    assert "Numbers under 5" in text
    assert "2 of 3" not in text
    assert "held back, fewer than 5 on one side" in text
    assert "Only 3" not in text


def test_large_enough_numbers_are_shown_to_a_researcher(client_of, treated):
    for after in (6,) * 5 + (14,) * 5:
        treated(after)
    text = text_of(client_of(Role.RESEARCHER).get(PAGE))
    assert "Response (at least half better): 5 of 10" in text


@pytest.mark.parametrize("role", [Role.NURSE, Role.FRONT_DESK, Role.THERAPIST])
def test_other_roles_do_not_see_the_page(client_of, role):
    assert client_of(role).get(PAGE).status_code == 403


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([8, 0, 7], ["8", "0", "7"]),
        # 2 alone could be worked out from the whole: the 7 goes with it.
        ([8, 2, 7], ["8", "held back", "held back"]),
        # 3 and 4 hide each other: together they are 7.
        ([8, 3, 4], ["8", "held back", "held back"]),
        ([2], ["held back"]),
    ],
)
def test_parts_of_a_whole_do_not_give_one_another_away(counts, shown):
    assert numbers(counts, hide=True) == shown
    assert numbers(counts, hide=False) == [str(n) for n in counts]
