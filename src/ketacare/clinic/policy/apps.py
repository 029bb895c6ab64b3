"""The app's name for Django."""

from django.apps import AppConfig


class PolicyConfig(AppConfig):
    """What the clinic decided: rules, limits, definitions and scales, to be read by clinicians."""

    name = "ketacare.clinic.policy"
    label = "policy"
