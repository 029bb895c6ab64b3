"""The app's name for Django."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """The plan: options, the signed choice, its reasons."""

    name = "ketacare.clinic.plans"
    label = "plans"
