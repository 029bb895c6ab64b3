"""What was told or documented about the past: diagnoses, trials of treatment, medicines.

A row is never changed. A correction is a new row that the old one names, with who said what and
why; a row entered by mistake is struck out. What nobody recorded is NULL.
"""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """What every row of a history has: whose it is, who said it, what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="%(class)s_entries"
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField()
    superseded_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrects"
    )
    superseded_by_id: uuid.UUID | None
    superseded_reason = models.CharField(max_length=500, blank=True)
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    struck_reason = models.CharField(max_length=500, blank=True)
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        abstract = True

    @property
    def stands(self) -> bool:
        """Whether this is what the record says now."""
        return self.superseded_by_id is None and self.struck_at is None


class Diagnosis(Entry):
    """A diagnosis with its ICD-10-CM code where one is known."""

    name = models.CharField(_("diagnosis"), max_length=200)
    code = models.CharField(_("ICD-10-CM code"), max_length=20, blank=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=120, blank=True)
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)
    in_person = models.BooleanField(_("seen in person"), null=True)
    primary = models.BooleanField(_("main reason for treatment"), default=False)
    since = models.DateField(_("since"), null=True, blank=True)

    class Meta:
        ordering = ["-primary", "entered_at"]
        verbose_name_plural = "diagnoses"
        indexes = [models.Index(fields=["patient", "entered_at"], name="history_diagnosis_patient")]

    def __str__(self) -> str:
        return self.name


class Trial(Entry):
    """One treatment that was tried; ``treatment`` is an id of the clinic's list of treatments."""

    treatment = models.CharField(_("treatment"), max_length=80)
    kind = models.CharField(max_length=20)
    name = models.CharField(_("as written down"), max_length=200, blank=True)
    dose_mg_per_day = models.FloatField(_("highest dose held"), null=True, blank=True)
    weeks_at_dose = models.FloatField(_("weeks at that dose"), null=True, blank=True)
    started = models.DateField(_("started"), null=True, blank=True)
    ended = models.DateField(_("ended"), null=True, blank=True)
    ongoing = models.BooleanField(_("still going on"), null=True)
    adherence = models.CharField(_("how much was taken"), max_length=20, blank=True)
    outcome = models.CharField(_("what it achieved"), max_length=20, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=20, blank=True)
    sessions = models.PositiveIntegerField(_("sessions"), null=True, blank=True)
    weeks = models.FloatField(_("weeks from first to last session"), null=True, blank=True)
    disorder_specific = models.BooleanField(_("aimed at the anxiety disorder"), null=True)
    exposure_delivered = models.BooleanField(_("exposure was done"), null=True)
    therapist_qualified = models.BooleanField(_("by a qualified therapist"), null=True)
    homework_fraction = models.FloatField(_("share of homework done"), null=True, blank=True)
    role = models.CharField(_("given alone or with another"), max_length=20, blank=True)
    added_to = models.CharField(_("added to or begun with"), max_length=80, blank=True)
    optimised = models.BooleanField(_("raised as far as it was borne"), null=True)
    certainty = models.CharField(_("rests on"), max_length=20, blank=True)

    class Meta:
        ordering = ["started", "entered_at"]
        indexes = [models.Index(fields=["patient", "entered_at"], name="history_trial_patient")]

    def __str__(self) -> str:
        return self.name or self.treatment


class Medicine(Entry):
    """A medicine taken now or at a stated time.

    ``ingredient`` is an id of the clinic's list of treatments, or the name as written when the
    clinic does not list the medicine: the safety rules then say that they cannot tell.
    """

    ingredient = models.CharField(_("medicine"), max_length=80)
    name = models.CharField(_("as written down"), max_length=200, blank=True)
    mg_per_day = models.FloatField(_("dose a day"), null=True, blank=True)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    last_taken = models.DateTimeField(_("last taken"), null=True, blank=True)
    as_needed = models.BooleanField(_("only when needed"), null=True)

    class Meta:
        ordering = ["entered_at"]
        indexes = [models.Index(fields=["patient", "entered_at"], name="history_medicine_patient")]

    def __str__(self) -> str:
        return self.name or self.ingredient


from ketacare.clinic.history.telling_models import Invitation, Told  # noqa: E402 - they name Trial

__all__ = ["Diagnosis", "Entry", "Invitation", "Medicine", "Told", "Trial"]
