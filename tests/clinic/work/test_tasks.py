"""Due items: opened once, done once, never deleted."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from ketacare.clinic import audit
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.work import access, actions
from ketacare.clinic.work.models import Task, TaskKind
from ketacare.core.errors import InputError

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PATIENT = uuid.UUID(int=1)


def opened(by, **changes):
    values = {
        "patient_id": PATIENT,
        "kind": TaskKind.CALL,
        "sentence": "Call the day after the infusion.",
        "role": Role.NURSE,
        "due_at": NOON,
    }
    return actions.open_task(by=by, **{**values, **changes})


def test_opening_twice_makes_one_task(nurse):
    first, second = opened(nurse), opened(nurse)
    assert first.pk == second.pk
    assert Event.objects.filter(tag=audit.Tag.TASK_OPENED).count() == 1


def test_opening_again_moves_the_open_task(nurse):
    first = opened(nurse)
    moved = opened(nurse, due_at=NOON + timedelta(days=1))
    assert (moved.pk, moved.due_at) == (first.pk, NOON + timedelta(days=1))
    assert Task.objects.count() == 1


def test_a_done_task_leaves_the_list_and_can_be_due_again(nurse):
    actions.complete_task(by=nurse, task=opened(nurse))
    assert not access.open_tasks_for(nurse).exists()
    opened(nurse)
    assert access.open_tasks_for(nurse).count() == 1
    assert Task.objects.count() == 2


def test_done_says_who_and_happens_once(nurse, therapist):
    task = opened(nurse)
    actions.complete_task(by=nurse, task=task)
    again = actions.complete_task(by=therapist, task=task)
    assert again.done_by == nurse.display_name
    assert Event.objects.filter(tag=audit.Tag.TASK_DONE).count() == 1


def test_all_tasks_of_a_kind_are_done_for_one_patient_only(nurse):
    opened(nurse, object_id="a")
    opened(nurse, object_id="b")
    opened(nurse, patient_id=uuid.UUID(int=2))
    assert actions.complete_tasks(by=nurse, patient_id=PATIENT, kind=TaskKind.CALL) == 2
    assert access.open_tasks_for(nurse).count() == 1


def test_cancelling_needs_a_reason(nurse):
    task = opened(nurse)
    with pytest.raises(InputError, match="why"):
        actions.cancel_task(by=nurse, task=task, reason=" ")
    assert not actions.cancel_task(by=nurse, task=task, reason="Moved away.").is_open


def test_overdue_is_what_was_due_before_now(nurse):
    opened(nurse)
    assert access.overdue_tasks_for(nurse, now=NOON + timedelta(seconds=1)).count() == 1
    assert access.overdue_tasks_for(nurse, now=NOON).count() == 0


def test_the_front_desk_sees_its_own_tasks_only(nurse, front_desk):
    clinical = opened(nurse, kind=TaskKind.RISK, sentence="Answer about risk.")
    own = opened(nurse, role=Role.FRONT_DESK)
    assert list(access.open_tasks_for(front_desk)) == [own]
    assert access.task_for(nurse, clinical.pk) == clinical
    with pytest.raises(Http404):
        access.task_for(front_desk, clinical.pk)


def test_a_researcher_sees_no_tasks(researcher):
    with pytest.raises(PermissionDenied):
        access.open_tasks_for(researcher)
