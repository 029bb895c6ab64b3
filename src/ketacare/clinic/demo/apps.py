"""The app's name for Django."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The sample clinic: it has a command and no tables."""

    name = "ketacare.clinic.demo"
    label = "demo"
