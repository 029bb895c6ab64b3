"""An adaptive test: which items were asked, in order, and what was answered.

The score is a function of bank and answers and is computed from them; what is stored of it is what
stood in the record when the test was sent.
"""

from __future__ import annotations

import uuid

from django.db import models

from ketacare.core.measures.irt import Stop


class AdaptiveTest(models.Model):
    """One test by link. ``answers`` are ``{"item": id, "value": points or null}`` as they came."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.OneToOneField(
        "questionnaires.Request", on_delete=models.PROTECT, related_name="adaptive"
    )
    response = models.OneToOneField(
        "questionnaires.Response", null=True, on_delete=models.PROTECT, related_name="adaptive"
    )
    bank = models.CharField(max_length=60)
    bank_version = models.CharField(max_length=20)
    wording = models.CharField(max_length=120)
    answers = models.JSONField(default=list)
    theta = models.FloatField(null=True)
    score = models.FloatField(null=True)
    score_error = models.FloatField(null=True)
    stop = models.CharField(
        max_length=20, blank=True, choices=[(stop.value, stop.value) for stop in Stop]
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.bank} {self.created_at:%Y-%m-%d}"
