"""The audit log: append-only, without foreign keys, so it outlives what it speaks of."""

from __future__ import annotations

import json
import uuid
from typing import Any, NoReturn

from django.db import models

from ketacare.clinic.audit.chain import hash_of
from ketacare.clinic.audit.presenter import present
from ketacare.core.errors import ErrorCode, InputError


def _refuse(what: str) -> NoReturn:
    raise InputError(
        ErrorCode.NOT_ALLOWED,
        f"Audit events cannot be {what}: the log is append-only; record a new event instead.",
    )


class EventQuerySet(models.QuerySet["Event"]):
    """Reads and adds; changes nothing."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse."""
        _refuse("changed")

    def delete(self) -> NoReturn:
        """Refuse."""
        _refuse("removed")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        _refuse("changed")

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: the chain is written one event at a time."""
        _refuse("added in bulk")


class Event(models.Model):
    """One thing that happened. ``position`` counts from 1 without gaps."""

    position = models.BigIntegerField(primary_key=True)
    id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField()
    actor_id = models.CharField(max_length=40, blank=True)
    actor_name = models.CharField(max_length=120)
    actor_role = models.CharField(max_length=20)
    tag = models.CharField(max_length=60)
    patient_id = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    details_json = models.TextField(default="{}")  # text, so that the hash covers what is stored
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-position"]
        indexes = [
            models.Index(fields=["patient_id", "-position"], name="audit_by_patient"),
            models.Index(fields=["actor_id", "-position"], name="audit_by_actor"),
            models.Index(fields=["tag", "-position"], name="audit_by_tag"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.tag}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new event; refuse to change one."""
        if not self._state.adding:
            _refuse("changed")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        _refuse("removed")

    @property
    def details(self) -> dict[str, Any]:
        """What a machine can read about the event."""
        found: dict[str, Any] = json.loads(self.details_json)
        return found

    @property
    def sentence(self) -> str:
        """What happened, for a person."""
        return present(self.tag, actor=self.actor_name, reason=self.reason, details=self.details)

    def computed_hash(self) -> str:
        """Return the hash the stored values give."""
        return hash_of(
            self.previous,
            at=self.at,
            fields={
                "position": self.position,
                "id": str(self.id),
                "actor_id": self.actor_id,
                "actor_name": self.actor_name,
                "actor_role": self.actor_role,
                "tag": self.tag,
                "patient_id": self.patient_id,
                "object_id": self.object_id,
                "reason": self.reason,
                "details": self.details_json,
            },
        )


class Head(models.Model):
    """The end of the chain: its row is the lock writers queue at."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    position = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.position} {self.hash}"
