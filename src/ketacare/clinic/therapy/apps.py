"""The app's name for Django."""

from django.apps import AppConfig


class TherapyConfig(AppConfig):
    """Preparation, integration and psychotherapy sessions."""

    name = "ketacare.clinic.therapy"
    label = "therapy"
