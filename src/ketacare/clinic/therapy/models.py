"""Sessions with a therapist: booked, held or missed, and the note about what was worked on.

The note is a row of its own, so that whoever may know that a session took place does not load what
was said in it. A note is never changed: a correction is a new one that the old one names.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a session is for; the values are those of the core's record."""

    PREPARATION = "preparation", _("Preparation")
    INTEGRATION = "integration", _("Integration")
    CBT = "cbt", _("CBT")
    COACHING = "coaching", _("Coaching")
    OTHER = "other", _("Other")


class Session(models.Model):
    """One session, booked or held. ``infusion`` is the one it prepares for or integrates."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="therapy_sessions"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    infusion = models.ForeignKey(
        "infusions.Session",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="therapy_sessions",
    )
    scheduled_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(null=True, blank=True)
    minutes = models.FloatField(null=True, blank=True)
    attended = models.BooleanField(null=True)  # None: not known yet
    structured = models.BooleanField(null=True)
    missed_reason = models.CharField(max_length=500, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    cancelled_reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "at"], name="therapy_session_of"),
            models.Index(fields=["scheduled_at"], name="therapy_session_when"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scheduled_at__isnull=False) | models.Q(at__isnull=False),
                name="therapy_has_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.when:%Y-%m-%d %H:%M}"

    @property
    def when(self) -> datetime:
        """When it was held, or else when it is booked."""
        found = self.at or self.scheduled_at
        assert found is not None  # noqa: S101 - the table refuses a session without a time
        return found

    @property
    def is_open(self) -> bool:
        """Whether it is booked and nobody has said yet what became of it."""
        return self.attended is None and self.cancelled_at is None


class Note(models.Model):
    """What was worked on: for the therapist and the psychiatrist only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="notes")
    brought = models.TextField(_("what the person brought"), blank=True)
    worked_on = models.TextField(_("what was worked on"), blank=True)
    homework_review = models.TextField(_("how the last homework went"), blank=True)
    homework = models.TextField(_("homework until next time"), blank=True)
    next_plan = models.TextField(_("plan for next time"), blank=True)
    other = models.TextField(_("anything else"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    superseded_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrects"
    )
    superseded_by_id: uuid.UUID | None
    superseded_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["session"],
                condition=models.Q(superseded_by__isnull=True),
                name="therapy_one_note_stands",
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"
