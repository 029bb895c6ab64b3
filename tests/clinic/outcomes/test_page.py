"""The outcomes page: what it counts, who sees it, and what is held back from whom."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.infusions.models import Session
from ketacare.clinic.outcomes.showing import numbers
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.plans.models import AdviceSnapshot, Comparison, Decision
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


@pytest.fixture
def foretold(db, treated, psychiatrist):
    """``foretold(total, days_ahead)``: one more person with a score held against a stored forecast."""

    def make(total, days_ahead):
        patient = treated(total)
        score = patient.responses.order_by("-at").first()
        snapshot = AdviceSnapshot.objects.create(
            patient=patient, number=1, computed_at=score.at - timedelta(days=days_ahead),
            input_hash="0" * 64, seed="1", particles=1,
        )  # fmt: skip
        Comparison.objects.create(
            patient=patient, snapshot=snapshot, instrument="gad7", at=score.at, total=score.total,
            days_ahead=days_ahead, about="none", learned=True,
            p5=2, p10=4, p25=6, p50=8, p75=10, p90=12, p95=14,
        )  # fmt: skip
        return patient

    return make


def test_the_80_percent_band_is_counted_by_questionnaire_and_horizon(client_of, foretold):
    for total, days in ((8, 3), (12, 7), (13, 20), (8, 60)):
        foretold(total, days)
    text = text_of(client_of(Role.PSYCHIATRIST).get(PAGE))
    assert "4 scores of 4 people so far." in text
    assert "GAD-7: 3 of 4" in text  # 13 is above the 12 of the 80 % band
    assert "GAD-7, up to a week ahead: 2 of 2" in text
    assert "GAD-7, one to four weeks ahead: 0 of 1" in text
    assert "GAD-7, more than four weeks ahead: 1 of 1" in text
    assert "80 % band:</strong> cannot say yet: too few scores" in text
    # Who reads no charts gets no horizon: three of them would give one another away.
    assert "a week ahead" not in text_of(client_of(Role.RESEARCHER).get(PAGE))


def test_reasons_in_words_are_for_those_who_read_charts(client_of, foretold, psychiatrist):
    patient = foretold(8, 3)
    Decision.objects.create(
        patient=patient, number=1, kind="decline", grounds="life", reason="Moves in March.",
        by=psychiatrist, at=timezone.now(),
    )  # fmt: skip
    assert "Moves in March." in text_of(client_of(Role.PSYCHIATRIST).get(PAGE))
    for role in (Role.RESEARCHER, Role.MANAGER):
        assert "Moves in March." not in text_of(client_of(role).get(PAGE))


def test_more_people_do_not_mean_more_queries(client_of, foretold):
    client = client_of(Role.PSYCHIATRIST)
    foretold(8, 3)
    client.get(PAGE)  # what is fetched once per sign-in
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    for _ in range(4):
        foretold(9, 5)
    with CaptureQueriesContext(connection) as more:
        client.get(PAGE)
    assert len(more) == len(few)
