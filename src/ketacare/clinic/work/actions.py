"""Opening and closing due items; keeping and dropping drafts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.actors import actor_of
from ketacare.clinic.work.models import Draft, Task, TaskKind
from ketacare.clinic.work.owners import Owner
from ketacare.core.errors import ErrorCode, InputError

LARGEST_DRAFT = 200_000  # characters; a long therapy note has a tenth of it


@transaction.atomic
def save_draft(*, by: Owner, key: str, data: Mapping[str, list[str]]) -> Draft:
    """Keep what was typed, replacing what was kept before. Not audited: see models.py."""
    if sum(len(value) for values in data.values() for value in values) > LARGEST_DRAFT:
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("This form holds too much text to keep while you type; send it in parts."),
        )
    draft, _made = Draft.objects.update_or_create(
        key=key,
        **by.columns,
        defaults={"data": dict(data), "updated_at": timezone.now()},
    )
    return draft


@transaction.atomic
def discard_draft(*, by: Owner, key: str) -> None:
    """Drop what was typed: it was sent, or is not wanted."""
    Draft.objects.filter(key=key, **by.columns).delete()


@transaction.atomic
def discard_old_drafts(*, before: datetime) -> int:
    """Drop drafts nobody has touched since ``before``; return how many."""
    return Draft.objects.filter(updated_at__lt=before).delete()[0]


@transaction.atomic
def open_task(
    *,
    by: User | audit.Actor,
    patient_id: uuid.UUID,
    kind: TaskKind,
    sentence: str,
    role: Role,
    due_at: datetime,
    object_id: uuid.UUID | str = "",
) -> Task:
    """Return the open task of this kind about this object, making it when there is none.

    An open one is kept with its opening time; its sentence, role and due time become the new ones.
    """
    values = {"sentence": sentence, "role": role, "due_at": due_at}
    same = Task.objects.select_for_update().filter(
        patient_id=patient_id,
        kind=kind,
        object_id=str(object_id),
        done_at__isnull=True,
        cancelled_at__isnull=True,
    )
    task = same.first()
    if task is not None and all(getattr(task, name) == value for name, value in values.items()):
        return task
    if task is None:
        task = Task(
            patient_id=patient_id, kind=kind, object_id=str(object_id), opened_at=timezone.now()
        )
    for name, value in values.items():
        setattr(task, name, value)
    task.save()
    audit.record(
        tag=audit.Tag.TASK_OPENED,
        by=by,
        patient_id=patient_id,
        object_id=task.pk,
        details={"kind": kind.value, "role": role.value, "due_at": due_at.isoformat()},
    )
    return task


@transaction.atomic
def complete_task(*, by: User | audit.Actor, task: Task) -> Task:
    """Mark one task as done; doing it twice changes nothing."""
    current = Task.objects.select_for_update().get(pk=task.pk)
    if current.is_open:
        current.done_at = timezone.now()
        current.done_by = actor_of(by).name
        current.save(update_fields=["done_at", "done_by"])
        _record(audit.Tag.TASK_DONE, by, current)
    return current


@transaction.atomic
def complete_tasks(
    *,
    by: User | audit.Actor,
    patient_id: uuid.UUID,
    kind: TaskKind,
    object_id: uuid.UUID | str | None = None,
) -> int:
    """Mark the open tasks of a kind as done (all, or about one object); return how many."""
    tasks = Task.objects.filter(
        patient_id=patient_id, kind=kind, done_at__isnull=True, cancelled_at__isnull=True
    )
    if object_id is not None:
        tasks = tasks.filter(object_id=str(object_id))
    return sum(complete_task(by=by, task=task).done_at is not None for task in tasks)


@transaction.atomic
def cancel_task(*, by: User | audit.Actor, task: Task, reason: str) -> Task:
    """Take a task off the list with a reason."""
    if not reason.strip():
        raise InputError(ErrorCode.MISSING_KEY, _("Say why this is not to be done any more."))
    current = Task.objects.select_for_update().get(pk=task.pk)
    if current.is_open:
        current.cancelled_at = timezone.now()
        current.save(update_fields=["cancelled_at"])
        _record(audit.Tag.TASK_CANCELLED, by, current, reason=reason)
    return current


def _record(tag: audit.Tag, by: User | audit.Actor, task: Task, *, reason: str = "") -> None:
    audit.record(
        tag=tag,
        by=by,
        patient_id=task.patient_id,
        object_id=task.pk,
        details={"kind": task.kind},
        reason=reason,
    )


KEEP_DRAFTS = timedelta(days=14)
