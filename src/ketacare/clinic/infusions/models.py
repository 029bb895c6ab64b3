"""What is stored about a session: the order, the pump sheet, every act at the pump, who did what.

A session's ``phase`` and ``version`` move together: each act adds one :class:`Step` with the new
version, so that two people acting at once can be told apart. Nothing is deleted, and a pump event
is never changed.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Chair(models.Model):
    """A place where infusions are given, and the monitor that stands there.

    ``device_id`` is what the monitor sends of itself (OBX-18, or MSH-3); ``name`` is its bed (PV1-3).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=40)
    device_id = models.CharField(_("monitor"), max_length=80, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="infusions_chair_name"),
            models.UniqueConstraint(
                Lower("device_id"), name="infusions_chair_device", condition=~models.Q(device_id="")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Phase(models.TextChoices):
    """Where a session stands."""

    SCHEDULED = "scheduled", _("Booked")
    CHECKED_IN = "checked_in", _("Checked in")
    READY = "ready", _("Ready to start")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    RECOVERY = "recovery", _("Recovery")
    DISCHARGED = "discharged", _("Discharged")
    CANCELLED = "cancelled", _("Cancelled")


OPEN_PHASES = (Phase.CHECKED_IN, Phase.READY, Phase.RUNNING, Phase.PAUSED, Phase.RECOVERY)
FLOWING_PHASES = (Phase.RUNNING, Phase.PAUSED)


class Session(models.Model):
    """One visit for one infusion.

    Doses are mg of racemic ketamine base, volumes mL. The figures of the pump sheet are stored as
    they were computed and checked, with the protocol they rest on. ``changes`` counts everything
    that arrived (acts, observations, monitor messages) for whoever watches the session live.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="infusion_sessions"
    )
    plan = models.ForeignKey(
        "plans.Plan", null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    chair = models.ForeignKey(
        Chair, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    scheduled_at = models.DateTimeField()
    phase = models.CharField(max_length=12, choices=Phase.choices, default=Phase.SCHEDULED)
    phase_since = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    changes = models.PositiveBigIntegerField(default=0)

    # The order and the pump sheet.
    dose_mg_per_kg = models.FloatField(null=True, blank=True)
    minutes = models.FloatField(null=True, blank=True)
    weight_kg = models.FloatField(null=True, blank=True)
    bag_ml = models.FloatField(null=True, blank=True)
    vial_mg_per_ml = models.FloatField(null=True, blank=True)
    dilution_recorded = models.BooleanField(default=False)
    vial_ndc = models.CharField(max_length=20, blank=True)
    vial_lot = models.CharField(max_length=40, blank=True)
    vial_expires_on = models.DateField(null=True, blank=True)
    vial_recalled = models.BooleanField(null=True, blank=True)
    vial_scanned = models.BooleanField(default=False)
    vial_skipped = models.CharField(max_length=500, blank=True)  # why it was not read
    dose_mg = models.FloatField(null=True, blank=True)
    draw_ml = models.FloatField(null=True, blank=True)
    concentration_mg_per_ml = models.FloatField(null=True, blank=True)
    rate_ml_h = models.FloatField(null=True, blank=True)
    protocol = models.CharField(max_length=80, blank=True)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    prepared_at = models.DateTimeField(null=True, blank=True)
    second_dose_mg = models.FloatField(null=True, blank=True)
    second_rate_ml_h = models.FloatField(null=True, blank=True)
    second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    second_at = models.DateTimeField(null=True, blank=True)

    checked_in_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    discharged_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["scheduled_at"]
        indexes = [
            models.Index(fields=["phase", "scheduled_at"], name="infusions_session_phase"),
            models.Index(fields=["scheduled_at"], name="infusions_session_when"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["chair"],
                condition=models.Q(phase__in=[str(phase) for phase in OPEN_PHASES]),
                name="infusions_one_per_chair",
            ),
            models.UniqueConstraint(
                fields=["patient"],
                condition=models.Q(phase__in=[str(phase) for phase in OPEN_PHASES]),
                name="infusions_one_per_patient",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_phase_display()} {self.scheduled_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        """Whether the person is in the clinic for it."""
        return self.phase in OPEN_PHASES

    @property
    def rate_mg_h(self) -> float | None:
        """The rate of the pump sheet in mg/h, ``None`` before there is a sheet."""
        if self.rate_ml_h is None or self.concentration_mg_per_ml is None:
            return None
        return self.rate_ml_h * self.concentration_mg_per_ml

    @property
    def closed_at(self) -> object:
        """When the person left or the visit was called off."""
        return self.discharged_at or self.cancelled_at


class PumpEvent(models.Model):
    """One act at the pump, exact: from ``at`` on the pump runs at this rate (0: it stands).

    ``volume_ml`` and ``dose_mg`` are what had been delivered at that moment.
    """

    class Kind(models.TextChoices):
        """What was done."""

        START = "start", _("Started")
        RATE = "rate", _("Rate changed")
        PAUSE = "pause", _("Paused")
        RESUME = "resume", _("Resumed")
        STOP = "stop", _("Stopped")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="pump_events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField()
    rate_mg_per_h = models.FloatField()
    rate_ml_per_h = models.FloatField()
    volume_ml = models.FloatField()
    dose_mg = models.FloatField()
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="infusions_event_number")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%H:%M:%S}"


class Step(models.Model):
    """One act on a session: what, by whom, when, why; ``version`` is the session's after it.

    ``subject`` names what it was about where there are several: a step of the check-in, or whether
    a call reached the person (``Call``).
    """

    class Act(models.TextChoices):
        """What was done, as a verb in the past."""

        SCHEDULE = "schedule", _("booked the infusion")
        ASSIGN = "assign", _("changed the chair")
        CHECK_IN = "check_in", _("checked the person in")
        PREPARE = "prepare", _("prepared the pump sheet")
        SECOND_CHECK = "second_check", _("did the second check")
        MISMATCH = "mismatch", _("calculated something else at the second check")
        START = "start", _("started the infusion")
        RATE = "rate", _("changed the rate")
        PAUSE = "pause", _("paused the infusion")
        RESUME = "resume", _("resumed the infusion")
        STOP = "stop", _("stopped the infusion")
        COMPLETE = "complete", _("recorded the end of the infusion")
        NOTE = "note", _("wrote a note")
        RELEASE = "release", _("disconnected the monitor")
        DISCHARGE = "discharge", _("discharged the person")
        CANCEL = "cancel", _("cancelled the infusion")
        CALL = "call", _("called after the infusion")
        SKIP = "skip", _("skipped a step of the check-in")
        EVENT = "event", _("recorded an adverse event")

    class Call(models.TextChoices):
        """The ``subject`` of a call: whether somebody was spoken to."""

        REACHED = "reached", _("Reached")
        NOT_REACHED = "not_reached", _("Not reached")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(max_length=12, choices=Act.choices)
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)
    override = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["session", "version"], name="infusions_step_version")
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.act}"


class LimitAlert(models.Model):
    """A limit of the policy that was crossed: it stays until somebody says that they saw it.

    ``level`` is the worst reached, ``value`` and ``at`` the first beyond it, ``last_at`` the last. It
    is a record of the chart, not an alarm: the bedside monitor's alarms come first.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="alerts")
    kind = models.CharField(max_length=20)
    level = models.CharField(max_length=10)
    value = models.FloatField()
    at = models.DateTimeField()
    limit = models.CharField(max_length=120, blank=True)
    last_value = models.FloatField()
    last_at = models.DateTimeField()
    raised_at = models.DateTimeField()  # by the server's clock
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    words = models.CharField(max_length=400, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    escalated_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "kind"],
                condition=models.Q(acknowledged_at__isnull=True),
                name="infusions_alert_open_once",
            )
        ]
        indexes = [
            models.Index(fields=["session", "kind", "raised_at"], name="infusions_alert_session")
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.kind}"


