"""Measured values, the messages they came in, what devices told of themselves, where they stand.

A value is never changed: a correction is a new value, and the old one names it. A monitor's message
is kept as it arrived, whether it could be used or not. Times: ``at`` is when it was measured by the
clinic's clock, ``device_at`` what the device's own clock said, ``received_at`` when it was stored.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

BUCKET_SECONDS = 15  # the grain of the session's charts


class Message(models.Model):
    """One message of a monitor, byte for byte, and what became of it."""

    class Status(models.TextChoices):
        """What became of a message."""

        COMMITTED = "committed", _("Stored")
        QUARANTINED = "quarantined", _("Kept, could not be read")
        UNMATCHED = "unmatched", _("Waiting in the inbox")
        ATTACHED = "attached", _("Attached by a person")
        SET_ASIDE = "set_aside", _("Set aside by a person")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    control_id = models.CharField(max_length=200, blank=True)  # MSH-10
    device_id = models.CharField(max_length=200, blank=True)
    bed = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64)  # of everything but the header's time
    session = models.ForeignKey(
        "infusions.Session", null=True, on_delete=models.PROTECT, related_name="messages"
    )
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    repeats = models.PositiveIntegerField(default=0)  # how often the same came again
    repeated_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=12, choices=Status.choices)
    problem = models.CharField(max_length=500, blank=True)
    profile = models.CharField(max_length=40, blank=True)  # the dialect it was read with
    at = models.DateTimeField(null=True)  # when the newest of it was measured, by our clock
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)
    settled_reason = models.CharField(max_length=500, blank=True)
    raw = models.BinaryField()

    class Meta:
        ordering = ["-received_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["device_id", "control_id", "digest", "status"], name="vitals_message_once"
            )
        ]
        indexes = [
            models.Index(fields=["session", "received_at"], name="vitals_message_session"),
            models.Index(fields=["status", "received_at"], name="vitals_message_status"),
        ]

    def __str__(self) -> str:
        return f"{self.control_id} {self.status}"


class Value(models.Model):
    """One measured value, or a gap: ``value`` is NULL and ``problem`` says why."""

    class Origin(models.TextChoices):
        """Who measured."""

        PERSON = "person", _("by a person")
        DEVICE = "device", _("by the monitor")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(
        "infusions.Session", null=True, blank=True, on_delete=models.PROTECT, related_name="values"
    )
    patient = models.ForeignKey(
        "patients.Patient",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="vital_values",
    )
    kind = models.CharField(max_length=20, blank=True)  # empty: a code the clinic does not know
    value = models.FloatField(null=True, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    bucket = models.BigIntegerField()  # at, in steps of BUCKET_SECONDS since 1970
    device_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    origin = models.CharField(max_length=6, choices=Origin.choices)
    device_id = models.CharField(max_length=200, blank=True)
    control_id = models.CharField(max_length=200, blank=True)
    message = models.ForeignKey(Message, null=True, on_delete=models.PROTECT, related_name="values")
    raw_code = models.CharField(max_length=200, blank=True)
    raw_name = models.CharField(max_length=200, blank=True)
    raw_value = models.CharField(max_length=200, blank=True)
    raw_unit = models.CharField(max_length=200, blank=True)
    sub_id = models.CharField(max_length=80, blank=True)  # OBX-4: which sensor of several
    problem = models.CharField(max_length=300, blank=True)
    clock_problem = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    superseded_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrects"
    )
    superseded_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        indexes = [
            models.Index(
                fields=["session", "origin", "kind", "bucket", "value"], name="vitals_value_chart"
            ),
            models.Index(fields=["session", "origin", "at"], name="vitals_value_session"),
            models.Index(fields=["patient", "origin", "at"], name="vitals_value_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value} {self.unit}"


class DeviceEvent(models.Model):
    """What a device told besides measurements: an alarm in its words, or what a pump delivers.

    It is a record of what the device said. Nothing here sounds, clears or steers anything.
    """

    class Kind(models.TextChoices):
        """What it tells of."""

        ALARM = "alarm", _("alarm of the device")
        PUMP = "pump", _("reading of the pump")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(
        "infusions.Session", on_delete=models.PROTECT, related_name="device_events"
    )
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    at = models.DateTimeField()
    device_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    device_id = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True)
    text = models.CharField(max_length=300, blank=True)
    priority = models.CharField(max_length=40, blank=True)
    category = models.CharField(max_length=40, blank=True)
    phase = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=40, blank=True)
    inactivation = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=200, blank=True)
    source_value = models.CharField(max_length=200, blank=True)
    limits = models.CharField(max_length=80, blank=True)
    value = models.FloatField(null=True)
    unit = models.CharField(max_length=20, blank=True)
    raw_value = models.CharField(max_length=200, blank=True)
    sub_id = models.CharField(max_length=80, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    clock_problem = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["session", "kind", "at"], name="vitals_event_session")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Binding(models.Model):
    """Where a device stands, from when until when: a message of that time belongs to that chair.

    A device stands at one chair at a time; a chair may have several (a monitor and a pump).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    device_id = models.CharField(max_length=200)
    chair = models.ForeignKey("infusions.Chair", on_delete=models.PROTECT, related_name="bindings")
    since = models.DateTimeField(null=True)  # NULL: as long as anybody knows
    until = models.DateTimeField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    until_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["device_id", "since"]
        constraints = [
            models.UniqueConstraint(
                Lower("device_id"),
                name="vitals_device_once",
                condition=models.Q(until__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.device_id} at {self.chair_id}"
