"""Answers about risk: on a named person, taken on, told to the next, done."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.questionnaires import actions
from ketacare.clinic.questionnaires.models import Response, RiskAnswer
from ketacare.clinic.work.models import Task, TaskKind
from ketacare.core.errors import InputError

pytestmark = pytest.mark.usefixtures("no_options")

HIGH = [1, 1, 0, 1, 0, 0, None]  # question 4 in the past month
MINUTE = timedelta(minutes=1)


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def screened(ana, nurse, items, *, now=None):
    return actions.record_clinician_score(
        patient=ana,
        instrument="cssrs_screener",
        items=items,
        by=nurse,
        now=now or timezone.now(),
    )


def open_tasks():
    return list(Task.objects.filter(kind=TaskKind.RISK, done_at__isnull=True).order_by("opened_at"))


@pytest.mark.parametrize(
    ("items", "levels"),
    [
        ([0, 0, None, None, None, 0, None], []),
        ([1, 0, None, None, None, 0, None], ["low"]),
        ([1, 1, 1, 0, 0, 0, None], ["moderate"]),
        (HIGH, ["high"]),
        ([0, 1, 0, None, 0, 0, None], ["cannot_tell", "low"]),  # question 4 left out
    ],
)
def test_a_screener_obliges_by_its_level(ana, nurse, items, levels):
    row = screened(ana, nurse, items)
    assert row.total is None
    assert sorted(risk.level for risk in RiskAnswer.objects.all()) == levels
    assert len(open_tasks()) == len(levels)


def test_high_risk_is_on_the_only_psychiatrist_by_name(ana, nurse, psychiatrist):
    now = timezone.now()
    screened(ana, nurse, HIGH, now=now)
    risk = RiskAnswer.objects.get()
    assert (risk.named, risk.taken_at) == (psychiatrist, None)
    assert risk.acknowledge_by - risk.raised_at == 15 * MINUTE
    assert risk.due_at - risk.raised_at == 60 * MINUTE
    (task,) = open_tasks()
    assert task.role == Role.PSYCHIATRIST
    assert str(psychiatrist) in task.sentence
    assert "high risk" in task.sentence


def test_of_two_psychiatrists_nobody_is_picked_by_chance(ana, nurse, psychiatrist):
    User.objects.create(username="second", role=Role.PSYCHIATRIST)
    screened(ana, nurse, HIGH)
    risk = RiskAnswer.objects.get()
    assert risk.named is None
    actions.name_risk(risk=risk, person=psychiatrist, by=nurse)
    risk.refresh_from_db()
    assert risk.named == psychiatrist
    with pytest.raises(InputError, match="not a psychiatrist"):
        actions.name_risk(risk=risk, person=nurse, by=nurse)


def test_the_team_sees_the_triage_and_whom_it_is_on(client_of, ana, nurse, psychiatrist):
    screened(ana, nurse, HIGH)
    text = text_of(client_of(Role.NURSE).get(f"/patients/{ana.pk}/measures/"))
    assert "high risk: thoughts with intent in the past month" in text
    assert f"On {psychiatrist}: See the person now" in text
    assert "A screener flags, it does not decide" in text


def test_a_void_question_is_not_called_left_out(client_of, ana, nurse):
    screened(ana, nurse, [1, 0, None, None, None, 0, None])
    text = text_of(client_of(Role.NURSE).get(f"/patients/{ana.pk}/measures/"))
    assert (
        text.count("not asked") == 4
    )  # 3, 4 and 5 after a no to 2; within 3 months after a no to 6
    assert "left out" not in text


def test_contradictory_answers_are_named(client_of, ana, nurse):
    screened(ana, nurse, [0, 0, None, 1, None, 0, None])  # 4 yes although 2 is no
    text = text_of(client_of(Role.NURSE).get(f"/patients/{ana.pk}/measures/"))
    assert "ask both again; the yes counts" in text


def test_a_screener_is_entered_with_the_void_questions_empty(client_of, ana):
    at = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    page = client_of(Role.NURSE)
    text = text_of(page.get(f"/patients/{ana.pk}/measures/enter/cssrs_screener/"))
    assert "A question that an earlier answer makes void may stay empty." in text
    assert "Wish to be dead" in text
    given = {"at": at, "item_1": "1", "item_2": "0", "item_6": "0"}
    answer = page.post(f"/patients/{ana.pk}/measures/enter/cssrs_screener/", given)
    assert answer.status_code == 302
    assert Response.objects.get().items == [1, 0, None, None, None, 0, None]
    assert RiskAnswer.objects.get().level == "low"


def test_a_question_that_was_to_be_asked_may_not_stay_empty(client_of, ana):
    at = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    given = {"at": at, "item_1": "1", "item_2": "1", "item_6": "0"}
    page = client_of(Role.NURSE).post(f"/patients/{ana.pk}/measures/enter/cssrs_screener/", given)
    assert b"error-summary" in page.content
    assert not Response.objects.exists()


def test_taking_it_on_names_the_person_and_keeps_it_open(client_of, ana, nurse, psychiatrist):
    screened(ana, nurse, HIGH)
    risk = RiskAnswer.objects.get()
    client = client_of(Role.PSYCHIATRIST)
    client.post(f"/measures/risks/{risk.pk}/take/")
    risk.refresh_from_db()
    assert risk.taken_by == psychiatrist
    assert risk.acknowledged_at is None
    text = text_of(client.get(f"/measures/risks/{risk.pk}/"))
    assert f"Taken on by {psychiatrist}" in text
    assert "988" in text
    assert Event.objects.filter(tag="questionnaire:risk:taken").count() == 1


def test_nobody_takes_it_on_and_the_next_are_told_once_each(ana, nurse, psychiatrist):
    now = timezone.now()
    screened(ana, nurse, HIGH, now=now)
    assert actions.escalate(now=now + 14 * MINUTE) == 0
    assert actions.escalate(now=now + 15 * MINUTE) == 1
    assert actions.escalate(now=now + 16 * MINUTE) == 0
    assert actions.escalate(now=now + 50 * MINUTE) == 2  # after a stop: nurse and therapist
    roles = sorted(task.role for task in open_tasks())
    assert roles == sorted(["psychiatrist", "psychiatrist", "nurse", "therapist"])
    assert Event.objects.filter(tag="questionnaire:risk:escalated").count() == 3


def test_what_is_taken_on_and_not_done_is_told_to_all(ana, nurse, psychiatrist):
    now = timezone.now()
    screened(ana, nurse, HIGH, now=now)
    actions.take_risk(risk=RiskAnswer.objects.get(), by=psychiatrist, now=now + 5 * MINUTE)
    assert actions.escalate(now=now + 59 * MINUTE) == 0
    assert actions.escalate(now=now + 60 * MINUTE) == 3


def test_saying_what_was_done_ends_all_of_its_tasks(ana, nurse, psychiatrist):
    now = timezone.now()
    screened(ana, nurse, HIGH, now=now)
    actions.escalate(now=now + 50 * MINUTE)
    risk = RiskAnswer.objects.get()
    actions.acknowledge_risk(risk=risk, by=nurse, now=now + 55 * MINUTE, note="With her. Admitted.")
    risk.refresh_from_db()
    assert (risk.acknowledged_by, risk.taken_by) == (nurse, nurse)
    assert open_tasks() == []
    assert actions.escalate(now=now + 500 * MINUTE) == 0


def test_a_new_name_has_to_take_it_on_again(ana, nurse, psychiatrist):
    second = User.objects.create(username="second", role=Role.PSYCHIATRIST)
    screened(ana, nurse, HIGH)
    risk = RiskAnswer.objects.get()
    actions.take_risk(risk=risk, by=psychiatrist, now=timezone.now())
    actions.name_risk(risk=risk, person=second, by=psychiatrist)
    risk.refresh_from_db()
    assert (risk.named, risk.taken_by) == (second, None)


def test_item_nine_has_two_hours_and_an_hour_to_be_taken_on(ana, nurse):
    actions.record_paper_score(
        patient=ana, instrument="phq9", items=[0] * 8 + [1], by=nurse, now=timezone.now()
    )
    risk = RiskAnswer.objects.get()
    assert (risk.level, risk.item, risk.value) == ("positive_item", 9, 1)
    assert risk.acknowledge_by - risk.raised_at == 60 * MINUTE
    assert risk.due_at - risk.raised_at == 120 * MINUTE


def test_item_nine_leads_on_to_the_screener(client_of, ana, nurse):
    actions.record_paper_score(
        patient=ana, instrument="phq9", items=[0] * 8 + [1], by=nurse, now=timezone.now()
    )
    page = client_of(Role.NURSE).get(f"/measures/risks/{RiskAnswer.objects.get().pk}/")
    assert f"/patients/{ana.pk}/measures/enter/cssrs_screener/" in page.content.decode()


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.RESEARCHER, Role.MANAGER])
def test_those_who_record_no_answers_can_neither_take_nor_name(
    client_of, ana, nurse, psychiatrist, role
):
    screened(ana, nurse, HIGH)
    path = f"/measures/risks/{RiskAnswer.objects.get().pk}"
    assert client_of(role).post(f"{path}/take/").status_code == 403
    assert client_of(role).post(f"{path}/name/", {"person": psychiatrist.pk}).status_code == 403
    assert client_of(Role.NURSE).post(f"{path}/take/").status_code == 302


def test_the_command_for_cron_says_how_many_were_told(ana, nurse, capsys):
    screened(ana, nurse, HIGH, now=timezone.now() - 20 * MINUTE)
    call_command("escalate")
    assert capsys.readouterr().out == "1 told.\n"


def test_the_board_says_since_when_nobody_took_it_on(client_of, ana, nurse, psychiatrist):
    # Raised 30 minutes ago; a high level is to be taken on within 15, so since a quarter of an hour.
    now = timezone.now()
    screened(ana, nurse, HIGH, now=now - 30 * MINUTE)
    risk = RiskAnswer.objects.get()
    assert risk.due_at > now
    since = timezone.localtime(now - 15 * MINUTE)
    client = client_of(Role.PSYCHIATRIST)
    text = text_of(client.get("/board/"))
    assert f"Overdue since {since:%-d %b, %H:%M}" in text
    assert "nobody has taken it on" in text
    client.post(f"/measures/risks/{risk.pk}/take/")
    text = text_of(client.get("/board/"))
    assert "nobody has taken it on" not in text
    assert f"due {timezone.localtime(risk.due_at):%-d %b, %H:%M}" in text
