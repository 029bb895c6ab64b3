"""A crossed limit stays until somebody says they saw it; unseen, a named person is told."""

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.clinic.infusions.conftest import DEVICE, minutes, observe

from ketacare.adapters.hl7v2 import Outgoing, build_oru
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.infusions import actions, alerting
from ketacare.clinic.vitals.ingesting import ingest
from ketacare.clinic.work.models import Task, TaskKind
from ketacare.core.errors import InputError
from ketacare.core.record import Vital


def send(control_id, at, **values):
    outgoing = [Outgoing(kind=Vital(k), value=v, at=at) for k, v in values.items()]
    ingest(build_oru(outgoing, control_id=control_id, bed="Chair 2", device=DEVICE, at=at), now=at)


def levels(session):
    return [(alert.kind, alert.level) for alert in session.alerts.all()]


def test_a_critical_value_is_held_when_it_arrives_and_its_going_away_clears_nothing(running):
    send("1", minutes(5), spo2=85)  # critical below 88 %
    send("2", minutes(6), spo2=98)
    assert levels(running) == [("spo2", "critical")]
    assert [row.value for row in alerting.waiting([running.pk])] == [85]


def test_a_red_pressure_is_held_only_when_a_second_reading_confirms_it(running, nurse):
    observe(running, nurse, minutes(5), systolic=185, diastolic=90)
    assert levels(running) == []
    observe(running, nurse, minutes(8), systolic=186, diastolic=90)  # 3 min later
    assert levels(running) == [("systolic", "red")]


@pytest.mark.parametrize(("value", "held"), [(88, False), (87, True)])
def test_the_boundary_of_critical_oxygen(running, value, held):
    send("1", minutes(5), spo2=value)  # below 88: 88 itself is red and not yet confirmed
    assert bool(levels(running)) is held


def test_values_within_limits_hold_nothing(running):
    send("1", minutes(5), spo2=97, heart_rate=80, respiratory_rate=14)
    assert levels(running) == []


def test_an_acknowledged_run_is_not_held_again_until_it_was_over(running, nurse):
    send("1", minutes(5), spo2=85)
    [first] = running.alerts.all()
    actions.acknowledge(alert=first, words="Oxygen on.", by=nurse, now=minutes(5.5))
    send("2", minutes(6), spo2=86)
    assert len(levels(running)) == 1  # the same run goes on
    send("3", minutes(12), spo2=86)  # more than 2 min without one beyond: a new crossing
    assert len(levels(running)) == 2


def test_only_one_person_acknowledges(running, nurse, second_nurse):
    send("1", minutes(5), spo2=85)
    [alert] = running.alerts.all()
    actions.acknowledge(alert=alert, words="", by=nurse, now=minutes(6))
    with pytest.raises(InputError, match="already"):
        actions.acknowledge(alert=alert, words="", by=second_nurse, now=minutes(6))


def test_unseen_for_a_minute_the_psychiatrist_of_the_plan_is_told_once(
    running, nurse, psychiatrist
):
    send("1", minutes(5), spo2=85)
    assert alerting.escalate(now=minutes(6) - timedelta(seconds=1)) == 0
    assert alerting.escalate(now=minutes(6)) == 1
    assert alerting.escalate(now=minutes(7)) == 0
    [alert] = running.alerts.all()
    assert alert.escalated_to == psychiatrist
    task = Task.objects.get(kind=TaskKind.OBSERVATION)
    assert psychiatrist.display_name in task.sentence
    actions.acknowledge(alert=alert, words="", by=nurse, now=minutes(8))
    task.refresh_from_db()
    assert task.done_at is not None


def test_the_page_and_the_board_show_it_until_it_is_acknowledged(running, client_of):
    send("1", minutes(5), spo2=85)
    client = client_of(Role.NURSE)
    address = reverse("infusions:session", args=[running.pk])
    assert "Critical limit crossed" in client.get(address).content.decode()
    assert "Not acknowledged" in client.get("/board/").content.decode()
    [alert] = running.alerts.all()
    client.post(
        reverse("infusions:acknowledge", args=[running.pk, alert.pk]), {"words": "Oxygen on."}
    )
    text = client.get(address).content.decode()
    assert "Critical limit crossed" not in text
    assert "Oxygen on." in text
