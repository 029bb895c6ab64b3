"""The app's name for Django."""

from django.apps import AppConfig


class CabinetConfig(AppConfig):
    """The controlled-drug cabinet and its ledger."""

    name = "ketacare.clinic.cabinet"
    label = "cabinet"
