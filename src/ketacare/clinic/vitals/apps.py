"""The app's name for Django."""

from django.apps import AppConfig


class VitalsConfig(AppConfig):
    """Measurements from bedside monitors and people, as they arrive."""

    name = "ketacare.clinic.vitals"
    label = "vitals"
