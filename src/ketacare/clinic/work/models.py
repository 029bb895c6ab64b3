"""Due items and drafts.

A draft is not part of the clinical record: it is what somebody has typed and not sent yet. It
belongs to one person (or one patient's link) and one form, and is not audited.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ketacare.clinic.accounts.roles import Role


class Draft(models.Model):
    """What was typed into one form: ``data`` maps each field's name to the list of its values."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    link = models.CharField(max_length=64, blank=True)  # digest of a patient's link, not the link
    key = models.CharField(max_length=200)
    data = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key"],
                condition=models.Q(user__isnull=False),
                name="work_draft_user",
            ),
            models.UniqueConstraint(
                fields=["link", "key"], condition=~models.Q(link=""), name="work_draft_link"
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, link="")
                | (models.Q(user__isnull=True) & ~models.Q(link="")),
                name="work_draft_one_owner",
            ),
        ]
        indexes = [models.Index(fields=["updated_at"], name="work_draft_age")]

    def __str__(self) -> str:
        return self.key


class TaskKind(models.TextChoices):
    """What sort of thing is due; says which page does it."""

    HISTORY = "history", _("Complete the history")
    REVIEW = "review", _("Review eligibility")
    COSIGN = "cosign", _("Cosign an override")
    PLAN = "plan", _("Decide on the plan")
    INFUSION = "infusion", _("Infusion")
    OBSERVATION = "observation", _("Observation")
    QUESTIONNAIRE = "questionnaire", _("Questionnaire")
    RISK = "risk", _("Answer about risk")
    PREPARATION = "preparation", _("Preparation session")
    INTEGRATION = "integration", _("Integration session")
    CALL = "call", _("Call")
    FOLLOW_UP = "follow_up", _("Follow-up")


class Task(models.Model):
    """Something due for one patient, for one role to do. Never deleted: done or cancelled."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=20, choices=TaskKind.choices)
    object_id = models.CharField(max_length=80, blank=True)  # which session, link, plan
    sentence = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=Role.choices)
    due_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=120, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient_id", "kind", "object_id"],
                condition=models.Q(done_at__isnull=True, cancelled_at__isnull=True),
                name="work_task_open_once",
            )
        ]
        indexes = [models.Index(fields=["role", "due_at"], name="work_task_for_role")]

    def __str__(self) -> str:
        return self.sentence

    @property
    def is_open(self) -> bool:
        """Whether it still has to be done."""
        return self.done_at is None and self.cancelled_at is None
