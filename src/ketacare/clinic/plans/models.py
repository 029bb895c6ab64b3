"""What is stored about advice, plans and decisions; nothing here is changed after it was signed.

A snapshot is advice as it was computed at one moment, with everything needed to show it and to
compute it again. A decision is a signed act on a snapshot. A plan is what a decision ordered.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ketacare.core.planning import COSTS


class AdviceSnapshot(models.Model):
    """Options and forecasts for one patient at one moment.

    ``inputs`` is the record that went in and ``seed`` the random state: together with ``versions``
    they give ``data`` again, with what stood ``beside`` the record: the order in force, how often
    scores were agreed upon, the weights. ``input_hash`` is of the record, the plan and the versions,
    without the time. ``asks`` says that somebody has to decide; ``question`` why; ``topic`` what it is about, so
    that the same question is not asked twice; ``asked_at`` since when. ``watch_raised`` says that a
    signal stands out, ``silent_from`` when silence begins if no score comes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="advice_snapshots"
    )
    number = models.PositiveIntegerField()
    computed_at = models.DateTimeField()
    computed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    input_hash = models.CharField(max_length=64)
    seed = models.CharField(max_length=80)
    particles = models.PositiveIntegerField()
    versions = models.JSONField(default=dict)
    inputs = models.JSONField(default=dict)
    beside = models.JSONField(default=dict)
    data = models.JSONField(default=dict)
    asks = models.BooleanField(default=False)
    question = models.TextField(blank=True)
    topic = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # when the topic was first asked about
    watch = models.JSONField(default=list)  # signals of the watch, as stored by plans.watching
    watch_raised = models.BooleanField(default=False)
    silent_from = models.DateTimeField(null=True, blank=True)
    is_latest = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "number"], name="plans_snapshot_number"),
            models.UniqueConstraint(
                fields=["patient"],
                condition=models.Q(is_latest=True),
                name="plans_snapshot_one_latest",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "computed_at"], name="plans_snapshot_when"),
            models.Index(
                fields=["asks"], condition=models.Q(is_latest=True), name="plans_snapshot_asks"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.computed_at:%Y-%m-%d %H:%M}"

    @property
    def options(self) -> list[dict[str, Any]]:
        """The ranked options, first one first."""
        return list(self.data.get("options", []))


class Plan(models.Model):
    """What was ordered: the same dose ``number`` times, ``days_between`` days apart.

    ``warnings`` are the sentences about this order that the signer was shown and signed all the same.
    """

    class Status(models.TextChoices):
        """Whether the plan is in force."""

        ACTIVE = "active", _("In force")
        ENDED = "ended", _("Ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="plans")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ACTIVE)
    dose_mg_per_kg = models.FloatField()
    minutes = models.FloatField()
    number = models.PositiveIntegerField()
    days_between = models.FloatField()
    therapy = models.BooleanField()
    starts_on = models.DateField()
    protocol = models.CharField(max_length=80)
    protocol_version = models.CharField(max_length=40)
    warnings = models.JSONField(default=list)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-signed_at", "-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=models.Q(status="active"),
                name="plans_one_active",
            ),
            models.CheckConstraint(
                condition=models.Q(dose_mg_per_kg__gt=0)
                & models.Q(minutes__gt=0)
                & models.Q(number__gt=0)
                & models.Q(days_between__gt=0),
                name="plans_plan_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} × {self.dose_mg_per_kg:g} mg/kg"

    @property
    def is_active(self) -> bool:
        """Whether the plan is in force."""
        return self.status == self.Status.ACTIVE


class Decision(models.Model):
    """One signed act: an option accepted, changed or declined, or a plan ended.

    ``number`` counts the decisions about one patient; it is what tells two people who decide at once
    apart. ``shown`` keeps what stood on the screen: the first option, the guideline, the question.
    """

    class Kind(models.TextChoices):
        """What was done with the options."""

        ACCEPT = "accept", _("Signed as offered")
        MODIFY = "modify", _("Signed with changes")
        DECLINE = "decline", _("Declined")
        END = "end", _("Plan ended")

    class Grounds(models.TextChoices):
        """The main ground, from a short list, so that reasons can be counted."""

        AGREE = "agree", _("The reasons given are convincing")
        GUIDELINE = "guideline", _("It follows the guideline")
        PREFERENCE = "preference", _("The person prefers it")
        SAFETY = "safety", _("Safety or tolerance")
        LIFE = "life", _("Travel, work, family or money")
        CLINICAL = "clinical", _("The clinical picture, beyond the scores")
        DATA = "data", _("What is recorded is not enough, or wrong")
        OTHER = "other", _("Something else")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="decisions"
    )
    number = models.PositiveIntegerField()
    snapshot = models.ForeignKey(
        AdviceSnapshot, null=True, on_delete=models.PROTECT, related_name="decisions"
    )
    plan = models.ForeignKey(Plan, null=True, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    option_index = models.PositiveIntegerField(null=True, blank=True)
    grounds = models.CharField(max_length=12, choices=Grounds.choices)
    reason = models.CharField(max_length=500, blank=True)
    shown = models.JSONField(default=dict)
    topic = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "number"], name="plans_decision_number")
        ]
        indexes = [models.Index(fields=["kind", "at"], name="plans_decision_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"


class Comparison(models.Model):
    """One score beside the forecast that was stored before it was given.

    ``about`` says which forecast holds for what was done until then: with the plan, or without
    treatment; empty when neither does, and ``problem`` says why. The percentiles are those of the
    nearest day of that forecast. ``learned`` says that it rested on scores of the person already.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="comparisons"
    )
    snapshot = models.ForeignKey(
        AdviceSnapshot, on_delete=models.PROTECT, related_name="comparisons"
    )
    instrument = models.CharField(max_length=40)
    at = models.DateTimeField()
    total = models.FloatField()
    days_ahead = models.FloatField()
    about = models.CharField(max_length=8, blank=True)
    problem = models.CharField(max_length=120, blank=True)
    learned = models.BooleanField()
    p5 = models.FloatField(null=True)
    p10 = models.FloatField(null=True)
    p25 = models.FloatField(null=True)
    p50 = models.FloatField(null=True)
    p75 = models.FloatField(null=True)
    p90 = models.FloatField(null=True)
    p95 = models.FloatField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "instrument", "at", "total"], name="plans_comparison_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.total:g} {self.at:%Y-%m-%d}"


class Outlook(models.Model):
    """The forecast of one instrument under one option of a snapshot, drawn because somebody asked.

    ``rank`` is the option's place, 0 for nothing further. ``data`` follows from the snapshot alone,
    so a second asking shows what the first one saw.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    snapshot = models.ForeignKey(AdviceSnapshot, on_delete=models.PROTECT, related_name="outlooks")
    rank = models.PositiveIntegerField()
    instrument = models.CharField(max_length=40)
    data = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["rank", "instrument"]
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "rank", "instrument"], name="plans_outlook_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.rank}"


class WeightSet(models.Model):
    """How the clinic weighs options from one moment on: four costs in mean relief over the horizon.

    The newest one is in force; before the first the knowledge files and the setting are.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(unique=True)
    infusion = models.FloatField()
    therapy = models.FloatField()
    risk = models.FloatField()
    departure = models.FloatField()
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    infusion__range=(0, 1),
                    therapy__range=(0, 1),
                    risk__range=(0, 1),
                    departure__range=(0, 1),
                ),
                name="plans_weights_are_shares",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.at:%Y-%m-%d}"

    @property
    def costs(self) -> dict[str, float]:
        """The four costs by their names."""
        return {name: getattr(self, name) for name in COSTS}
