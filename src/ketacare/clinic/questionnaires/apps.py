"""The app's name for Django."""

from django.apps import AppConfig


class QuestionnairesConfig(AppConfig):
    """Symptom scales: sending, answering by link, scoring."""

    name = "ketacare.clinic.questionnaires"
    label = "questionnaires"
