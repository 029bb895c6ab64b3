"""The app's name for Django."""

from django.apps import AppConfig


class EligibilityConfig(AppConfig):
    """Whether ketamine is safe for this person: findings, overrides, cosigning."""

    name = "ketacare.clinic.eligibility"
    label = "eligibility"
