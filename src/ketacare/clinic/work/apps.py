"""The app's name for Django."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    """What is to be done and what is half typed."""

    name = "ketacare.clinic.work"
    label = "work"
