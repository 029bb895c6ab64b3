"""What a patient told by link before anybody confirmed it: one line for each treatment.

A line is kept as it was written, whatever becomes of it: confirmed into the record by a clinician,
set aside with a reason, or taken back by the patient. The link is not stored: its SHA-256 is.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Invitation(models.Model):
    """One link for one person to tell what was tried, until it expires or is finished."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="history_invitations"
    )
    token_digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d}"

    def is_open(self, now: datetime) -> bool:
        """Return whether something may still be told by this link."""
        return self.finished_at is None and self.revoked_at is None and now < self.expires_at


class Told(models.Model):
    """One treatment as the patient told it, in their own words, and what became of the line."""

    class Kind(models.TextChoices):
        """What the line is about."""

        MEDICINE = "medicine", _("A medicine that was tried")
        THERAPY = "therapy", _("A therapy that was tried")
        TAKING = "taking", _("A medicine taken now")

    class Helped(models.TextChoices):
        """How much it helped, as a person says it."""

        A_LOT = "a_lot", _("A lot: most of it was gone")
        HALF = "half", _("About half or more was gone")
        SOME = "some", _("A little")
        NO = "no", _("Not at all")
        WORSE = "worse", _("It got worse")
        UNKNOWN = "", _("I do not remember")

    class Ended(models.TextChoices):
        """Why it ended, as a person says it."""

        NO_HELP = "no_help", _("It did not help enough")
        SIDE_EFFECTS = "side_effects", _("I did not bear it")
        NOT_TAKEN = "not_taken", _("I did not take or do it regularly")
        ACCESS = "access", _("I could not get it or pay for it")
        PREGNANCY = "pregnancy", _("Because of a pregnancy")
        OTHER = "other", _("Something else")
        GOING_ON = "going_on", _("I still take or do it")
        UNKNOWN = "", _("I do not remember")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="told_lines"
    )
    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    what = models.CharField(_("what it was"), max_length=120)
    dose = models.CharField(_("how much"), max_length=120, blank=True)
    how_long = models.CharField(_("how long"), max_length=120, blank=True)
    when = models.CharField(_("when"), max_length=120, blank=True)
    helped = models.CharField(max_length=12, choices=Helped.choices, blank=True)
    ended = models.CharField(max_length=12, choices=Ended.choices, blank=True)
    words = models.TextField(_("in their own words"), max_length=1000, blank=True)
    told_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    set_aside_reason = models.CharField(max_length=500, blank=True)
    trial = models.OneToOneField(
        "history.Trial", null=True, on_delete=models.PROTECT, related_name="told"
    )
    medicine = models.OneToOneField(
        "history.Medicine", null=True, on_delete=models.PROTECT, related_name="told"
    )

    class Meta:
        ordering = ["told_at"]
        verbose_name_plural = "told lines"
        indexes = [models.Index(fields=["patient", "told_at"], name="history_told_patient")]

    def __str__(self) -> str:
        return self.what

    @property
    def is_open(self) -> bool:
        """Whether a clinician has yet to look at the line."""
        return self.taken_back_at is None and self.decided_at is None

    @property
    def lines(self) -> tuple[str, ...]:
        """What was told beside the name, in the patient's words."""
        said = [self.dose, self.how_long, self.when]
        if self.helped:
            said.append(str(self.Helped(self.helped).label))
        if self.ended:
            said.append(str(self.Ended(self.ended).label))
        return tuple(part for part in said if part)
