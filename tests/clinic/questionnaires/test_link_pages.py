"""Answering by link: one question a page, stopping, changing, sending, and what is shown then."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from ketacare.clinic.audit.models import Event
from ketacare.clinic.questionnaires import access, actions
from ketacare.clinic.questionnaires.models import Request, Response
from ketacare.clinic.work.models import Task, TaskKind

pytestmark = pytest.mark.usefixtures("no_options")


def give(client, token, instrument, values):
    for number, value in enumerate(values, start=1):
        answer = client.post(f"/q/{token}/{instrument}/{number}/", {"answer": value})
        assert answer.status_code == 302, answer.content
    return answer


def send(client, token):
    page = client.get(f"/q/{token}/check/")
    seal = re.search(rb'name="seal" value="([^"]+)"', page.content).group(1).decode()
    return client.post(f"/q/{token}/check/", {"seal": seal}, follow=True)


def test_the_first_page_calls_people_as_they_like_in_their_own_time_zone(client, link, ana):
    expires = datetime(2030, 1, 5, 3, 30, tzinfo=UTC)  # 21:30 of the day before in Chicago
    _request, token = actions.send_request(
        patient=ana, instruments=["gad7"], by=None, now=datetime.now(UTC), expires_at=expires
    )
    page = client.get(f"/q/{token}/").content.decode()
    assert "Hello Anita" in page
    assert "Friday 4 January, 21:30" in page
    assert "Ortiz" not in page


def test_every_question_stands_alone_with_its_number(client, link):
    _request, token = link(["gad7", "phq9"])
    page = client.get(f"/q/{token}/phq9/1/").content.decode()
    # 7 and 9 items, each followed by the question about difficulty: 8 + 10, the ninth
    assert "Question 9 of 18" in page
    assert page.count("<fieldset") == 1
    assert page.count('type="radio"') == 5  # four answers and "I would rather not answer"
    assert "Little interest or pleasure in doing things" in page


def test_a_whole_questionnaire_becomes_one_score(client, link, ana):
    _request, token = link()
    last = give(client, token, "gad7", ["0", "1", "2", "3", "0", "1", "2", "1"])
    assert last["Location"].endswith("/check/")
    page = send(client, token)
    assert page.status_code == 200
    assert "Thank you, Anita" in page.content.decode()
    assert [score.total for score in access.scores_of(ana.pk)] == [9]


def test_it_works_where_cookies_are_refused(link, ana):
    _request, token = link()
    for number in range(1, 8):
        Client(enforce_csrf_checks=True).post(f"/q/{token}/gad7/{number}/", {"answer": "1"})
    page = send(Client(enforce_csrf_checks=True), token)
    assert access.scores_of(ana.pk)[0].total == 7
    assert page.status_code in {200, 410}


def test_nothing_chosen_asks_again_and_keeps_the_place(client, link):
    _request, token = link()
    page = client.post(f"/q/{token}/gad7/1/", {})
    assert page.status_code == 422
    assert b'id="error-summary"' in page.content
    assert b'href="#answer-0"' in page.content


@pytest.mark.parametrize("value", ["4", "-1", "1.5", "two", "٣", "99999"])
def test_an_answer_that_is_none_of_the_choices_is_refused(client, link, value):
    request, token = link()
    assert client.post(f"/q/{token}/gad7/1/", {"answer": value}).status_code == 422
    assert access.kept_answers(request, token) == {"gad7": {}}


def test_a_question_can_be_left_out(client, link, ana):
    _request, token = link()
    give(client, token, "gad7", ["1", "1", "1", "skip", "1", "1", "1"])
    assert "You would rather not answer" in client.get(f"/q/{token}/check/").content.decode()
    send(client, token)
    (row,) = Response.objects.all()
    assert row.items == [1, 1, 1, None, 1, 1, 1, None]  # the last is not scored
    assert row.total == pytest.approx(7)  # 6 x 7 / 6


def test_one_can_stop_and_go_on_with_another_device(client, link):
    _request, token = link()
    answer = client.post(f"/q/{token}/gad7/1/", {"answer": "2", "then": "later"}, follow=True)
    assert "Welcome back, Anita" in answer.content.decode()
    other = Client().get(f"/q/{token}/").content.decode()
    assert "1 of 8 questions" in other
    assert f"/q/{token}/gad7/2/" in other


def test_stopping_without_an_answer_is_no_mistake(client, link):
    _request, token = link()
    assert client.post(f"/q/{token}/gad7/1/", {"then": "later"})["Location"] == f"/q/{token}/"


def test_an_answer_can_be_changed_before_it_is_sent(client, link):
    _request, token = link()
    give(client, token, "gad7", ["0"] * 7)
    back = client.post(f"/q/{token}/gad7/3/", {"answer": "3", "then": "check"})
    assert back["Location"] == f"/q/{token}/check/"
    page = client.get(f"/q/{token}/gad7/3/").content.decode()
    assert re.search(r'id="answer-3"[^>]*checked', page)


def test_two_windows_of_one_link_end_in_one_record(link, ana):
    _request, token = link()
    first, second = Client(), Client()
    give(first, token, "gad7", ["1"] * 7)
    second.post(f"/q/{token}/gad7/1/", {"answer": "3"})
    send(second, token)
    late = first.post(f"/q/{token}/gad7/2/", {"answer": "0"})
    assert late.status_code == 410
    assert "We have your answers" in late.content.decode()
    assert [score.items for score in access.scores_of(ana.pk)] == [(3, 1, 1, 1, 1, 1, 1, None)]


def test_a_double_tap_on_send_stores_once_and_thanks_twice(client, link, ana):
    _request, token = link()
    give(client, token, "gad7", ["1"] * 7)
    page = client.get(f"/q/{token}/check/").content.decode()
    seal = re.search(r'name="seal" value="([^"]+)"', page).group(1)
    for _tap in range(2):
        answer = client.post(f"/q/{token}/check/", {"seal": seal}, follow=True)
        assert "Thank you, Anita" in answer.content.decode()
    assert len(access.scores_of(ana.pk)) == 1


def test_an_empty_form_is_not_sent(client, link, ana):
    request, token = link()
    client.post(f"/q/{token}/check/", {})
    request.refresh_from_db()
    assert request.used_at is None
    assert access.scores_of(ana.pk) == ()


def test_the_thanks_grade_nothing_and_say_what_a_difference_means(client, link, ana):
    for values in (["2"] * 7, ["1"] * 7):
        _request, token = link()
        give(client, token, "gad7", values)
        page = send(client, token).content.decode()
    assert "add up to <strong>7</strong> of 21 points" in page
    assert "it was 14" in page
    assert "A difference of up to 5 points" in page  # the reliable change is 6
    text = re.sub(r"<[^>]+>", " ", page).lower()
    for word in ("mild", "moderate", "severe", "minimal", "better", "worse", "resistant"):
        assert word not in text


def test_item_9_is_met_with_help_and_told_to_the_psychiatrist(client, link):
    _request, token = link(["phq9"])
    give(client, token, "phq9", ["0"] * 8 + ["1"])
    assert "You do not have to wait" in client.get(f"/q/{token}/check/").content.decode()
    page = send(client, token).content.decode()
    assert "Thank you for telling us" in page
    assert 'href="tel:988"' in page
    assert 'href="sms:988"' in page
    assert 'href="tel:911"' in page
    assert "psychiatrist has been told" in page
    task = Task.objects.get(kind=TaskKind.RISK)
    assert (task.role, task.is_open) == ("psychiatrist", True)


def test_item_9_at_not_at_all_gets_the_usual_thanks(client, link):
    _request, token = link(["phq9"])
    give(client, token, "phq9", ["3"] * 8 + ["0"])
    page = send(client, token).content.decode()
    assert "Thank you, Anita" in page
    assert not Task.objects.filter(kind=TaskKind.RISK).exists()


def test_a_country_without_numbers_shows_no_wrong_one(client, link, settings):
    settings.KETACARE = {**settings.KETACARE, "KETACARE_COUNTRY": "ZZ"}
    _request, token = link(["phq9"])
    give(client, token, "phq9", ["0"] * 8 + ["1"])
    page = send(client, token).content.decode()
    assert "emergency number of your country" in page
    assert "988" not in page


def test_a_link_says_nothing_about_the_person_and_nothing_may_keep_it(client, link, ana):
    _request, token = link()
    assert str(ana.pk) not in token
    for path in ("", "gad7/1/", "check/"):
        page = client.get(f"/q/{token}/{path}")
        assert page["Referrer-Policy"] == "no-referrer"
        assert page["Cache-Control"] == "no-store"
        assert "noindex" in page["X-Robots-Tag"]


def test_opening_and_answering_are_in_the_log_without_the_link(client, link):
    request, token = link()
    client.get(f"/q/{token}/")
    client.get(f"/q/{token}/")
    events = Event.objects.filter(tag="questionnaire:link:opened")
    assert events.count() == 1
    assert token not in "".join(event.details_json for event in Event.objects.all())
    assert Request.objects.get(pk=request.pk).opened_at is not None


# Links that do not work


def expect(client, token, status, words):
    for path in ("", "gad7/1/", "check/", "thanks/"):
        page = client.get(f"/q/{token}/{path}")
        assert page.status_code == status, path
        text = page.content.decode()
        assert words in text
        assert "Anita" not in text
        assert "Ortiz" not in text


def test_a_tampered_link_is_not_known(client, link):
    _request, token = link()
    changed = token[:-1] + ("A" if token[-1] != "A" else "B")
    expect(client, changed, 404, "This link does not work")
    expect(client, token.replace(":", ":f", 1), 404, "This link does not work")
    assert client.post(f"/q/{changed}/gad7/1/", {"answer": "1"}).status_code == 404


@pytest.mark.parametrize("token", ["x", "a:b:c", "::", "%00", "é" * 30, "a" * 4000])
def test_any_other_text_is_not_known(client, db, token):
    assert client.get(f"/q/{token}/").status_code == 404


def test_an_expired_link_says_so(client, link):
    _request, token = link(ago=timedelta(days=8))
    expect(client, token, 410, "This link has ended")
    assert client.post(f"/q/{token}/gad7/1/", {"answer": "1"}).status_code == 410


def test_a_withdrawn_link_says_so(client, link, nurse):
    request, token = link()
    actions.revoke(request=request, by=nurse, now=request.sent_at, reason="Wrong person.")
    expect(client, token, 410, "not used any more")


def test_a_used_link_shows_nothing_of_what_was_answered(client, link):
    _request, token = link()
    give(client, token, "gad7", ["3"] * 7)
    send(client, token)
    stranger = Client()
    expect(stranger, token, 410, "We have your answers")
    assert "21" not in re.sub(r"<[^>]+>", "", stranger.get(f"/q/{token}/").content.decode())


def test_a_question_that_was_not_asked_is_not_found(client, link):
    _request, token = link()
    for path in ("phq9/1/", "gad7/9/", "gad7/0/"):
        assert client.get(f"/q/{token}/{path}").status_code == 404


def test_somebody_who_tries_links_is_slowed_down_and_patients_are_not(client, link):
    _request, token = link()
    codes = [client.get(f"/q/wrong-{n}/").status_code for n in range(40)]
    assert codes[0] == 404
    assert codes[-1] == 429
    assert client.get(f"/q/{token}/").status_code == 200


def test_difficulty_is_asked_and_never_scored(client, link, ana):
    _request, token = link()
    assert "how difficult have they made it" in client.get(f"/q/{token}/gad7/8/").content.decode()
    give(client, token, "gad7", ["1"] * 7 + ["3"])
    send(client, token)
    score = access.scores_of(ana.pk)[0]
    assert score.items == (1, 1, 1, 1, 1, 1, 1, 3)
    assert Response.objects.get().total == 7  # 7 x 1, without the 3


def test_a_question_made_void_by_an_answer_is_not_asked(client, link, ana):
    _request, token = link(["audit_c"])
    assert client.get(f"/q/{token}/audit_c/2/").status_code == 200
    answer = client.post(f"/q/{token}/audit_c/1/", {"answer": "0"})  # never drinks
    assert answer["Location"].endswith("/check/")
    assert client.get(f"/q/{token}/audit_c/2/").status_code == 404
    send(client, token)
    row = Response.objects.get()
    assert (row.items, row.total) == ([0, None, None], 0)
