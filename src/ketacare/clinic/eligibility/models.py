"""Answers to the policy's questions, overrides of findings, and signed reviews.

An answer is never changed: a newer one counts from its time on, and a wrong one is named by the
answer that corrects it. An override and a review keep the finding as it stood when it was signed.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Answer(models.Model):
    """One answer to one question of the policy; ``value`` is yes/no, a number or one of its words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="answers"
    )
    code = models.CharField(max_length=60)
    value: Any = models.JSONField()
    unit = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=500, blank=True)
    superseded_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrects"
    )
    superseded_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "created_at"]
        indexes = [models.Index(fields=["patient", "code", "at"], name="eligibility_answer_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.value}"


class Override(models.Model):
    """A finding that care goes past, on the word of one or two named people with a reason.

    ``digest`` stands for what the finding rested on: with other facts the override no longer
    counts. ``signers`` are the roles that all have to sign.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="overrides"
    )
    rule = models.CharField(max_length=80)
    version = models.CharField(max_length=40)
    station = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    finding = models.JSONField()
    signers = models.JSONField(default=list)
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    at = models.DateTimeField()
    cosigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    cosigned_role = models.CharField(max_length=20, blank=True)
    cosigned_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["patient", "rule"], name="eligibility_override_rule")]

    def __str__(self) -> str:
        return f"{self.rule} {self.at:%Y-%m-%d}"

    @property
    def awaited(self) -> tuple[str, ...]:
        """The roles that have not signed yet."""
        return tuple(role for role in self.signers if role not in {self.role, self.cosigned_role})

    @property
    def is_complete(self) -> bool:
        """Whether everybody who has to sign has signed, and nobody withdrew it."""
        return self.withdrawn_at is None and not self.awaited


class Review(models.Model):
    """An eligibility review as it was signed: the findings, the overrides, the decision."""

    class Decision(models.TextChoices):
        """What was decided."""

        ELIGIBLE = "eligible", _("Eligible")
        NOT_NOW = "not_now", _("Not now")
        NOT_ELIGIBLE = "not_eligible", _("Not eligible")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="reviews"
    )
    decision = models.CharField(max_length=20, choices=Decision.choices)
    note = models.TextField(blank=True)
    policy_version = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    findings = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["patient", "at"], name="eligibility_review_at")]

    def __str__(self) -> str:
        return f"{self.decision} {self.at:%Y-%m-%d}"
