"""People under care: who they are, how to reach them, and what was corrected about that.

Nothing clinical is stored here. A correction changes the row and keeps what stood there before,
who changed it and when, in :class:`Correction`.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Patient(models.Model):
    """One person under care. Never deleted: care is closed, and can be opened again."""

    class Sex(models.TextChoices):
        """Sex recorded for dosing and safety; empty when nobody recorded it."""

        FEMALE = "female", _("Female")
        MALE = "male", _("Male")
        OTHER = "other", _("Other")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    given_name = models.CharField(_("given name"), max_length=120)
    family_name = models.CharField(_("family name"), max_length=120)
    preferred_name = models.CharField(_("name they like to be called"), max_length=120, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex.choices, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    referred_at = models.DateTimeField()
    referred_by = models.CharField(_("referred by"), max_length=120, blank=True)
    referral_note = models.TextField(_("reason for referral"), blank=True)
    is_sample = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_reason = models.CharField(max_length=500, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["family_name", "given_name"]
        indexes = [models.Index(fields=["family_name", "given_name"], name="patients_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The full name, as on a list."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def called(self) -> str:
        """What they like to be called."""
        return self.preferred_name or self.given_name

    @property
    def is_open(self) -> bool:
        """Whether they are under care now."""
        return self.closed_at is None


class Correction(models.Model):
    """What stood in one field before somebody changed it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="corrections")
    field = models.CharField(max_length=40)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.field} {self.at:%Y-%m-%d}"

    @property
    def label(self) -> str:
        """What the field is called on the form."""
        for field in Patient._meta.get_fields():  # noqa: SLF001 - Django's documented way to a label
            if field.name == self.field:
                return str(getattr(field, "verbose_name", self.field))
        return self.field
