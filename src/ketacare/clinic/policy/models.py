"""The policy as it was in use, and the signatures under it. Nothing here is changed or deleted."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from ketacare.clinic.policy.lines import Part


class Edition(models.Model):
    """The policy as one version of it read, kept from the first time it was used or signed.

    ``lines`` are the lines of each part (see :mod:`.lines`), so that a decision stays explicable
    when the files have long changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.CharField(max_length=80, unique=True)
    lines = models.JSONField()
    first_used_at = models.DateTimeField()

    class Meta:
        ordering = ["-first_used_at"]

    def __str__(self) -> str:
        return self.version


class Signature(models.Model):
    """One person's name under one part of one edition, with the reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="signatures")
    part = models.CharField(max_length=20, choices=Part.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["part", "-at"], name="policy_signature_newest")]

    def __str__(self) -> str:
        return f"{self.part} {self.at:%Y-%m-%d}"
