"""Getting patients: fetch and authorise in one call."""

from __future__ import annotations

import uuid

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.patients.models import Correction, Patient


def visible_patients(user: User) -> QuerySet[Patient]:
    """Return everybody under this clinic's care, to those who may see names and contact."""
    if not may(user, Permission.PATIENT_VIEW):
        raise PermissionDenied(_("Your role does not see patients by name."))
    return Patient.objects.all()


def search(user: User, text: str) -> QuerySet[Patient]:
    """Return the patients whose names hold every word of ``text``, or whose contact is ``text``."""
    found = visible_patients(user)
    for word in text.split():
        found = found.filter(
            Q(given_name__icontains=word)
            | Q(family_name__icontains=word)
            | Q(preferred_name__icontains=word)
            | Q(email__iexact=word)
            | Q(phone__icontains=word)
        )
    return found


def patient_for(
    user: User, patient_id: uuid.UUID, permission: Permission = Permission.PATIENT_VIEW
) -> Patient:
    """Return one patient this person may see for this purpose: unknown 404, not allowed 403."""
    found = Patient.objects.filter(pk=patient_id).first()
    if found is None:
        raise Http404(_("There is no patient with this address."))
    if not may(user, permission):
        raise PermissionDenied(_("Your role does not see this part of a patient's record."))
    return found


def get_patient(user: User, patient_id: uuid.UUID, permission: Permission) -> Patient:
    """Return one patient; the same as :func:`patient_for`."""
    return patient_for(user, patient_id, permission)


def patients_by_id(ids: set[uuid.UUID]) -> dict[uuid.UUID, Patient]:
    """Return several patients at once, for lists that were authorised already."""
    return {patient.pk: patient for patient in Patient.objects.filter(pk__in=ids)}


def open_patients() -> QuerySet[Patient]:
    """Return everybody under care now, for lists that authorise by themselves."""
    return Patient.objects.filter(closed_at__isnull=True)


def corrections_of(patient_id: uuid.UUID) -> QuerySet[Correction]:
    """Return what was changed about a patient's name, dates and contact, newest first."""
    return Correction.objects.filter(patient_id=patient_id).select_related("by")
