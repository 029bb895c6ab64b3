"""The team's pages: scores with changes, links to copy, paper forms, answers about risk."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.infusions.models import Phase, PumpEvent, Session
from ketacare.clinic.questionnaires import access, actions
from ketacare.clinic.questionnaires.models import Request, Response, RiskAnswer
from ketacare.clinic.work.models import Task, TaskKind

pytestmark = pytest.mark.usefixtures("no_options")


@pytest.fixture
def infused(ana, nurse):
    """One infusion ten days ago."""
    start = timezone.now() - timedelta(days=10)
    session = Session.objects.create(
        patient=ana,
        scheduled_at=start,
        phase=Phase.DISCHARGED,
        phase_since=start,
        started_at=start,
        ended_at=start + timedelta(minutes=40),
        dose_mg=35,
        weight_kg=70,
        minutes=40,
        bag_ml=50,
        concentration_mg_per_ml=0.7,
    )
    for number, (kind, minutes, rate) in enumerate((("start", 0, 52.5), ("stop", 40, 0)), 1):
        PumpEvent.objects.create(
            session=session,
            number=number,
            kind=kind,
            at=start + timedelta(minutes=minutes),
            rate_mg_per_h=rate,
            rate_ml_per_h=rate / 0.7,
            volume_ml=0,
            dose_mg=0,
            by=nurse,
        )
    return session


def paper(ana, nurse, days_ago, items, instrument="gad7"):
    now = timezone.now()
    return actions.record_paper_score(
        patient=ana,
        instrument=instrument,
        items=items,
        by=nurse,
        now=now,
        at=now - timedelta(days=days_ago),
    )


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def test_scores_stand_with_band_changes_and_time_since_the_dose(client_of, ana, nurse, infused):
    paper(ana, nurse, 11, [3, 3, 2, 2, 2, 1, 1])  # 14, before the infusion: the baseline
    paper(ana, nurse, 8, [1, 1, 1, 1, 1, 1, 0])  # 6: 8 fewer, 57 %, a response
    text = text_of(client_of(Role.NURSE).get(f"/patients/{ana.pk}/measures/"))
    assert "14 moderate" in text
    assert "6 mild" in text
    assert "8 fewer" in text
    assert "response" in text
    assert "2 days after an infusion" in text or "48 h after an infusion" in text
    assert "before any infusion" in text


def test_a_change_is_read_against_noise_and_against_what_people_notice(client_of, ana, nurse):
    paper(ana, nurse, 11, [2, 2, 2, 2, 2, 2, 2])  # 14
    paper(ana, nurse, 8, [2, 2, 2, 2, 1, 1, 0])  # 10: 4 fewer; noise is under 6, 4 are noticed
    paper(ana, nurse, 5, [2, 2, 2, 2, 1, 0, 0])  # 9: 1 fewer
    text = text_of(client_of(Role.NURSE).get(f"/patients/{ana.pk}/measures/"))
    assert "6 points or more are more than measurement noise (reliable change)" in text
    assert "4 points or more are what people notice (minimal important change)" in text
    assert "4 fewer · within noise, though large enough to be noticed" in text


def test_what_is_missing_is_said(client_of, ana, nurse):
    paper(ana, nurse, 1, [1, 1, 1, 1, 1, None, None])
    text = text_of(client_of(Role.NURSE).get(f"/patients/{ana.pk}/measures/"))
    assert "not scored" in text
    assert "left out: item 6, 7" in text


def test_an_empty_record_says_that_it_is_empty(client_of, ana):
    text = text_of(client_of(Role.THERAPIST).get(f"/patients/{ana.pk}/measures/"))
    assert "Never answered" in text
    assert "No answers are waited for." in text


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.RESEARCHER, Role.MANAGER])
def test_those_who_see_no_charts_see_no_scores(client_of, ana, nurse, role):
    paper(ana, nurse, 1, [1] * 7)
    assert client_of(Role.NURSE).get(f"/patients/{ana.pk}/measures/").status_code == 200
    assert client_of(role).get(f"/patients/{ana.pk}/measures/").status_code == 403
    assert client_of(role).get(f"/patients/{ana.pk}/measures/send/").status_code == 403


def test_reading_is_in_the_log(client_of, ana):
    client_of(Role.NURSE).get(f"/patients/{ana.pk}/measures/")
    assert Event.objects.get(tag="patient:questionnaire:read").patient_id == str(ana.pk)


def test_a_link_is_made_shown_and_works(client_of, client, ana):
    page = client_of(Role.NURSE).post(
        f"/patients/{ana.pk}/measures/send/", {"instruments": ["gad7"], "due": "2"}, follow=True
    )
    address = re.search(r"http://testserver(/q/[^<]+)</textarea>", page.content.decode()).group(1)
    assert "sends no messages" in text_of(page)
    assert client.get(address).status_code == 200
    request = Request.objects.get()
    assert request.expires_at - request.due_at == timedelta(days=5)


def test_a_request_for_nothing_is_refused(client_of, ana):
    page = client_of(Role.NURSE).post(f"/patients/{ana.pk}/measures/send/", {"due": "2"})
    assert b"error-summary" in page.content
    assert not Request.objects.exists()


def test_a_link_of_an_expired_request_is_not_shown_but_renewed(client_of, client, link):
    request, token = link(ago=timedelta(days=8))
    nurse = client_of(Role.NURSE)
    page = nurse.get(f"/measures/requests/{request.pk}/")
    assert token not in page.content.decode()
    new = nurse.post(f"/measures/requests/{request.pk}/renew/", follow=True)
    address = re.search(r"http://testserver(/q/[^<]+)</textarea>", new.content.decode()).group(1)
    assert client.get(address).status_code == 200
    assert client.get(f"/q/{token}/").status_code == 410


def test_a_link_is_withdrawn_with_a_reason_only(client_of, client, link):
    request, token = link()
    nurse = client_of(Role.NURSE)
    nurse.post(f"/measures/requests/{request.pk}/revoke/", {"reason": ""})
    assert client.get(f"/q/{token}/").status_code == 200
    nurse.post(f"/measures/requests/{request.pk}/revoke/", {"reason": "Wrong number."})
    assert client.get(f"/q/{token}/").status_code == 410


def test_an_answered_request_is_neither_renewed_nor_withdrawn(client_of, link):
    request, _token = link()
    actions.answer(request=request, answers={"gad7": [1] * 7}, now=timezone.now())
    for act in ("renew", "revoke"):
        client_of(Role.NURSE).post(f"/measures/requests/{request.pk}/{act}/", {"reason": "x"})
    request.refresh_from_db()
    assert request.revoked_at is None
    assert Request.objects.count() == 1


def hama(**changed):
    data = {f"item_{n}": "2" for n in range(1, 15)}
    return {**data, "at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"), **changed}


def test_a_psychiatrist_rates_the_hama(client_of, ana):
    client_of(Role.PSYCHIATRIST).post(f"/patients/{ana.pk}/measures/enter/hama/", hama())
    (score,) = access.scores_of(ana.pk)
    assert (score.instrument, score.total, score.rater) == ("hama", 28, "clinician")


def test_an_item_passed_over_is_asked_for_and_what_was_typed_stays(client_of, ana):
    psychiatrist = client_of(Role.PSYCHIATRIST)
    address = f"/patients/{ana.pk}/measures/enter/hama/"
    page = psychiatrist.post(address, hama(item_5="")).content.decode()
    assert not Response.objects.exists()
    assert "5. Intellectual" in page
    assert "error-summary" in page
    again = psychiatrist.get(address).content.decode()
    assert re.search(r'name="item_4"[^>]*value="2"[^>]*checked', again)


def test_an_item_left_out_on_purpose_is_not_zero(client_of, ana):
    client_of(Role.PSYCHIATRIST).post(f"/patients/{ana.pk}/measures/enter/hama/", hama(item_5="-"))
    (row,) = Response.objects.all()
    assert row.items[4] is None
    assert row.total == pytest.approx(28)  # 26 x 14 / 13


def test_an_item_out_of_range_is_refused(client_of, ana):
    page = client_of(Role.PSYCHIATRIST).post(
        f"/patients/{ana.pk}/measures/enter/hama/", hama(item_5="5")
    )
    assert b"error-summary" in page.content
    assert not Response.objects.exists()


def test_a_letter_with_a_total_is_entered_from_paper(client_of, ana):
    at = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    client_of(Role.NURSE).post(
        f"/patients/{ana.pk}/measures/enter/gad7/", {"at": at, "total": "12"}
    )
    (row,) = Response.objects.all()
    assert (row.total, row.items, row.source) == (12, None, "paper")


def test_items_and_a_total_are_not_both_taken(client_of, ana):
    at = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    page = client_of(Role.NURSE).post(
        f"/patients/{ana.pk}/measures/enter/gad7/", {"at": at, "total": "12", "item_1": "1"}
    )
    assert "not both" in page.content.decode()


def test_a_correction_shows_both(client_of, ana, nurse):
    row = paper(ana, nurse, 1, [3] * 7)
    data = {f"item_{n}": "1" for n in range(1, 8)}
    data["at"] = timezone.localtime(row.at).strftime("%Y-%m-%dT%H:%M")
    page = client_of(Role.PSYCHIATRIST).post(
        f"/measures/answers/{row.pk}/correct/", {**data, "reason": "Misread."}, follow=True
    )
    text = text_of(page)
    assert "7 mild" in text
    assert "1 corrected entry" in text
    assert "Misread." in text
    assert [score.total for score in access.scores_of(ana.pk)] == [7]


def test_a_risk_stands_on_top_until_somebody_takes_charge(client_of, ana, nurse):
    paper(ana, nurse, 0, [0] * 8 + [2], instrument="phq9")
    psychiatrist = client_of(Role.PSYCHIATRIST)
    assert "Take charge" in text_of(psychiatrist.get(f"/patients/{ana.pk}/measures/"))
    risk = RiskAnswer.objects.get()
    assert b"error-summary" in psychiatrist.post(f"/measures/risks/{risk.pk}/", {}).content
    psychiatrist.post(f"/measures/risks/{risk.pk}/", {"note": "Called at 10, safe, plan made."})
    text = text_of(psychiatrist.get(f"/patients/{ana.pk}/measures/"))
    assert "Take charge" not in text
    assert "Called at 10, safe, plan made." in text
    assert not Task.objects.get(kind=TaskKind.RISK).is_open


def test_the_page_asks_the_database_as_often_for_ten_scores_as_for_two(
    client_of, ana, nurse, django_assert_max_num_queries
):
    client = client_of(Role.NURSE)
    for day in range(1, 11):
        paper(ana, nurse, day, [1] * 7)
    client.get(f"/patients/{ana.pk}/measures/")
    with django_assert_max_num_queries(14):
        client.get(f"/patients/{ana.pk}/measures/")
