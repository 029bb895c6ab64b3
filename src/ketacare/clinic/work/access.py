"""Reading due items and drafts."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may, sees_clinical
from ketacare.clinic.work.models import Draft, Task
from ketacare.clinic.work.owners import Owner


def open_tasks_for(user: User, *, patient_id: uuid.UUID | None = None) -> QuerySet[Task]:
    """Return what is due: everything for those who read charts, else only their own role's."""
    if not may(user, Permission.BOARD_VIEW):
        raise PermissionDenied(_("Your role does not see what is due."))
    tasks = Task.objects.filter(done_at__isnull=True, cancelled_at__isnull=True)
    if not sees_clinical(user):
        tasks = tasks.filter(role=user.role)
    return tasks if patient_id is None else tasks.filter(patient_id=patient_id)


def overdue_tasks_for(user: User, *, now: datetime) -> QuerySet[Task]:
    """Return what should have been done by ``now``."""
    return open_tasks_for(user).filter(due_at__lt=now)


def task_for(user: User, task_id: uuid.UUID) -> Task:
    """Return one due item this person may see."""
    found = open_tasks_for(user).filter(pk=task_id).first()
    if found is None:
        raise Http404(_("This is done already, or there is nothing with this address."))
    return found


def draft_of(owner: Owner, key: str) -> Draft | None:
    """Return what this owner typed into this form, if anything is kept."""
    return Draft.objects.filter(key=key, **owner.columns).first()
