"""The app's name for Django."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """The people in care: identity, contact, and the chart that shows their loop."""

    name = "ketacare.clinic.patients"
    label = "patients"
