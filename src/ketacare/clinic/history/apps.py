"""The app's name for Django."""

from django.apps import AppConfig


class HistoryConfig(AppConfig):
    """What was tried before: trials of treatment, medicines, diagnoses."""

    name = "ketacare.clinic.history"
    label = "history"
