"""Requests for answers (one signed link each), the answers themselves, and answers about risk.

A response is never changed: a correction is a new row that the old one names. An item nobody
answered is ``null`` in ``items``, never 0. The link is not stored: its SHA-256 is.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ketacare.core.measures import RiskLevel
from ketacare.core.record import Rater


class Request(models.Model):
    """One link for one person to answer one or more questionnaires, once, until it expires."""

    class State(models.TextChoices):
        """Where a request stands."""

        OPEN = "open", _("Waiting for answers")
        STARTED = "started", _("Started, not sent yet")
        ANSWERED = "answered", _("Answered")
        EXPIRED = "expired", _("Expired")
        REVOKED = "revoked", _("Withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="questionnaire_requests"
    )
    instruments = models.JSONField()  # ids in the order they are asked
    token_digest = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField()
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_reason = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-sent_at"]
        indexes = [
            models.Index(fields=["patient", "-sent_at"], name="questionnaires_request_of"),
            models.Index(fields=["due_at"], name="questionnaires_request_due"),
        ]

    def __str__(self) -> str:
        return f"{', '.join(self.instruments)} {self.sent_at:%Y-%m-%d}"

    def state(self, now: datetime) -> State:
        """Return where it stands at ``now``."""
        if self.used_at is not None:
            return self.State.ANSWERED
        if self.revoked_at is not None:
            return self.State.REVOKED
        if now >= self.expires_at:
            return self.State.EXPIRED
        return self.State.OPEN if self.started_at is None else self.State.STARTED


class Response(models.Model):
    """One questionnaire as it was answered or rated at one time.

    ``items`` is ``null`` when only a total was reported; ``total`` is ``null`` when too much is
    missing to score. ``at`` is when it was answered, ``entered_at`` when it came into the record.
    """

    class Source(models.TextChoices):
        """How the answers came."""

        LINK = "link", _("By the patient, with a link")
        PAPER = "paper", _("By the patient, on paper")
        CLINICIAN = "clinician", _("Rated by a clinician")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="responses"
    )
    request = models.ForeignKey(
        Request, null=True, blank=True, on_delete=models.PROTECT, related_name="responses"
    )
    instrument = models.CharField(max_length=40)
    instrument_version = models.CharField(max_length=20)
    wording = models.CharField(max_length=120)
    items = models.JSONField(null=True)
    total = models.FloatField(null=True)
    prorated = models.BooleanField(default=False)
    at = models.DateTimeField()
    rater = models.CharField(max_length=12, choices=[(r.value, r.value) for r in Rater])
    source = models.CharField(max_length=12, choices=Source.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField()
    superseded_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrects"
    )
    superseded_by_id: uuid.UUID | None
    corrected_at = models.DateTimeField(null=True, blank=True)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    corrected_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["patient", "at"], name="questionnaires_response_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "instrument"],
                condition=models.Q(superseded_by__isnull=True, request__isnull=False),
                name="questionnaires_answered_once",
            ),
            models.CheckConstraint(
                condition=models.Q(items__isnull=False) | models.Q(total__isnull=False),
                name="questionnaires_items_or_total",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.at:%Y-%m-%d}"

    @property
    def stands(self) -> bool:
        """Whether this is what the record says now."""
        return self.superseded_by_id is None


class RiskAnswer(models.Model):
    """An answer that obliges somebody: on whom it is, who took it on, and what was done.

    ``value`` is ``null`` when the item was left out: then it has to be asked. ``item`` is 0 when
    all answers were triaged together. ``taken_at`` is the acknowledgement, ``acknowledged_at`` when
    somebody said what was done; ``escalated`` counts how many more roles were told.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="risk_answers"
    )
    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="risk_answers")
    item = models.PositiveSmallIntegerField()
    value = models.PositiveSmallIntegerField(null=True)
    code = models.CharField(max_length=40)
    level = models.CharField(
        max_length=20,
        choices=[(level.value, level.value) for level in RiskLevel],
        default=RiskLevel.POSITIVE_ITEM.value,
    )
    sentence = models.CharField(max_length=300)
    raised_at = models.DateTimeField()
    acknowledge_by = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField()
    named = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    named_id: int | None
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    escalated = models.PositiveSmallIntegerField(default=0)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-raised_at"]
        constraints = [
            models.UniqueConstraint(fields=["response", "item"], name="questionnaires_risk_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.raised_at:%Y-%m-%d}"


from ketacare.clinic.questionnaires.adaptive_models import AdaptiveTest  # noqa: E402 - it names these

__all__ = ["AdaptiveTest", "Request", "Response", "RiskAnswer"]
