"""The call on the day after: opened at discharge, repeated, done, and passed on."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.infusions import actions
from ketacare.clinic.infusions.actions import calling
from ketacare.clinic.infusions.models import Step
from ketacare.clinic.records import access as records
from ketacare.clinic.work.models import Task, TaskKind
from ketacare.core.errors import InputError

LEFT = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


@pytest.fixture
def gone(recovering, psychiatrist):
    return actions.discharge(
        session=recovering,
        by=psychiatrist,
        now=LEFT,
        expected_version=None,
        override_reason="Seen at the chair, well.",
    )


def call(session, by, **heard):
    values = {"reached": True, "well": True, "words": "", **heard}
    return actions.record_call(session=session, by=by, now=LEFT + timedelta(hours=23), **values)


def open_call():
    return Task.objects.get(kind=TaskKind.CALL, done_at__isnull=True)


def test_a_discharge_through_the_gate_opens_the_call_a_day_later(gone, nurse):
    due = calling.plan_call(gone, by=nurse, now=LEFT)
    assert due == LEFT + timedelta(hours=24)
    task = open_call()
    assert (task.due_at, task.role) == (due, Role.NURSE)
    assert task.object_id == str(gone.pk)


def test_who_left_before_the_criteria_is_called_after_two_hours_and_on_the_next_day(gone, nurse):
    assert open_call().due_at == LEFT + timedelta(hours=2)
    actions.record_call(
        session=gone, reached=True, well=True, words="", by=nurse, now=LEFT + timedelta(hours=2)
    )
    assert open_call().due_at == LEFT + timedelta(hours=24)
    call(gone, nurse)
    assert not Task.objects.filter(kind=TaskKind.CALL, done_at__isnull=True).exists()


def test_well_closes_it_and_stands_in_the_log(gone, nurse):
    call(gone, nurse)
    assert not Task.objects.filter(kind=TaskKind.CALL, done_at__isnull=True).exists()
    assert gone.steps.get(act=Step.Act.CALL).text == "Well."


def test_whether_somebody_was_reached_is_stored_and_not_read_from_words(gone, nurse):
    call(gone, nurse, reached=False, well=None, words="Well, nobody answers.")
    assert records.call_is_open(gone)
    call(gone, nurse, words="Not reached. at first, then she called back.")
    assert not records.call_is_open(gone)
    assert [step.subject for step in gone.steps.filter(act=Step.Act.CALL)] == [
        "not_reached",
        "reached",
    ]


def test_not_reached_is_called_again_in_three_hours(gone, nurse):
    call(gone, nurse, reached=False, well=None)
    assert open_call().due_at == LEFT + timedelta(hours=26)


def test_what_is_reported_goes_to_the_psychiatrist(gone, nurse):
    with pytest.raises(InputError, match="what the person reports"):
        call(gone, nurse, well=False)
    call(gone, nurse, well=False, words="Blood in the urine.")
    told = Task.objects.get(kind=TaskKind.FOLLOW_UP)
    assert (told.role, told.due_at) == (Role.PSYCHIATRIST, LEFT + timedelta(hours=27))
    assert "Blood" not in told.sentence  # the board is no place for it
    assert not Task.objects.filter(kind=TaskKind.CALL, done_at__isnull=True).exists()


def test_the_call_is_recorded_on_its_page(gone, client_of):
    client = client_of(Role.NURSE)
    address = reverse("infusions:act", args=[gone.pk, "call"])
    assert "Reached, and well" in client.get(address).content.decode()
    assert client.post(address, {"outcome": "well", "words": ""}).status_code == 302
    assert client_of(Role.FRONT_DESK).get(address).status_code == 403


def test_nobody_calls_before_discharge(recovering, nurse):
    with pytest.raises(InputError):
        call(recovering, nurse)