class AdverseEvent(models.Model):
    """One unwanted event, as it was told and graded; ``term`` is one of the clinic's list (CTCAE).

    ``proposed_grade`` is what the measured values suggest, ``grade`` what a clinician decided. A
    review never changes what was told: it stands beside it.
    """

    class Related(models.TextChoices):
        """Whether the drug caused it, in the words of a clinician."""

        NO = "no", _("Not related")
        POSSIBLE = "possible", _("Possibly")
        PROBABLE = "probable", _("Probably")
        YES = "yes", _("Certainly")

    class Outcome(models.TextChoices):
        """How it went on."""

        RECOVERED = "recovered", _("Recovered")
        RECOVERING = "recovering", _("Getting better")
        ONGOING = "ongoing", _("Unchanged")
        SEQUELAE = "sequelae", _("Recovered, something remains")
        DIED = "died", _("Died")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="adverse_events")
    term = models.CharField(max_length=60)
    said = models.CharField(max_length=200, blank=True)  # which, for a term that is "other"
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    proposed_grade = models.PositiveSmallIntegerField(null=True, blank=True)
    proposed_because = models.CharField(max_length=300, blank=True)
    grade = models.PositiveSmallIntegerField()
    criteria = models.JSONField(default=list)  # what makes it serious
    is_serious = models.BooleanField()
    is_expected = models.BooleanField()
    related = models.CharField(max_length=10, choices=Related.choices)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    action_taken = models.CharField(max_length=300, blank=True)
    narrative = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    report_by = models.DateTimeField(null=True, blank=True)
    outside_by = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    outside_reported_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review = models.TextField(blank=True)
    reviewed_grade = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["began_at"]
        indexes = [models.Index(fields=["session", "began_at"], name="infusions_event_session")]

    def __str__(self) -> str:
        return f"{self.term} {self.grade}"

    @property
    def awaits_review(self) -> bool:
        """Whether nothing more may be given before somebody has looked at it."""
        return self.is_serious and self.reviewed_at is None


class SentEntry(models.Model):
    """What a page sent under a key of its own, and the answer: sent again, it is answered alike.

    It holds no reference to a session: it is about the way, and no part of the record.
    """

    key = models.UUIDField(primary_key=True, editable=False)
    path = models.CharField(max_length=120)  # the session and what was to be entered
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answer = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.key} {self.path}"


class KeptEntry(models.Model):
    """One entry that a page kept on its device because it had lost the server, with both times.

    ``at`` is when it was made, by the server's clock as the page knew it; ``device_at`` is what the
    device's own clock said then, ``ahead_s`` by how much that clock was ahead.
    """

    id = models.UUIDField(primary_key=True, editable=False)  # the key it was sent under
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="kept_entries")
    what = models.CharField(max_length=120)
    at = models.DateTimeField()
    device_at = models.DateTimeField()
    ahead_s = models.FloatField()
    received_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["received_at"]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%H:%M:%S}"
