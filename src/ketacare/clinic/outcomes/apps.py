"""The app's name for Django."""

from django.apps import AppConfig


class OutcomesConfig(AppConfig):
    """What the clinic learns across its patients."""

    name = "ketacare.clinic.outcomes"
    label = "outcomes"
