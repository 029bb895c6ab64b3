"""The app's name for Django."""

from django.apps import AppConfig


class InfusionsConfig(AppConfig):
    """The session: preparation, the running infusion, recovery, discharge."""

    name = "ketacare.clinic.infusions"
    label = "infusions"
